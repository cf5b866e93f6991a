"""Permissions that a change widens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.testing.review.access.statements import (
    HOLDER,
    ITSELF,
    Statement,
    statements,
    text_of,
    uncovered,
)
from serverless_stack.testing.review.compare.consequences import Resource, type_of
from serverless_stack.testing.review.compare.values import alternatives, canonical, items, mapping
from serverless_stack.testing.review.model import MISSING

_WIDENED: Final = "permission widened: "
# Types that are nothing but a permission. The own policy of a new resource of another type opens
# nothing but the resource.
_GRANTING: Final = ("Policy", "Permission", "Role", "User", "Group", "PermissionSet")
_RESTRICTIONS: Final = (
    "SourceArn",
    "SourceAccount",
    "EventSourceToken",
    "PrincipalOrgID",
    "OrganizationId",
    "Condition",
)
_SWITCHES: Final = {
    "AuthType": ("NONE", "anyone can call the URL without credentials"),
    "FunctionUrlAuthType": ("NONE", "anyone can call the URL without credentials"),
    "AuthorizationType": ("NONE", "anyone can call the method without credentials"),
    "AllowUnauthenticatedIdentities": ("true", "identities need no authentication"),
}


def widened(old: Resource, new: Resource) -> Iterator[str]:
    """Return warnings of what a resource permits and did not permit before.

    Args:
        old: The old resource, with the new logical ids; without properties if it is new.
        new: The new resource.
    """
    left, right = mapping(old.get("Properties")), mapping(new.get("Properties"))
    if canonical(left) == canonical(right):
        return
    is_new = "Properties" not in old
    if not (type_of(new).startswith("AWS::") or "Statement" in canonical(right)):
        return
    yield from _statements(left, right, is_new and not _is_permission(type_of(new)))
    yield from _managed(left, right)
    yield from _holders(left, right, is_new)
    yield from _invocations(left, right)
    yield from _switches(left, right)


def removed(old: Resource) -> Iterator[str]:
    """Return warnings of what the removal of a resource permits: what it denied."""
    for statement in statements(mapping(old.get("Properties"))):
        if statement.effect == "Deny":
            yield f"{_WIDENED}no longer denies {_grants_text(statement, tuple(statement.grants))}"


def _is_permission(resource_type: str) -> bool:
    return resource_type.rsplit("::", 1)[-1].endswith(_GRANTING)


def _statements(
    left: Mapping[str, object], right: Mapping[str, object], own: bool
) -> Iterator[str]:
    before, after = list(statements(left)), list(statements(right))
    for statement in after:
        if statement.effect != "Allow" or (own and not _is_public(statement)):
            continue
        fresh = uncovered(statement, before)
        if fresh and not (not left and _is_service_trust(statement)):
            yield f"{_WIDENED}allows {_grants_text(statement, fresh)}{_wildcards(fresh)}"
    for statement in before:
        lost = uncovered(statement, after) if statement.effect == "Deny" else ()
        if lost:
            yield f"{_WIDENED}no longer denies {_grants_text(statement, lost)}"


def _is_public(statement: Statement) -> bool:
    return any(each == "AWS *" or each.startswith("!") for each in statement.principals)


def _is_service_trust(statement: Statement) -> bool:
    """Return whether it allows an AWS service to assume a role, which every new role needs."""
    return statement.path[:1] == ("AssumeRolePolicyDocument",) and all(
        each.startswith("Service ") for each in statement.principals
    )


def _grants_text(statement: Statement, grants: tuple[tuple[str, str, str], ...]) -> str:
    actions, resources, principals = (
        ", ".join(dict.fromkeys(grant[part] for grant in grants)) for part in range(3)
    )
    text = actions if resources == ITSELF else f"{actions} on {resources}"
    if principals != HOLDER:
        text += f" to {principals}"
    if statement.condition != "{}":
        text += f" if {statement.condition}"
    return text


def _wildcards(grants: tuple[tuple[str, str, str], ...]) -> str:
    kinds = []
    if any("*" in action or action.startswith("!") for action, _, _ in grants):
        kinds.append("action")
    if any(resource == "*" for _, resource, _ in grants):
        kinds.append("resource")
    if any(principal == "AWS *" for _, _, principal in grants):
        kinds.append("principal")
    return f" (wildcard {', '.join(kinds)})" if kinds else ""


def _managed(left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[str]:
    before = {canonical(each) for each in alternatives(left.get("ManagedPolicyArns", []))}
    for policy in alternatives(right.get("ManagedPolicyArns", [])):
        if canonical(policy) not in before:
            yield f"{_WIDENED}managed policy {text_of(policy)}"
    boundary = left.get("PermissionsBoundary", MISSING)
    if boundary is not MISSING and canonical(boundary) != canonical(
        right.get("PermissionsBoundary", MISSING)
    ):
        yield f"{_WIDENED}the permissions boundary {text_of(boundary)} was removed or replaced"


def _holders(
    left: Mapping[str, object], right: Mapping[str, object], is_new: bool
) -> Iterator[str]:
    if is_new:
        return
    for kind in ("Roles", "Users", "Groups"):
        before = {canonical(each) for each in items(left.get(kind))}
        for holder in items(right.get(kind)):
            if canonical(holder) not in before and "PolicyDocument" in right:
                yield f"{_WIDENED}{text_of(holder)} has the policy too"


def _invocations(left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[str]:
    """Return warnings of permissions for one principal, as of a function or an event bus."""
    if not {"Principal", "Action"} <= right.keys():
        return
    limits = [name for name in _RESTRICTIONS if name in right]
    who = f"{text_of(right['Action'])} to {text_of(right['Principal'])}"
    where = ", ".join(f"{name} {text_of(right[name])}" for name in limits) or "anywhere"
    for name in ("Principal", "Action", "FunctionName", "LayerVersionArn", "EventBusName"):
        if canonical(left.get(name, MISSING)) != canonical(right.get(name, MISSING)):
            target = text_of(right.get("FunctionName", right.get("LayerVersionArn", "it")))
            yield f"{_WIDENED}allows {who} on {target}, from {where}"
            return
    for name in _RESTRICTIONS:
        old, new = left.get(name, MISSING), right.get(name, MISSING)
        if old is not MISSING and canonical(old) != canonical(new):
            now = "anywhere" if new is MISSING else text_of(new)
            yield f"{_WIDENED}{who}: {name} was {text_of(old)}, now {now}"


def _switches(left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[str]:
    for name, (wide, why) in _SWITCHES.items():
        value = canonical(right.get(name, MISSING))
        if value == canonical(wide) and canonical(left.get(name, MISSING)) != value:
            was = text_of(left[name]) if name in left else MISSING
            if name != "AuthorizationType" or not _is_preflight(right):
                yield f"{_WIDENED}{name} {was!r} -> {wide}: {why}"


def _is_preflight(method: Mapping[str, object]) -> bool:
    return method.get("HttpMethod") == "OPTIONS"
