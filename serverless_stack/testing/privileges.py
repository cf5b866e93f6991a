"""Wildcards in what a template permits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from serverless_stack.testing.review.renames import construct_path
from serverless_stack.testing.review.statements import (
    HOLDER,
    Statement,
    statements,
    text_of,
)
from serverless_stack.testing.review.values import dotted, items, mapping

_BROAD_POLICY: Final = re.compile(r".*(FullAccess|AdministratorAccess|PowerUserAccess)")
_DEPLOYED: Final = re.compile(r"\$\{[^}]*\}")
_ARN: Final = re.compile(r"arn:[^:]*:(?P<service>[^:]*):[^:]*:[^:]*:(?P<name>.*)")


@dataclass(frozen=True)
class Wildcard:
    """One wildcard in a permission.

    Attributes:
        owner: The construct path of the resource, or its logical id.
        path: Where it is, from the properties.
        what: What it is called to allow it: `s3:*`, `logs:PutLogEvents on *`.
        statement: The statement, or the policy, as it is in the template.
    """

    owner: str
    path: str
    what: str
    statement: object


def wildcards(template: Mapping[str, object]) -> Iterator[Wildcard]:
    """Find the wildcards in a template.

    In policies of identities: actions with `*`, resources that are all of a service or of a type,
    `NotAction` and `NotResource`, and AWS managed policies for everything of a service. In
    policies of resources: anybody as the principal without a condition. A resource below a fixed
    one, such as `BUCKET/*`, is no wildcard.
    """
    for logical_id, value in mapping(template.get("Resources")).items():
        resource = mapping(value)
        owner = construct_path(resource) or logical_id
        properties = mapping(resource.get("Properties"))
        for statement in statements(properties):
            if statement.effect == "Allow":
                for what in dict.fromkeys(_of_statement(statement)):
                    yield Wildcard(owner, dotted(statement.path), what, statement.source)
        for index, policy in enumerate(items(properties.get("ManagedPolicyArns"))):
            name = text_of(policy).rsplit("/", 1)[-1]
            if _BROAD_POLICY.fullmatch(name):
                yield Wildcard(owner, f"ManagedPolicyArns.{index}", name, policy)


def _of_statement(statement: Statement) -> Iterator[str]:
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
    """Whether a resource of a statement is all of a service or of a type."""
    if resource.startswith("!") or resource == "*":
        return True
    # What is known only when deployed is a fixed name; that of a partition has colons.
    match = _ARN.fullmatch(_DEPLOYED.sub("$", resource))
    if match is None:
        return False
    if match["service"] == "s3":
        return match["name"] in ("*", "*/*")
    return re.fullmatch(r"([\w-]+[/:])?\*+", match["name"]) is not None
