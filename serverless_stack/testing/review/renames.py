"""Which resources are the same under another logical id, because their construct was moved."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from serverless_stack.testing.review.consequences import CDK_METADATA, Resource, type_of
from serverless_stack.testing.review.values import canonical, dotted, leaves, mapping

Resources = Mapping[str, Resource]

# CDK ends the id of what it makes anew for each content in a hash of 32 digits: a version of a
# function, a deployment of an API.
_VERSIONED: Final = re.compile(r"(.+?)[0-9a-f]{32}")
# Names that CDK derives from where a construct is: `ShopHandlerServiceRole7D4F8B21`.
_DERIVED: Final = re.compile(r"\w*[0-9A-F]{8}\b")
_HASH: Final = re.compile(r"[0-9A-F]{8}$")
_IN_SUB: Final = re.compile(r"(\$\{\s*)([A-Za-z0-9]+)")
_ROUNDS: Final = 12
_ALIKE: Final = 0.5


def construct_path(resource: Resource) -> str | None:
    """Give the path of the construct that made a resource, if the template tells."""
    path = mapping(resource.get("Metadata")).get("aws:cdk:path")
    return path if isinstance(path, str) else None


@dataclass
class Renames:
    """The resources of which the logical id changed.

    Attributes:
        moved: From the old to the new id of a resource that was moved.
        versions: The same of what CDK makes anew on purpose.
        ambiguous: Old ids of resources that others equal, so that they may be swapped.
    """

    moved: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)

    @property
    def all(self) -> dict[str, str]:
        """Both together."""
        return self.moved | self.versions


def find(before: Resources, after: Resources) -> Renames:
    """Find the resources that are the same, modulo the ids that changed."""
    old = {name: r for name, r in before.items() if name not in after}
    new = {name: r for name, r in after.items() if name not in before}
    renames = Renames()
    if old and new:
        _pair_versions(old, new, renames)
        for masked in (False, True):
            _pair_equal(old, new, renames, masked)
        _pair_moved(old, new, renames)
    return renames


def renamed(value: object, ids: Mapping[str, str]) -> object:
    """Give a value with the ids that it refers to replaced."""
    return _referring(value, lambda name: ids.get(name, name))


def _referring(value: object, to: Callable[[str], str]) -> object:
    if isinstance(value, list | tuple):
        return [_referring(item, to) for item in value]
    if not isinstance(value, Mapping):
        return value
    found: dict[str, object] = {}
    for key, item in value.items():
        if key == "Ref" and isinstance(item, str):
            found[key] = to(item)
        elif key == "Fn::GetAtt" and isinstance(item, str):
            name, _, attribute = item.partition(".")
            found[key] = [to(name), attribute]
        elif key == "Fn::GetAtt" and isinstance(item, list | tuple) and item:
            found[key] = [to(str(item[0])), *item[1:]]
        elif key == "Fn::Sub":
            text, *own = item if isinstance(item, list | tuple) else [item]
            text = _IN_SUB.sub(lambda match: match[1] + to(match[2]), str(text))
            found[key] = [text, *(_referring(each, to) for each in own)] if own else text
        elif key == "DependsOn":
            names = [item] if isinstance(item, str) else item
            found[key] = sorted(to(str(name)) for name in names) if names else []
        else:
            found[str(key)] = _referring(item, to)
    return found


def _pair_versions(old: Resources, new: Resources, renames: Renames) -> None:
    def stems(resources: Resources) -> dict[tuple[str, str], list[str]]:
        found = defaultdict(list)
        for name, resource in resources.items():
            if match := _VERSIONED.fullmatch(name):
                found[type_of(resource), match[1]].append(name)
        return found

    olds, news = stems(old), stems(new)
    for key in olds.keys() & news.keys():
        renames.versions.update(zip(sorted(olds[key]), sorted(news[key]), strict=False))


def _left(old: Resources, new: Resources, renames: Renames) -> tuple[list[str], list[str]]:
    gone, come = renames.all.keys(), set(renames.all.values())
    return (
        [n for n in sorted(old) if n not in gone and type_of(old[n]) != CDK_METADATA],
        [n for n in sorted(new) if n not in come and type_of(new[n]) != CDK_METADATA],
    )


def _pair_equal(old: Resources, new: Resources, renames: Renames, masked: bool) -> None:
    """Pair the resources that are equal when each changed id stands for what it names."""
    fixed_old = {a: f"={a}" for a in renames.all}
    fixed_new = {b: f"={a}" for a, b in renames.all.items()}
    left_old, left_new = _left(old, new, renames)
    if not left_old or not left_new:
        return
    colours_old = _colours({n: old[n] for n in left_old}, fixed_old, masked)
    colours_new = _colours({n: new[n] for n in left_new}, fixed_new, masked)
    groups: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for name in left_old:
        groups[colours_old[name]][0].append(name)
    for name in left_new:
        groups[colours_new[name]][1].append(name)
    for olds, news in groups.values():
        nearest = sorted((-_nearness(a, old, b, new), a, b) for a in olds for b in news)
        taken: set[str] = set()
        for far, name, other in nearest:
            if name in renames.moved or other in taken:
                continue
            if sum(each[0] == far and name in each for each in nearest) > 1:
                renames.ambiguous.add(name)
            if sum(each[0] == far and other in each for each in nearest) > 1:
                renames.ambiguous.add(name)
            renames.moved[name] = other
            taken.add(other)


def _nearness(a: str, old: Resources, b: str, new: Resources) -> int:
    """How much of the construct paths, or else of the ids, is the same."""
    left = (construct_path(old[a]) or a).split("/")
    right = (construct_path(new[b]) or b).split("/")
    same_end = next(
        (
            i
            for i, (x, y) in enumerate(zip(reversed(left), reversed(right), strict=False))
            if x != y
        ),
        min(len(left), len(right)),
    )
    return same_end + len(set(left) & set(right))


def _colours(resources: Resources, fixed: Mapping[str, str], masked: bool) -> dict[str, int]:
    """Give equal resources equal numbers, looking through their references step by step."""
    names = "|".join(re.escape(name) for name in sorted(resources, key=len, reverse=True))
    ids = re.compile(rf"(?<![A-Za-z0-9])(?:{names})(?![A-Za-z0-9])")
    contents = {name: _content(name, r, ids, masked) for name, r in resources.items()}
    colours = {name: hash(type_of(resource)) for name, resource in resources.items()}
    classes = 0
    for _ in range(_ROUNDS):
        now = colours

        def to(name: str, now: Mapping[str, int] = now) -> str:
            return f"#{now[name]}" if name in now else fixed.get(name, name)

        colours = {
            name: hash((type_of(resources[name]), canonical(_referring(content, to))))
            for name, content in contents.items()
        }
        if (count := len(set(colours.values()))) == classes:
            break
        classes = count
    return colours


def _content(name: str, resource: Resource, ids: re.Pattern[str], masked: bool) -> object:
    """Give what makes a resource what it is, without the names that follow from its place."""
    path = construct_path(resource) or ""
    segments = path.split("/")
    places = ["/".join(segments[:end]) for end in range(len(segments), 1, -1)]

    def plain(text: str) -> str:
        if not masked:
            return ids.sub("@", text)
        for place in places:
            text = text.replace(place, "@")
        if text in segments or _is_place(text, name):
            return "@"
        return _DERIVED.sub("@", ids.sub("@", text))

    def walk(value: object, reference: bool) -> object:
        if isinstance(value, Mapping):
            return {
                key: walk(item, key in ("Ref", "Fn::GetAtt", "Fn::Sub", "DependsOn"))
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [walk(item, reference) for item in value]
        return plain(value) if isinstance(value, str) and not reference else value

    return walk({k: v for k, v in resource.items() if k not in ("Type", "Metadata")}, False)


def _is_place(text: str, logical_id: str) -> bool:
    """Whether a text says where its resource is, as `Shop/Vpc` says of `VpcSubnet1Subnet1A2B3C4D`.

    CDK makes descriptions and names of this kind; not every template has construct paths.
    """
    place = re.sub(r"[^A-Za-z0-9]", "", text.partition("/")[2] or text)
    stem = _HASH.sub("", logical_id)
    return bool(place and stem) and (stem.startswith(place) or place.startswith(stem))


def _pair_moved(old: Resources, new: Resources, renames: Renames) -> None:
    """Pair what moved along with a construct of which other resources were recognised."""
    moves = set(_moves(old, new, renames.moved))
    left_old, left_new = _left(old, new, renames)
    places = {(construct_path(new[n]), type_of(new[n])): n for n in left_new}
    for name in left_old:
        path = construct_path(old[name])
        for source, target in sorted(moves):
            if path is None or not path.startswith(source + "/"):
                continue
            other = places.get((target + path[len(source) :], type_of(old[name])))
            if other is not None and _likeness(old[name], new[other]) >= _ALIKE:
                renames.moved[name] = other
                del places[construct_path(new[other]), type_of(new[other])]
                break


def _moves(old: Resources, new: Resources, moved: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give the constructs that moved: from which path to which."""
    for name, other in moved.items():
        source = (construct_path(old[name]) or "").split("/")
        target = (construct_path(new[other]) or "").split("/")
        while len(source) > 1 and len(target) > 1 and source[-1] == target[-1]:
            source.pop()
            target.pop()
        yield "/".join(source), "/".join(target)


def _likeness(old: Resource, new: Resource) -> float:
    def values(resource: Resource) -> Collection[str]:
        return {dotted(path) for path, _ in leaves(resource.get("Properties", {}))}

    a, b = values(old), values(new)
    return len(set(a) & set(b)) / max(len(set(a) | set(b)), 1)
