"""The optional features of a bucket: checked together, and set on the raw resource."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from aws_cdk import RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.buckets import raw_bucket
from serverless_stack.constructs._internal.tree import region_of
from serverless_stack.constructs.storage.archive_tiers import (
    ArchiveTiers,
    archive_tiers_of,
    archive_tiers_problems,
)
from serverless_stack.constructs.storage.cors import BucketCors, cors_problems
from serverless_stack.constructs.storage.inventory import (
    Inventory,
    inventory_problems,
    list_objects,
)
from serverless_stack.constructs.storage.object_lock import ObjectLock, lock_objects, lock_problems
from serverless_stack.constructs.storage.replication import Replication, replication_problems
from serverless_stack.constructs.storage.request_metrics import (
    RequestMetrics,
    request_metrics_of,
    request_metrics_problems,
)

_T = TypeVar("_T")


@dataclass(frozen=True)
class Features:
    """What the caller turned on.

    Attributes:
        cors: The web pages that use the bucket.
        object_lock: The retention of objects, or None.
        replication: The destinations of copies.
        archive_tiers: When objects in Intelligent-Tiering are archived.
        request_metrics: The metrics of requests.
        inventory: The lists of objects.
        event_bridge: Whether events go to EventBridge.
        transfer_acceleration: Whether edge locations take uploads.
    """

    cors: Sequence[BucketCors]
    object_lock: ObjectLock | None
    replication: Sequence[Replication]
    archive_tiers: Sequence[ArchiveTiers]
    request_metrics: Sequence[RequestMetrics]
    inventory: Sequence[Inventory]
    event_bridge: bool
    transfer_acceleration: bool


@dataclass(frozen=True)
class Basics:
    """What the features depend on.

    Attributes:
        bucket_name: The name of the bucket, or None.
        name_prefix: The beginning of the name, or None.
        versioned: Whether the bucket has versions.
        has_key: Whether it has a KMS key.
        removal_policy: What happens to it when the stack is deleted.
        empties: Whether it is emptied before.
    """

    bucket_name: str | None
    name_prefix: str | None
    versioned: bool
    has_key: bool
    removal_policy: RemovalPolicy
    empties: bool


def listed(value: _T | Sequence[_T]) -> Sequence[_T]:
    """Return the items of an argument that takes one or several.

    Args:
        value: One item, or several.
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    return [value]


def feature_problems(scope: Construct, features: Features, basics: Basics) -> list[str]:
    """Check the name and the features of a bucket.

    Args:
        scope: The parent of the bucket.
        features: What the caller turned on.
        basics: What the features depend on.
    """
    problems = Problems()
    name, prefix = basics.bucket_name, basics.name_prefix
    is_regional = prefix is not None or features.inventory or features.transfer_acceleration
    region = region_of(scope) if is_regional else ""  # a call of jsii takes time
    if name is not None and prefix is not None:
        problems.fail(f"`bucket_name` or `name_prefix` must be None, got: {name!r} and {prefix!r}")
    if name is not None:
        problems.add(rules.bucket_name_problems(name))
    if prefix is not None:
        problems.add(rules.name_prefix_problems(prefix, region=region))
    problems.add(cors_problems(features.cors))
    if features.object_lock is not None:
        problems.add(
            lock_problems(
                features.object_lock,
                versioned=basics.versioned,
                removal_policy=basics.removal_policy,
                empties=basics.empties,
            )
        )
    problems.add(
        replication_problems(
            scope,
            features.replication,
            versioned=basics.versioned,
            has_key=basics.has_key,
            locked=features.object_lock is not None,
        )
    )
    problems.add(archive_tiers_problems(features.archive_tiers))
    problems.add(request_metrics_problems(features.request_metrics))
    problems.add(inventory_problems(region, features.inventory))
    if features.transfer_acceleration:
        problems.add(rules.acceleration_problems(name, region, "transfer_acceleration"))
    return problems.messages


def set_features(bucket: s3.Bucket, features: Features) -> None:
    """Set what CDK's own arguments lack, on the raw bucket.

    Args:
        bucket: The bucket.
        features: What the caller turned on.
    """
    raw = raw_bucket(bucket)
    if features.object_lock is not None:
        lock_objects(raw, features.object_lock)
    if features.archive_tiers:
        raw.intelligent_tiering_configurations = archive_tiers_of(features.archive_tiers)
    if features.request_metrics:
        raw.metrics_configurations = request_metrics_of(features.request_metrics)
    if features.inventory:
        list_objects(bucket, raw, features.inventory)
    if features.event_bridge:
        # CDK's own argument needs a function; triggers add to this property.
        raw.notification_configuration = raw.NotificationConfigurationProperty(
            event_bridge_configuration=raw.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )
    if features.transfer_acceleration:
        raw.accelerate_configuration = raw.AccelerateConfigurationProperty(
            acceleration_status="Enabled"
        )
