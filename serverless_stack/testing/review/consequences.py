"""What CloudFormation does because of a change, by the schema of the type and its policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from serverless_stack.testing.review.model import MISSING, Consequence
from serverless_stack.testing.review.schemas import (
    can_snapshot,
    is_stateful,
    touches,
    type_schema,
)
from serverless_stack.testing.review.values import Path, mapping

Resource = Mapping[str, object]

CDK_METADATA: Final = "AWS::CDK::Metadata"
_RETAINED: Final = ("Retain", "RetainExceptOnCreate")


class Verdict(NamedTuple):
    """A consequence and why."""

    consequence: Consequence
    reason: str


def type_of(resource: Resource) -> str:
    """Give the type of a resource."""
    return str(resource.get("Type", "?"))


def is_custom(resource_type: str) -> bool:
    """Whether it is a custom resource, which a function of the user's makes and updates."""
    return resource_type.startswith("Custom::") or (
        resource_type == "AWS::CloudFormation::CustomResource"
    )


def stateful(resource: Resource) -> bool:
    """Whether a resource keeps data."""
    return is_stateful(type_of(resource), mapping(resource.get("Properties")))


def retention(resource: Resource, policy: str) -> str:
    """Say what a policy keeps: `Retain`, `Snapshot`, or nothing ("").

    Args:
        resource: The resource, with its properties.
        policy: `DeletionPolicy` or `UpdateReplacePolicy`.
    """
    resource_type = type_of(resource)
    value = resource.get(policy, MISSING)
    if value in _RETAINED:
        return "Retain"
    if value is MISSING and policy == "DeletionPolicy" and _has_snapshot_by_default(resource):
        return "Snapshot"
    return "Snapshot" if value == "Snapshot" and can_snapshot(resource_type) else ""


def _has_snapshot_by_default(resource: Resource) -> bool:
    """CloudFormation's documentation of `DeletionPolicy` says so of these two."""
    return type_of(resource) == "AWS::RDS::DBCluster" or (
        type_of(resource) == "AWS::RDS::DBInstance"
        and "DBClusterIdentifier" not in mapping(resource.get("Properties"))
    )


def of_property(before: Resource, after: Resource, path: Path, old: object, new: object) -> Verdict:
    """Judge a difference in the properties of a resource.

    Args:
        before: The resource before.
        after: The resource after.
        path: Where the difference is, from the properties.
        old: The value there before.
        new: The value there after.
    """
    resource_type = type_of(after)
    if resource_type == CDK_METADATA:
        return Verdict(Consequence.NONE, "CDK's own metadata, no resource is behind it")
    schema = type_schema(resource_type)
    if any(touches(pointer, path, old, new) for pointer in schema.create_only):
        return of_replacement(before, after, f"create-only property of {resource_type}")
    if any(touches(pointer, path, old, new) for pointer in schema.conditional):
        why = f"create-only property of {resource_type} under conditions, may be replaced"
        return of_replacement(before, after, why)
    if is_custom(resource_type):
        why = "what a custom resource does is up to the function behind it"
        return Verdict(Consequence.SOME_INTERRUPTION, why)
    if schema.schema is None or (path and not schema.has_property(str(path[0]))):
        return Verdict(Consequence.SOME_INTERRUPTION, f"not in a schema of {resource_type}")
    return Verdict(Consequence.NO_INTERRUPTION, "updated in place")


def of_replacement(before: Resource, after: Resource, why: str) -> Verdict:
    """Judge a replacement: whether data is lost depends on `UpdateReplacePolicy`.

    Both templates must retain: which of the two counts is not documented.
    """
    kept = [retention(each, "UpdateReplacePolicy") for each in (before, after)]
    resource_type = type_of(before)
    if type_schema(resource_type).deletes_first:
        why += "; the old one is removed before the new one is made"
    if not stateful(before):
        return Verdict(Consequence.REPLACEMENT, why)
    if not all(kept):
        why += f"; UpdateReplacePolicy does not retain a stateful {resource_type}"
        return Verdict(Consequence.DATA_LOSS, why)
    why += "; the old one is kept" if "Snapshot" not in kept else "; a snapshot is kept"
    return Verdict(Consequence.REPLACEMENT, why)


def of_removal(resource: Resource) -> Verdict:
    """Judge a resource that the new template does not have."""
    resource_type = type_of(resource)
    if resource_type == CDK_METADATA:
        return Verdict(Consequence.NONE, "CDK's own metadata, no resource is behind it")
    kept = retention(resource, "DeletionPolicy")
    if kept == "Retain":
        return Verdict(Consequence.NONE, "kept in the account, outside of the stack")
    if not stateful(resource):
        return Verdict(Consequence.SOME_INTERRUPTION, "deleted")
    if kept == "Snapshot":
        return Verdict(Consequence.SOME_INTERRUPTION, "deleted after a snapshot is made")
    why = f"deleted; DeletionPolicy does not retain a stateful {resource_type}"
    if resource_type == "AWS::S3::Bucket":
        why += " (CloudFormation deletes an empty bucket only)"
    return Verdict(Consequence.DATA_LOSS, why)
