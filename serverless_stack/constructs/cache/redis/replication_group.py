"""The raw resources of a Redis cache: its replication group and its parameter group."""

from collections.abc import Sequence
from itertools import pairwise

from aws_cdk import Annotations, CfnUpdatePolicy
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup
from serverless_stack.checks.services.elasticache.limits.parameters import CLUSTER_ENABLED
from serverless_stack.checks.services.elasticache.limits.replication_groups import (
    NODES_BY_QUOTA,
    nodes_of,
)
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.tree import remember_place
from serverless_stack.constructs.cache.network import DEFAULT_PORT_REASON, CacheNetwork
from serverless_stack.constructs.cache.redis.arguments import RedisArguments
from serverless_stack.constructs.cache.redis.scaling import add_scaling
from serverless_stack.constructs.cache.values import stored_name

DEFAULT_PORT = 6379
_SLOTS = 16384  # of a key's hash, spread over the shards
_LogDelivery = elasticache.CfnReplicationGroup.LogDeliveryConfigurationRequestProperty


def create_parameter_group(
    scope: Construct, arguments: RedisArguments
) -> elasticache.CfnParameterGroup | None:
    """Create the parameter group of the family that fits the engine, if there are parameters.

    Args:
        scope: The cache.
        arguments: The arguments of the cache.
    """
    group = arguments.group
    if not group.parameters:
        return None
    cluster_mode = {CLUSTER_ENABLED: "yes"} if group.cluster_mode else {}
    return elasticache.CfnParameterGroup(
        scope,
        "ParameterGroup",
        cache_parameter_group_family=arguments.family,
        description=description_of(scope, "Parameters of"),
        properties={**group.parameters, **cluster_mode},
    )


def create_replication_group(
    scope: Construct,
    arguments: RedisArguments,
    *,
    network: CacheNetwork,
    subnet_group: elasticache.CfnSubnetGroup,
    parameter_group: elasticache.CfnParameterGroup | None,
    key_arn: str | None,
    auth_token: str | None,
    logs: Sequence[_LogDelivery],
) -> elasticache.CfnReplicationGroup:
    """Create the replication group, and its auto scaling.

    A secondary of a global datastore leaves out what ElastiCache takes from the primary.

    Args:
        scope: The cache.
        arguments: The arguments of the cache.
        network: Where the cache runs.
        subnet_group: The subnet group.
        parameter_group: The new parameter group, or None.
        key_arn: The ARN of the KMS key for encryption at rest, or None.
        auth_token: The reference to the AUTH token, or None.
        logs: The deliveries of logs.
    """
    group = arguments.group
    shards, replicas = group.num_node_groups or 0, group.replicas or 0
    primary, restored = not group.secondary, _is_restored_in_shards(group)
    topic, datastore = arguments.notification_topic, arguments.global_datastore
    resource = elasticache.CfnReplicationGroup(
        scope,
        "ReplicationGroup",
        replication_group_description=description_of(scope),
        replication_group_id=stored_name(arguments.replication_group_id),
        global_replication_group_id=(
            datastore.global_replication_group_ref.global_replication_group_id
            if datastore
            else None
        ),
        engine=group.engine if primary else None,
        engine_version=group.engine_version if primary else None,
        cache_node_type=group.node_type if primary else None,
        num_cache_clusters=None if shards else replicas + 1,
        num_node_groups=shards if shards and primary and not restored else None,
        replicas_per_node_group=replicas if shards and not restored else None,
        node_group_configuration=_node_groups(shards, replicas) if restored else None,
        automatic_failover_enabled=group.automatic_failover_enabled,
        multi_az_enabled=group.multi_az_enabled,
        durability=arguments.durability.value if arguments.durability else None,
        port=group.port,
        cache_parameter_group_name=(
            parameter_group.ref if parameter_group else _parameter_group_name(arguments)
        ),
        cache_subnet_group_name=subnet_group.ref,
        security_group_ids=[each.security_group_id for each in network.security_groups],
        transit_encryption_enabled=group.transit_encryption_enabled if primary else None,
        at_rest_encryption_enabled=group.at_rest_encryption_enabled if primary else None,
        kms_key_id=key_arn,
        auth_token=auth_token if primary else None,
        data_tiering_enabled=True if group.data_tiering_enabled and primary else None,
        log_delivery_configurations=list(logs) or None,
        snapshot_retention_limit=group.snapshot_retention_days,
        snapshot_window=group.snapshot_window or None,
        snapshot_name=group.snapshot_name or None,
        snapshot_arns=list(group.snapshot_arns) or None,
        preferred_maintenance_window=group.preferred_maintenance_window or None,
        notification_topic_arn=topic.topic_arn if topic else None,
    )
    remember_place(resource, scope, "ReplicationGroup")
    if shards:  # else CloudFormation replaces the group to change the number of shards
        resource.cfn_options.update_policy = CfnUpdatePolicy(use_online_resharding=True)
    resource.apply_removal_policy(arguments.retention.data)
    if arguments.topology.autoscale is not None:
        add_scaling(scope, arguments.topology.autoscale, resource)
    _warn_of_quota(scope, nodes_of(group))
    if group.port == DEFAULT_PORT:
        acknowledge(resource, "AEC5", DEFAULT_PORT_REASON, profile=arguments.profile)
    return resource


def _warn_of_quota(scope: Construct, nodes: int) -> None:
    """Warn of more nodes than AWS grants a cluster by default."""
    if nodes > NODES_BY_QUOTA:
        Annotations.of(scope).add_warning_v2(
            "serverless-stack:RedisNodes",
            f"{nodes} nodes need a higher quota of nodes per cluster, which is {NODES_BY_QUOTA} "
            "before AWS raises it",
        )


def _parameter_group_name(arguments: RedisArguments) -> str | None:
    group = arguments.group
    if group.secondary:
        return None
    if group.cache_parameter_group_name or not group.cluster_mode:
        return group.cache_parameter_group_name or None
    return f"default.{arguments.family}.cluster.on"


def _is_restored_in_shards(group: ReplicationGroup) -> bool:
    """Whether shards are filled from files in S3, for which each shard needs its slots."""
    return bool(group.snapshot_arns and group.cluster_mode)


def _node_groups(
    shards: int, replicas: int
) -> list[elasticache.CfnReplicationGroup.NodeGroupConfigurationProperty]:
    bounds = [_SLOTS * shard // shards for shard in range(shards + 1)]
    return [
        elasticache.CfnReplicationGroup.NodeGroupConfigurationProperty(
            replica_count=replicas, slots=f"{first}-{following - 1}"
        )
        for first, following in pairwise(bounds)
    ]
