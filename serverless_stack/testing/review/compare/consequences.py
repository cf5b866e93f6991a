"""What CloudFormation does because of a change, by the type's schema and the policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from serverless_stack.testing.review.compare.schemas import (
    can_snapshot,
    is_stateful,
    touches,
    type_schema,
)
from serverless_stack.testing.review.compare.values import Path, canonical, mapping
from serverless_stack.testing.review.model import MISSING, Consequence

Resource = Mapping[str, object]

CDK_METADATA: Final = "AWS::CDK::Metadata"
NESTED_STACK: Final = "AWS::CloudFormation::Stack"
_RETAINED: Final = ("Retain", "RetainExceptOnCreate")


class Verdict(NamedTuple):
    """A consequence and its reason."""

    consequence: Consequence
    reason: str


def type_of(resource: Resource) -> str:
    """Return the type of a resource."""
    return str(resource.get("Type", "?"))


def is_custom(resource_type: str) -> bool:
    """Return whether a type is a custom resource, which a function of the user implements."""
    return resource_type.startswith("Custom::") or (
        resource_type == "AWS::CloudFormation::CustomResource"
    )


def stateful(resource: Resource) -> bool:
    """Return whether a resource keeps data."""
    return is_stateful(type_of(resource), mapping(resource.get("Properties")))


def retention(resource: Resource, policy: str) -> str:
    """Return what a policy retains: `Retain`, `Snapshot`, or nothing ("").

    Args:
        resource: The resource.
        policy: `DeletionPolicy` or `UpdateReplacePolicy`.
    """
    value = resource.get(policy, MISSING)
    if value in _RETAINED:
        return "Retain"
    if value is MISSING and policy == "DeletionPolicy" and _has_snapshot_by_default(resource):
        return "Snapshot"
    return "Snapshot" if value == "Snapshot" and can_snapshot(type_of(resource)) else ""


def _has_snapshot_by_default(resource: Resource) -> bool:
    """Return whether CloudFormation makes a snapshot without a `DeletionPolicy`, as documented."""
    return type_of(resource) == "AWS::RDS::DBCluster" or (
        type_of(resource) == "AWS::RDS::DBInstance"
        and "DBClusterIdentifier" not in mapping(resource.get("Properties"))
    )


def of_property(before: Resource, after: Resource, path: Path, old: object, new: object) -> Verdict:
    """Return the consequence of a difference in the properties of a resource.

    Args:
        before: The old resource.
        after: The new resource.
        path: The place of the difference in the properties.
        old: The old value there.
        new: The new value there.
    """
    resource_type = type_of(after)
    if resource_type == CDK_METADATA:
        return Verdict(Consequence.NONE, "metadata of CDK, without a resource behind it")
    schema = type_schema(resource_type)
    if any(touches(pointer, path, old, new) for pointer in schema.create_only):
        return of_replacement(before, after, f"create-only property of {resource_type}")
    if any(touches(pointer, path, old, new) for pointer in schema.conditional):
        why = f"create-only property of {resource_type} under conditions, may be replaced"
        return of_replacement(before, after, why)
    if is_custom(resource_type):
        why = "the function behind a custom resource decides what happens"
        return Verdict(Consequence.SOME_INTERRUPTION, why)
    if schema.schema is None or (path and not schema.has_property(str(path[0]))):
        return Verdict(Consequence.SOME_INTERRUPTION, f"not in a schema of {resource_type}")
    return Verdict(Consequence.NO_INTERRUPTION, "updated in place")


def of_replacement(before: Resource, after: Resource, why: str) -> Verdict:
    """Return the consequence of a replacement: `UpdateReplacePolicy` decides about data.

    Both templates must retain, because it is not documented which of the two counts.
    """
    kept = [retention(each, "UpdateReplacePolicy") for each in (before, after)]
    resource_type = type_of(before)
    if type_schema(resource_type).deletes_first:
        why += "; the old one is removed before the new one is created"
    if not stateful(before):
        return Verdict(Consequence.REPLACEMENT, why)
    if not all(kept):
        why += f"; UpdateReplacePolicy does not retain a stateful {resource_type}"
        return Verdict(Consequence.DATA_LOSS, why)
    why += "; the old one is retained" if "Snapshot" not in kept else "; a snapshot is retained"
    return Verdict(Consequence.REPLACEMENT, why)


def of_removal(resource: Resource) -> Verdict:
    """Return the consequence of a removal from the template."""
    resource_type = type_of(resource)
    if resource_type == CDK_METADATA:
        return Verdict(Consequence.NONE, "metadata of CDK, without a resource behind it")
    kept = retention(resource, "DeletionPolicy")
    if kept == "Retain":
        return Verdict(Consequence.NONE, "retained in the account, outside the stack")
    if not stateful(resource):
        return Verdict(Consequence.SOME_INTERRUPTION, "deleted")
    if kept == "Snapshot":
        return Verdict(Consequence.SOME_INTERRUPTION, "deleted after a snapshot")
    why = f"deleted; DeletionPolicy does not retain a stateful {resource_type}"
    if resource_type == "AWS::S3::Bucket":
        why += " (CloudFormation deletes only empty buckets)"
    return Verdict(Consequence.DATA_LOSS, why)


def of_condition(resource: Resource) -> Verdict:
    """Return the consequence of a changed condition, which may no longer hold."""
    consequence, why = of_removal(resource)
    return Verdict(consequence, f"may be removed by its condition: {why}")


def dropped_retention(old: Resource, new: Resource) -> Iterator[str]:
    """Return warnings of policies that no longer retain a stateful resource."""
    if not stateful(old):
        return
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if retention(old, policy) and not retention(new, policy):
            left, right = old.get(policy, MISSING), new.get(policy, MISSING)
            yield f"retention dropped: {policy} {left!r} -> {right!r} on a stateful resource"


def name_clash(old: Resource, new: Resource) -> Iterator[str]:
    """Return warnings of physical names that old and new resource cannot have together."""
    schema = type_schema(type_of(old))
    left, right = mapping(old.get("Properties")), mapping(new.get("Properties"))
    if schema.deletes_first:
        return
    for name in schema.names:
        if name in left and canonical(left[name]) == canonical(right.get(name, MISSING)):
            yield (
                f"deploy will fail: the new resource cannot have {name} {left[name]!r} "
                "while the old one has it"
            )
