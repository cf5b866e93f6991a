"""Resources that have another logical id, because their construct was moved or renamed.

The method is that of `cdk refactor`: resources are equal if their contents are equal once each
reference stands for the content of its target. `cdk refactor` itself needs deployed stacks and
credentials, and text similarity (difflib) cannot follow references, so the method is here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from serverless_stack.testing.review.compare.consequences import CDK_METADATA, Resource, type_of
from serverless_stack.testing.review.compare.values import canonical, dotted, leaves, mapping

Resources = Mapping[str, Resource]

# CDK appends a hash of 32 digits to the ids of resources that it recreates for each content, such
# as versions of functions and deployments of APIs.
_VERSIONED: Final = re.compile(r"(.+?)[0-9a-f]{32}")
# Names that CDK derives from the place of a construct: `ShopHandlerServiceRole7D4F8B21`.
_DERIVED: Final = re.compile(r"(?<!\w)\w*[0-9A-F]{8}\b")
_HASH: Final = re.compile(r"[0-9A-F]{8}$")
_IN_SUB: Final = re.compile(r"(\$\{\s*)([A-Za-z0-9]+)")
_MAX_ROUNDS: Final = 12
_MIN_LIKENESS: Final = 0.5


@dataclass
class Renames:
    """The resources whose logical id changed.

    Attributes:
        moved: The new ids of moved resources, by their old ids.
        versions: The new ids of resources that CDK recreates on purpose.
        ambiguous: The old ids of moved resources that equal other resources.
    """

    moved: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)

    @property
    def all(self) -> dict[str, str]:
        """All new ids by their old ids."""
        return self.moved | self.versions


def construct_path(resource: Resource) -> str | None:
    """Return the path of a resource's construct, if the template has it."""
    path = mapping(resource.get("Metadata")).get("aws:cdk:path")
    return path if isinstance(path, str) else None


def find(before: Resources, after: Resources) -> Renames:
    """Return the resources that are in both templates with different logical ids."""
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
    """Return a value with the ids in its references replaced."""
    return _with_references(value, lambda name: ids.get(name, name))


def _with_references(value: object, to: Callable[[str], str]) -> object:
    if isinstance(value, list | tuple):
        return [_with_references(item, to) for item in value]
    if not isinstance(value, Mapping):
        return value
    result: dict[str, object] = {}
    for key, item in value.items():
        if key == "Ref" and isinstance(item, str):
            result[key] = to(item)
        elif key == "Fn::GetAtt" and isinstance(item, str):
            name, _, attribute = item.partition(".")
            result[key] = [to(name), attribute]
        elif key == "Fn::GetAtt" and isinstance(item, list | tuple) and item:
            result[key] = [to(str(item[0])), *item[1:]]
        elif key == "Fn::Sub":
            text, *variables = item if isinstance(item, list | tuple) else [item]
            text = _IN_SUB.sub(lambda match: match[1] + to(match[2]), str(text))
            result[key] = [text, *_each(variables, to)] if variables else text
        elif key == "DependsOn":
            names = [item] if isinstance(item, str) else item
            result[key] = sorted(to(str(name)) for name in names) if names else []
        else:
            result[str(key)] = _with_references(item, to)
    return result


def _each(values: list[object], to: Callable[[str], str]) -> Iterator[object]:
    return (_with_references(value, to) for value in values)


def _pair_versions(old: Resources, new: Resources, renames: Renames) -> None:
    def by_stem(resources: Resources) -> dict[tuple[str, str], list[str]]:
        names = defaultdict(list)
        for name, resource in sorted(resources.items()):
            if match := _VERSIONED.fullmatch(name):
                names[type_of(resource), match[1]].append(name)
        return names

    olds, news = by_stem(old), by_stem(new)
    for key in olds.keys() & news.keys():
        renames.versions.update(zip(olds[key], news[key], strict=False))


def _unpaired(old: Resources, new: Resources, renames: Renames) -> tuple[Resources, Resources]:
    """Return the resources of both sides that have no counterpart yet, sorted by name."""
    paired = renames.all

    def rest(resources: Resources, taken: set[str]) -> Resources:
        return {
            name: resource
            for name, resource in sorted(resources.items())
            if name not in taken and type_of(resource) != CDK_METADATA
        }

    return rest(old, set(paired)), rest(new, set(paired.values()))


def _pair_equal(old: Resources, new: Resources, renames: Renames, masked: bool) -> None:
    """Pair the resources that are equal; `masked` disregards names that follow from the place."""
    left, right = _unpaired(old, new, renames)
    if not left or not right:
        return
    old_prints = _fingerprints(left, {a: f"={a}" for a in renames.all}, masked)
    new_prints = _fingerprints(right, {b: f"={a}" for a, b in renames.all.items()}, masked)
    groups: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for name in left:
        groups[old_prints[name]][0].append(name)
    for name in right:
        groups[new_prints[name]][1].append(name)
    for olds, news in groups.values():
        nearest = sorted((-_nearness(a, left, b, right), a, b) for a in olds for b in news)
        rivals = Counter((score, name) for score, *pair in nearest for name in pair)
        taken: set[str] = set()
        for score, name, other in nearest:
            if name not in renames.moved and other not in taken:
                if rivals[score, name] > 1 or rivals[score, other] > 1:
                    renames.ambiguous.add(name)
                renames.moved[name] = other
                taken.add(other)


def _nearness(a: str, old: Resources, b: str, new: Resources) -> int:
    """Return how much of the construct paths, or else of the ids, is the same."""
    left = (construct_path(old[a]) or a).split("/")
    right = (construct_path(new[b]) or b).split("/")
    same_end = takewhile(
        lambda pair: pair[0] == pair[1], zip(reversed(left), reversed(right), strict=False)
    )
    return len(list(same_end)) + len(set(left) & set(right))


def _fingerprints(resources: Resources, fixed: Mapping[str, str], masked: bool) -> dict[str, int]:
    """Return equal numbers for equal resources, refined through their references in rounds."""
    names = "|".join(re.escape(name) for name in sorted(resources, key=len, reverse=True))
    ids = re.compile(rf"(?<![A-Za-z0-9])(?:{names})(?![A-Za-z0-9])")
    contents = {name: _content(name, r, ids, masked) for name, r in resources.items()}
    prints = {name: hash(type_of(resource)) for name, resource in resources.items()}
    classes = 0
    for _ in range(_MAX_ROUNDS):

        def to(name: str, prints: Mapping[str, int] = prints) -> str:
            return f"#{prints[name]}" if name in prints else fixed.get(name, name)

        prints = {
            name: hash((type_of(resources[name]), canonical(_with_references(content, to))))
            for name, content in contents.items()
        }
        if (count := len(set(prints.values()))) == classes:
            break
        classes = count
    return prints


def _content(name: str, resource: Resource, ids: re.Pattern[str], masked: bool) -> object:
    """Return what identifies a resource, without the names that follow from its place."""
    segments = (construct_path(resource) or "").split("/")
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
    """Return whether a text is the place of its resource: `Shop/Vpc` of `VpcSubnet1Subnet1A2B3C4D`.

    CDK writes such descriptions and names. Not every template has construct paths to compare with.
    """
    place = re.sub(r"[^A-Za-z0-9]", "", text.partition("/")[2] or text)
    stem = _HASH.sub("", logical_id)
    return bool(place and stem) and (stem.startswith(place) or place.startswith(stem))


def _pair_moved(old: Resources, new: Resources, renames: Renames) -> None:
    """Pair resources that moved along with a construct whose other resources were recognised."""
    moves = sorted(set(_moves(old, new, renames.moved)))
    left, right = _unpaired(old, new, renames)
    places = {(construct_path(resource), type_of(resource)): n for n, resource in right.items()}
    for name, resource in left.items():
        path = construct_path(resource) or ""
        for source, target in moves:
            place = (target + path[len(source) :], type_of(resource))
            if (
                path.startswith(source + "/")
                and place in places
                and _likeness(resource, new[places[place]]) >= _MIN_LIKENESS
            ):
                renames.moved[name] = places.pop(place)
                break


def _moves(old: Resources, new: Resources, moved: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Return the old and the new paths of constructs that moved."""
    for name, other in moved.items():
        source = (construct_path(old[name]) or "").split("/")
        target = (construct_path(new[other]) or "").split("/")
        while len(source) > 1 and len(target) > 1 and source[-1] == target[-1]:
            source.pop()
            target.pop()
        yield "/".join(source), "/".join(target)


def _likeness(old: Resource, new: Resource) -> float:
    """Return which part of the paths of all properties both resources have."""
    left, right = (
        {dotted(path) for path, _ in leaves(resource.get("Properties", {}))}
        for resource in (old, new)
    )
    return len(left & right) / max(len(left | right), 1)
