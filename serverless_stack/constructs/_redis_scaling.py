"""Scaling the shards and replicas of a Redis to what its nodes are used."""

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct


def scale(
    scope: Construct,
    construct_id: str,
    replication_group: elasticache.CfnReplicationGroup,
    dimension: str,
    *,
    min_capacity: int,
    max_capacity: int,
    target_utilization: float,
    metric: str,
) -> scaling.CfnScalableTarget:
    """Make a scalable target and the policy that tracks a metric.

    Application Auto Scaling uses its service-linked role.

    Args:
        scope: The cache construct.
        construct_id: The id of the target.
        replication_group: What is scaled.
        dimension: ``NodeGroups`` or ``Replicas``.
        min_capacity: The fewest of them.
        max_capacity: The most of them.
        target_utilization: The percentage that is aimed at.
        metric: The predefined metric.
    """
    target = scaling.CfnScalableTarget(
        scope,
        construct_id,
        service_namespace="elasticache",
        resource_id=f"replication-group/{replication_group.ref}",
        scalable_dimension=f"elasticache:replication-group:{dimension}",
        min_capacity=min_capacity,
        max_capacity=max_capacity,
    )
    scaling.CfnScalingPolicy(
        scope,
        f"{construct_id}Policy",
        policy_name=f"{scope.node.path}/{construct_id}",
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
