"""Scaling the shards and replicas of a Redis to what its nodes are used."""

from typing import NamedTuple

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits import scaling as rules
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup


class Dimension(NamedTuple):
    """What is scaled.

    Attributes:
        construct_id: The id of the scalable target.
        name: The service's name for it.
        bounds: The least and the most that the service takes.
        metrics: The predefined metrics that go with it.
    """

    construct_id: str
    name: str
    bounds: tuple[int, int]
    metrics: tuple[str, ...]


SHARDS = Dimension("ShardScaling", "NodeGroups", rules.SCALED_SHARDS, rules.SHARD_METRICS)
REPLICAS = Dimension("ReplicaScaling", "Replicas", rules.SCALED_REPLICAS, rules.REPLICA_METRICS)


def is_scaled(scope: Construct) -> bool:
    """Tell whether a cache is scaled."""
    return any(scope.node.try_find_child(each.construct_id) for each in (SHARDS, REPLICAS))


def scale(
    scope: Construct,
    dimension: Dimension,
    asked: ReplicationGroup,
    made: elasticache.CfnReplicationGroup,
    *,
    in_global_datastore: bool,
    min_capacity: int,
    max_capacity: int,
    target_utilization: float,
    metric: str,
) -> scaling.CfnScalableTarget:
    """Make a scalable target and the policy that tracks a metric.

    Application Auto Scaling uses its service-linked role.

    Args:
        scope: The cache construct.
        dimension: What is scaled.
        asked: What was asked for.
        made: The replication group.
        in_global_datastore: Whether it is in a global datastore.
        min_capacity: The fewest of them.
        max_capacity: The most of them.
        target_utilization: The percentage that is aimed at.
        metric: The predefined metric.

    Raises:
        ValueError: If it cannot be scaled, or not so.
    """
    problems = Problems(scope.node.path)
    problems.require(
        scope.node.try_find_child(dimension.construct_id) is None,
        f"{dimension.name} must be scaled by one policy, got: another one",
    )
    problems.add(rules.auto_scaling_problems(asked, in_global_datastore=in_global_datastore))
    problems.add(
        rules.capacity_problems(
            min_capacity,
            max_capacity,
            dimension.bounds,
            target_utilization=target_utilization,
            metric=metric,
            metrics=dimension.metrics,
            data_tiering=bool(asked.data_tiering_enabled),
        )
    )
    problems.raise_if_any()
    target = scaling.CfnScalableTarget(
        scope,
        dimension.construct_id,
        service_namespace="elasticache",
        resource_id=f"replication-group/{made.ref}",
        scalable_dimension=f"elasticache:replication-group:{dimension.name}",
        min_capacity=min_capacity,
        max_capacity=max_capacity,
    )
    scaling.CfnScalingPolicy(
        scope,
        f"{dimension.construct_id}Policy",
        policy_name=f"{scope.node.path}/{dimension.construct_id}",
        policy_type="TargetTrackingScaling",
        scaling_target_id=target.ref,
        target_tracking_scaling_policy_configuration=(
            scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                target_value=target_utilization,
                predefined_metric_specification=(
                    scaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
                        predefined_metric_type=metric
                    )
                ),
            )
        ),
    )
    return target
