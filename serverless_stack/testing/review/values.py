"""Values of templates: which are equal, which are intrinsic functions, and what they refer to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from serverless_stack.testing.review.model import MISSING

Path = tuple[str | int, ...]

_IN_SUB: Final = re.compile(r"\$\{([^!}][^}]*)\}")


class Reference(NamedTuple):
    """Something a value refers to."""

    kind: str
    """`Ref` (a resource or parameter), `Condition` or `Mapping`."""
    name: str


def mapping(value: object) -> Mapping[str, object]:
    """Give the value if it is a mapping, and an empty one if it is anything else."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> Sequence[object]:
    """Give a list as it is, nothing as an empty one, and a single value as a list of it."""
    if value is MISSING or value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def alternatives(value: object) -> Iterator[object]:
    """Give the items of a list, or a single one, with both branches of each `Fn::If`."""
    for item in items(value):
        branches = item.get("Fn::If") if is_intrinsic(item) and isinstance(item, Mapping) else None
        if isinstance(branches, list | tuple):
            for branch in branches[1:]:
                yield from alternatives(branch)
        elif item != {"Ref": "AWS::NoValue"}:
            yield item


def is_intrinsic(value: object) -> bool:
    """Whether it is a function, such as `{"Ref": "Bucket"}`, known only when deployed."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    (name,) = value
    return isinstance(name, str) and (name in ("Ref", "Condition") or name.startswith("Fn::"))


def simplified(value: object) -> object:
    """Give the value in the form that all values that CloudFormation takes for equal share.

    Scalars are strings to CloudFormation (`300` is `"300"`, `true` is `"true"`), the keys of an
    object have no order, and `Fn::GetAtt` may be written `"Table.Arn"`.
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
    """Give one string for all values that CloudFormation takes for equal."""
    return json.dumps(simplified(value), default=str)


def references(value: object) -> Iterator[Reference]:
    """Find what a value refers to, at any depth."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from references(item)
    elif isinstance(value, Mapping):
        if len(value) == 1:
            ((name, argument),) = value.items()
            yield from _of_function(str(name), argument)
        for item in value.values():
            yield from references(item)


def _of_function(name: str, argument: object) -> Iterator[Reference]:
    first = argument[0] if isinstance(argument, list | tuple) and argument else argument
    if not isinstance(first, str):
        return
    if name in ("Ref", "Fn::GetAtt"):
        yield Reference("Ref", first.split(".", 1)[0])
    elif name in ("Fn::If", "Condition"):
        yield Reference("Condition", first)
    elif name == "Fn::FindInMap":
        yield Reference("Mapping", first)
    elif name == "Fn::Sub":
        own = argument[1] if isinstance(argument, list | tuple) and len(argument) > 1 else {}
        for found in _IN_SUB.findall(first):
            if found not in mapping(own):
                yield Reference("Ref", found.strip().split(".", 1)[0])


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Walk to the scalars and intrinsic functions of a value; functions are not entered."""
    if isinstance(value, Mapping) and not is_intrinsic(value):
        for key, item in value.items():
            yield from leaves(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def dotted(path: Path) -> str:
    """Write a path as people read it: `Properties.Tags.0.Value`."""
    return ".".join(str(segment) for segment in path)
