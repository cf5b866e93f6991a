"""Auto scaling of the shards and replicas of a Redis cache."""

from typing import NamedTuple

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_elasticache as elasticache
from aws_cdk.aws_applicationautoscaling import PredefinedMetric
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits import scaling as rules
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.redis.topology import Autoscale, Capacity


class Dimension(NamedTuple):
    """One of the two numbers that can be scaled.

    Attributes:
        field: Its field of ``Autoscale``.
        construct_id: The id of the scalable target.
        name: The service's name for it.
        bounds: The smallest and the largest number that the service accepts.
        metrics: The predefined metrics that it can follow; the first is the default.
    """

    field: str
    construct_id: str
    name: str
    bounds: tuple[int, int]
    metrics: tuple[str, ...]


_DIMENSIONS = (
    Dimension("shards", "ShardScaling", "NodeGroups", rules.SCALED_SHARDS, rules.SHARD_METRICS),
    Dimension(
        "replicas", "ReplicaScaling", "Replicas", rules.SCALED_REPLICAS, rules.REPLICA_METRICS
    ),
)
_METRIC_NAMES = {
    PredefinedMetric.ELASTICACHE_PRIMARY_ENGINE_CPU_UTILIZATION: (
        "ElastiCachePrimaryEngineCPUUtilization"
    ),
    PredefinedMetric.ELASTICACHE_DATABASE_MEMORY_USAGE_COUNTED_FOR_EVICT_PERCENTAGE: (
        "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage"
    ),
    PredefinedMetric.ELASTICACHE_DATABASE_CAPACITY_USAGE_COUNTED_FOR_EVICT_PERCENTAGE: (
        "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage"
    ),
    PredefinedMetric.ELASTICACHE_REPLICA_ENGINE_CPU_UTILIZATION: (
        "ElastiCacheReplicaEngineCPUUtilization"
    ),
}


def autoscale_problems(autoscale: Autoscale | None, group: ReplicationGroup) -> list[str]:
    """List why a cache cannot be scaled, or not in these ranges.

    Args:
        autoscale: What is scaled, or None.
        group: The replication group.
    """
    if autoscale is None:
        return []
    problems = Problems()
    problems.add(rules.auto_scaling_problems(group, in_global_datastore=group.secondary))
    for dimension, capacity in _scaled(autoscale):
        messages = rules.capacity_problems(
            capacity.min,
            capacity.max,
            dimension.bounds,
            target_utilization=capacity.target_utilization,
            metric=_metric_name(capacity, dimension),
            metrics=dimension.metrics,
            data_tiering=bool(group.data_tiering_enabled),
        )
        place = f"topology.autoscale.{dimension.field}"
        for rule_name, field in (
            ("min_capacity", "min"),
            ("max_capacity", "max"),
            ("target_utilization", "target_utilization"),
            ("metric", "metric"),
        ):
            messages = [text.replace(f"`{rule_name}`", f"`{place}.{field}`") for text in messages]
        problems.add(messages)
    return problems.messages


def add_scaling(
    scope: Construct, autoscale: Autoscale, group: elasticache.CfnReplicationGroup
) -> None:
    """Create the scalable targets of a cache, and the policies that follow a metric.

    Application Auto Scaling uses its service-linked role.

    Args:
        scope: The cache.
        autoscale: What is scaled.
        group: The replication group.
    """
    for dimension, capacity in _scaled(autoscale):
        target = scaling.CfnScalableTarget(
            scope,
            dimension.construct_id,
            service_namespace="elasticache",
            resource_id=f"replication-group/{group.ref}",
            scalable_dimension=f"elasticache:replication-group:{dimension.name}",
            min_capacity=capacity.min,
            max_capacity=capacity.max,
        )
        metric = scaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
            predefined_metric_type=_metric_name(capacity, dimension)
        )
        scaling.CfnScalingPolicy(
            scope,
            f"{dimension.construct_id}Policy",
            policy_name=f"{path_of(scope)}/{dimension.construct_id}",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration=(
                scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                    target_value=capacity.target_utilization,
                    predefined_metric_specification=metric,
                )
            ),
        )


def _scaled(autoscale: Autoscale) -> list[tuple[Dimension, Capacity]]:
    ranges = ((each, getattr(autoscale, each.field)) for each in _DIMENSIONS)
    return [(dimension, capacity) for dimension, capacity in ranges if capacity is not None]


def _metric_name(capacity: Capacity, dimension: Dimension) -> str:
    if capacity.metric is None:
        return dimension.metrics[0]
    return _METRIC_NAMES.get(capacity.metric, capacity.metric.value)
