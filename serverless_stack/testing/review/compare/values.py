"""Values of templates: which are equal, where they differ, and what they refer to."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from serverless_stack.testing.review.model import MISSING

Path = tuple[str | int, ...]

_IN_SUB: Final = re.compile(r"\$\{([^!}][^}]*)\}")


class Reference(NamedTuple):
    """A name that a value refers to.

    Attributes:
        kind: `Ref` (a resource or parameter), `Output` of a nested stack, `Condition`, `Mapping`.
        name: The name.
    """

    kind: str
    name: str


class Difference(NamedTuple):
    """A place where two values differ.

    Attributes:
        path: The place.
        old: The old value, or :data:`MISSING`.
        new: The new value, or :data:`MISSING`.
        order_only: Whether the values are lists of the same items whose order does not matter.
    """

    path: Path
    old: object
    new: object
    order_only: bool = False


def mapping(value: object) -> Mapping[str, object]:
    """Return the value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> Sequence[object]:
    """Return a list as it is, an absent value as an empty one, and any other as a list of one."""
    if value is MISSING or value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def alternatives(value: object) -> Iterator[object]:
    """Return the items of a list, or the value itself, with both branches of each `Fn::If`."""
    for item in items(value):
        branches = item.get("Fn::If") if is_intrinsic(item) and isinstance(item, Mapping) else None
        if isinstance(branches, list | tuple):
            for branch in branches[1:]:
                yield from alternatives(branch)
        elif item != {"Ref": "AWS::NoValue"}:
            yield item


def is_intrinsic(value: object) -> bool:
    """Return whether a value is an intrinsic function, which only the deployment evaluates."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    (name,) = value
    return isinstance(name, str) and (name in ("Ref", "Condition") or name.startswith("Fn::"))


def simplified(value: object) -> object:
    """Return the form that all values share which are equal to CloudFormation.

    Scalars are strings (`300` is `"300"`, `true` is `"true"`), the keys of an object have no order,
    and `Fn::GetAtt` may be written as `"Table.Arn"`.
    """
    if isinstance(value, Mapping):
        if len(value) == 1 and isinstance(name := value.get("Fn::GetAtt"), str):
            return {"Fn::GetAtt": name.split(".", 1)}
        return {str(key): simplified(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [simplified(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    return repr(value) if value is MISSING else value


def canonical(value: object) -> str:
    """Return one text for all values that are equal to CloudFormation."""
    return json.dumps(simplified(value), default=str)


def references(value: object) -> Iterator[Reference]:
    """Return the names that a value refers to, at any depth."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from references(item)
    elif isinstance(value, Mapping):
        if len(value) == 1:
            ((name, argument),) = value.items()
            yield from _references_of(str(name), argument)
        for item in value.values():
            yield from references(item)


def _references_of(function: str, argument: object) -> Iterator[Reference]:
    first = argument[0] if isinstance(argument, list | tuple) and argument else argument
    if not isinstance(first, str):
        return
    if function in ("Ref", "Fn::GetAtt"):
        yield Reference("Ref", first.split(".", 1)[0])
        name = ".".join(str(item) for item in items(argument))
        if ".Outputs." in name:
            yield Reference("Output", name)
    elif function in ("Fn::If", "Condition"):
        yield Reference("Condition", first)
    elif function == "Fn::FindInMap":
        yield Reference("Mapping", first)
    elif function == "Fn::Sub":
        variables = argument[1] if isinstance(argument, list | tuple) and len(argument) > 1 else {}
        for name in _IN_SUB.findall(first):
            if name not in mapping(variables):
                yield from _references_of("Fn::GetAtt", name.strip())


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Return the scalars and intrinsic functions in a value, with their paths."""
    if isinstance(value, Mapping) and not is_intrinsic(value):
        for key, item in value.items():
            yield from leaves(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def dotted(path: Path) -> str:
    """Return a path as text: `Properties.Tags.0.Value`."""
    return ".".join(str(segment) for segment in path)


def differences(
    old: object, new: object, unordered: Callable[[Path], bool] | None = None, path: Path = ()
) -> Iterator[Difference]:
    """Return where two values differ, as deep as possible.

    Args:
        old: The old value.
        new: The new value.
        unordered: Whether the order of the list at a path does not matter. Default: it matters
            everywhere.
        path: The path of the two values.
    """
    if canonical(old) == canonical(new):
        return
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _list_differences(old, new, unordered, path)
    elif any(not isinstance(value, Mapping) or is_intrinsic(value) for value in (old, new)):
        yield Difference(path, old, new)
    else:
        left, right = mapping(old), mapping(new)
        for key in sorted(left.keys() | right.keys(), key=str):
            values = left.get(key, MISSING), right.get(key, MISSING)
            yield from differences(*values, unordered, (*path, str(key)))


def _list_differences(
    old: Sequence[object],
    new: Sequence[object],
    unordered: Callable[[Path], bool] | None,
    path: Path,
) -> Iterator[Difference]:
    before, after = [canonical(item) for item in old], [canonical(item) for item in new]
    any_order = unordered is not None and unordered(path)
    if Counter(before) == Counter(after):
        yield Difference(path, old, new, order_only=any_order)
        return
    if any_order:
        stretches = [(_surplus(before, after), _surplus(after, before))]
    else:
        stretches = [
            (list(range(left, left_end)), list(range(right, right_end)))
            for tag, left, left_end, right, right_end in SequenceMatcher(
                None, before, after, autojunk=False
            ).get_opcodes()
            if tag != "equal"
        ]
    for lefts, rights in stretches:
        common = min(len(lefts), len(rights))
        for left, right in zip(lefts, rights, strict=False):
            yield from differences(old[left], new[right], unordered, (*path, right))
        for left in lefts[common:]:
            yield from differences(old[left], MISSING, unordered, (*path, left))
        for right in rights[common:]:
            yield from differences(MISSING, new[right], unordered, (*path, right))


def _surplus(values: Sequence[str], others: Sequence[str]) -> list[int]:
    """Return the indexes of the items that the other list does not have, or not as often."""
    counts = Counter(values) - Counter(others)
    indexes = []
    for index, value in enumerate(values):
        if counts[value] > 0:
            counts[value] -= 1
            indexes.append(index)
    return indexes
