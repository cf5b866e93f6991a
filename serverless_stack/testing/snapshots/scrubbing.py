"""Templates without values that change although nothing relevant does."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.snapshots import cdk_churn

Edit: TypeAlias = Callable[[dict[str, object]], Mapping[str, object]]
"""A function that takes a template, which it may change, and returns one."""

Rule: TypeAlias = Mapping[str, str] | Edit
Scrub: TypeAlias = Rule | Sequence[Rule]
"""The rules of a caller: see :func:`scrub`."""

_PROPERTY = re.compile(r"((?:AWS|Alexa|Custom)::[\w@:-]+)\.([\w*-][\w.*-]*)")


class ScrubError(ValueError):
    """A rule would hide a resource, or cannot be used."""


@dataclass(frozen=True)
class Scrubbed:
    """A scrubbed template.

    Attributes:
        template: The template with stable names.
        replaced: The replacements, a line each, for the head of a snapshot.
    """

    template: dict[str, object]
    replaced: tuple[str, ...]


def scrub(template: Mapping[str, object], extra: Scrub = ()) -> Scrubbed:
    """Replace churning values by stable names: in values, names and references.

    Args:
        template: A template; it is not changed.
        extra: Rules for more replacements, after those for CDK: a mapping, a function, or a list
            of those. A mapping's key is a property, such as
            `AWS::Lambda::Function.Environment.Variables.BUILD` (`*` stands for any key or index),
            or else a regular expression for a part of any text, including names of resources and
            references to them; its value is the replacement. A function takes a template and
            returns one.

    Returns:
        The scrubbed template and the replacements.

    Raises:
        ScrubError: A resource would disappear, two would get one name, or a rule is invalid.
    """
    result: dict[str, Any] = json.loads(json.dumps(template))
    cdk_churn.remove_metadata(result)
    result = _without_churn(result, cdk_churn.names(result))
    cdk_churn.replace_own_code(result)
    result = _without_churn(result, [(cdk_churn.ASSET_HASH, cdk_churn.ASSET)])
    cdk_churn.replace_versions(result)
    _sort_dependencies(result)
    listed = list(cdk_churn.LISTED)
    for rule in _rules(extra):
        if isinstance(rule, Mapping):
            for key, new in rule.items():
                result = _apply(result, key, new)
                listed.append(f"{key} -> {new}")
        else:
            result = _edited(result, rule)
            listed.append(f"by {getattr(rule, '__name__', type(rule).__name__)}()")
    return Scrubbed(result, tuple(" ".join(each.split()) for each in listed))


def scrub_stacks(stacks: Sequence[Stack], extra: Scrub = ()) -> tuple[list[Stack], tuple[str, ...]]:
    """Return stacks with scrubbed templates, and the replacements; arguments as above."""
    scrubbed = [scrub(stack.template, extra) for stack in stacks]
    names = [stack.name for stack in stacks]
    return (
        [Stack(name, each.template) for name, each in zip(names, scrubbed, strict=True)],
        scrubbed[0].replaced,
    )


def _sort_dependencies(template: dict[str, Any]) -> None:
    for _, resource in cdk_churn.resources(template):
        if isinstance(resource.get("DependsOn"), list):
            resource["DependsOn"].sort(key=str)


def _rules(extra: Scrub) -> Iterator[Rule]:
    for rule in extra if isinstance(extra, Sequence) else [extra]:
        given: object = rule
        is_texts = isinstance(given, Mapping) and all(
            isinstance(each, str) for pair in given.items() for each in pair
        )
        if not (is_texts or callable(given)):
            raise ScrubError(
                "`scrub` must be a mapping of texts to texts, a function, or a list of those, "
                f"got: {given!r}"
            )
        yield rule


def _apply(template: dict[str, Any], key: str, new: str) -> dict[str, Any]:
    if match := _PROPERTY.fullmatch(key):
        for _, resource in cdk_churn.resources(template):
            if resource.get("Type") == match[1]:
                _set(resource.get("Properties"), match[2].split("."), new)
        return template
    try:
        pattern = re.compile(key)
    except re.error as error:
        raise ScrubError(
            f"`scrub` must have regular expressions as keys, got: {key!r} ({error})"
        ) from error
    return _replaced(template, pattern, new)


def _set(value: Any, keys: list[str], new: str) -> None:  # noqa: ANN401 - JSON
    """Replace the value at a path, if there is one."""
    key, *rest = keys
    places: list[Any] = []
    if isinstance(value, dict):
        places = [each for each in value if key in ("*", each)]
    elif isinstance(value, list):
        places = [index for index in range(len(value)) if key in ("*", str(index))]
    for place in places:
        if rest:
            _set(value[place], rest, new)
        else:
            value[place] = new


def _edited(template: dict[str, Any], edit: Edit) -> dict[str, Any]:
    before = list(template.get("Resources", {}))
    result = edit(template)
    if not isinstance(result, Mapping):
        raise ScrubError(f"a function in `scrub` must return a template, got: {result!r}")
    copy: dict[str, Any] = json.loads(json.dumps(result))
    after = copy.get("Resources", {})
    if len(after) < len(before):
        gone = ", ".join(f"`{name}`" for name in sorted(set(before) - set(after)))
        raise ScrubError(f"`scrub` must keep all resources, but one of {gone} is missing")
    return copy


def _replaced(template: dict[str, Any], pattern: re.Pattern[str], new: str) -> dict[str, Any]:
    """Replace a pattern in all texts, including keys."""

    def replace(value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, str):
            return pattern.sub(new, value)
        if isinstance(value, list):
            return [replace(each) for each in value]
        if not isinstance(value, dict):
            return value
        result = {pattern.sub(new, key): replace(each) for key, each in value.items()}
        if len(result) < len(value):
            raise ScrubError(_collision(template, value, pattern, new))
        return result

    result: dict[str, Any] = replace(template)
    return result


def _collision(
    template: dict[str, Any], collided: dict[str, Any], pattern: re.Pattern[str], new: str
) -> str:
    """Return what is wrong if two keys of a mapping of the template would become one."""
    names = {key: pattern.sub(new, key) for key in collided}
    twice = next(name for name, count in Counter(names.values()).items() if count > 1)
    old = " and ".join(f"`{key}`" for key, name in names.items() if name == twice)
    where = next(path for path, value in _places(template, "") if value is collided)
    return (
        f"`scrub` must keep names apart: {old} in {where or 'the template'} "
        f"would both become `{twice}` (by {pattern.pattern})"
    )


def _places(value: object, where: str) -> Iterator[tuple[str, object]]:
    """Yield a value and all values in it, each with its path."""
    yield where, value
    pairs = value.items() if isinstance(value, dict) else ()
    for key, each in enumerate(value) if isinstance(value, list) else pairs:
        yield from _places(each, f"{where}.{key}".lstrip("."))


def _without_churn(
    template: dict[str, Any], replacements: Iterable[tuple[re.Pattern[str], str]]
) -> dict[str, Any]:
    """Replace patterns of ours, of which most templates have few.

    A text between two others matches as it does alone: the patterns have no anchors, and look only
    for letters and digits around.
    """
    texts = _texts(template)
    for pattern, new in replacements:
        if pattern.search(texts):
            template = _replaced(template, pattern, new)
            texts = _texts(template)
    return template


def _texts(template: dict[str, Any]) -> str:
    """Return all texts of a template, including keys, apart from each other."""
    texts: list[str] = []
    values: list[Any] = [template]
    while values:
        value = values.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            texts += value
            values += value.values()
        elif isinstance(value, list):
            values += value
    return "\0".join(texts)
