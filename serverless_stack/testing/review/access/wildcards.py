"""Wildcards in the permissions of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from serverless_stack.testing.review.access.statements import (
    HOLDER,
    Statement,
    statements,
    text_of,
)
from serverless_stack.testing.review.compare.renames import construct_path
from serverless_stack.testing.review.compare.values import dotted, items, mapping

_BROAD_POLICY: Final = re.compile(r".*(FullAccess|AdministratorAccess|PowerUserAccess)")
_DEPLOYED: Final = re.compile(r"\$\{[^}]*\}")
_ARN: Final = re.compile(r"arn:[^:]*:(?P<service>[^:]*):[^:]*:[^:]*:(?P<name>.*)")
# `*` covers colons as well, so that the parts of an ARN after it need not be written.
_CUT_ARN: Final = re.compile(r"(?=.*\*)[^:]*(:[^:]*){0,4}", re.DOTALL)
_ALL: Final = r"[*?]*\*[*?]*"
_ALL_OF_TYPE: Final = re.compile(rf"([\w-]+[/:])?{_ALL}")
_ALL_BUCKETS: Final = re.compile(rf"{_ALL}(/{_ALL})?")


@dataclass(frozen=True)
class Wildcard:
    """A wildcard in a permission.

    Attributes:
        owner: The construct path of the resource, or its logical id.
        path: The place in the properties.
        name: The name that allows it: `s3:*`, `logs:PutLogEvents on *`.
        statement: The statement or policy in the template.
    """

    owner: str
    path: str
    name: str
    statement: object


def wildcards(template: Mapping[str, object]) -> Iterator[Wildcard]:
    """Return the wildcards in a template.

    In identity policies: actions with `*`, all resources of a service or type, `NotAction` and
    `NotResource`, and AWS managed policies with full access to a service. In resource policies:
    anyone as the principal without a condition. `BUCKET/*` is not a wildcard: its bucket is fixed.
    """
    for logical_id, value in mapping(template.get("Resources")).items():
        resource = mapping(value)
        owner = construct_path(resource) or logical_id
        properties = mapping(resource.get("Properties"))
        for statement in statements(properties):
            if statement.effect == "Allow":
                for name in dict.fromkeys(_names(statement)):
                    yield Wildcard(owner, dotted(statement.path), name, statement.source)
        for index, policy in enumerate(items(properties.get("ManagedPolicyArns"))):
            name = text_of(policy).rsplit("/", 1)[-1]
            if _BROAD_POLICY.fullmatch(name):
                yield Wildcard(owner, f"ManagedPolicyArns.{index}", name, policy)


def _names(statement: Statement) -> Iterator[str]:
    if statement.principals != (HOLDER,):
        if statement.condition == "{}":
            for principal in statement.principals:
                if principal == "AWS *" or principal.startswith("!"):
                    yield f"principal {principal.removeprefix('AWS ')}"
        return
    for action in statement.actions:
        if "*" in action or action.startswith("!"):
            yield action
    for resource in statement.resources:
        if is_broad(resource):
            yield from (f"{action} on {resource}" for action in statement.actions)


def is_broad(resource: str) -> bool:
    """Return whether a resource of a statement stands for all of a service or type."""
    if resource.startswith("!"):
        return True
    # A value that only the deployment knows is a fixed name.
    text = _DEPLOYED.sub("$", resource)
    match = _ARN.fullmatch(text)
    if match is None:
        return not text.startswith("$") and _CUT_ARN.fullmatch(text) is not None
    pattern = _ALL_BUCKETS if match["service"] == "s3" else _ALL_OF_TYPE
    return pattern.fullmatch(match["name"]) is not None
