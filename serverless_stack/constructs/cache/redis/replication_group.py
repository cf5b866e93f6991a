"""The raw resources of a Redis: its replication group and its parameter group."""

from collections.abc import Sequence
from itertools import pairwise

from aws_cdk import CfnResource, CfnUpdatePolicy, RemovalPolicy, Stack
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup
from serverless_stack.checks.services.elasticache.limits.parameters import (
    CLUSTER_ENABLED,
    parameter_group_family,
)
from serverless_stack.constructs.network.vpc import CacheNetwork

_SLOTS = 16384  # of a key's hash, spread over the shards
_NEEDED = (
    "AWS::EC2::SecurityGroup",
    "AWS::ElastiCache::ParameterGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::ElastiCache::User",
    "AWS::ElastiCache::UserGroup",
    "AWS::SecretsManager::Secret",
)


def parameter_group(scope: Construct, group: ReplicationGroup) -> elasticache.CfnParameterGroup:
    """Make a parameter group of the family that fits the engine, with cluster mode as it is.

    Args:
        scope: The cache construct.
        group: What was asked for.
    """
    switch = {CLUSTER_ENABLED: "yes"} if group.cluster_mode else {}
    return elasticache.CfnParameterGroup(
        scope,
        "ParameterGroup",
        cache_parameter_group_family=parameter_group_family(group.engine, group.engine_version),
        description=f"Parameters of {scope.node.path}",
        properties={**group.parameters, **switch},
    )


def replication_group(
    scope: Construct,
    group: ReplicationGroup,
    *,
    network: CacheNetwork,
    parameters: elasticache.CfnParameterGroup | None,
    encryption_key: kms.IKey | None,
    auth_token: str | None,
    user_group: elasticache.CfnUserGroup | None,
    logs: Sequence[elasticache.CfnReplicationGroup.LogDeliveryConfigurationRequestProperty],
    notification_topic: sns.ITopic | None,
    global_replication_group_id: str | None,
) -> elasticache.CfnReplicationGroup:
    """Make the replication group.

    A secondary of a global datastore leaves out what ElastiCache takes from the primary.

    Args:
        scope: The cache construct.
        group: What was asked for, without a problem.
        network: Where it is.
        parameters: Its own parameter group, if it has one.
        encryption_key: The user's key for encryption at rest.
        auth_token: The reference to the AUTH token.
        user_group: The users that may log in.
        logs: Where the logs go.
        notification_topic: Who is told of events.
        global_replication_group_id: The global datastore that it joins.
    """
    shards = group.num_node_groups or 0
    own = not group.secondary
    nodes = (group.replicas or 0) + 1
    made = elasticache.CfnReplicationGroup(
        scope,
        "ReplicationGroup",
        replication_group_description=scope.node.path,
        replication_group_id=group.replication_group_id.lower() or None,
        global_replication_group_id=global_replication_group_id,
        engine=group.engine if own else None,
        engine_version=group.engine_version if own else None,
        cache_node_type=group.node_type if own else None,
        num_cache_clusters=None if shards else nodes,
        num_node_groups=shards if shards and own and not _seeded(group) else None,
        replicas_per_node_group=nodes - 1 if shards and not _seeded(group) else None,
        node_group_configuration=_node_groups(shards, nodes - 1) if _seeded(group) else None,
        automatic_failover_enabled=group.automatic_failover_enabled,
        multi_az_enabled=group.multi_az_enabled,
        port=group.port,
        cache_parameter_group_name=parameters.ref if parameters else _named(group),
        cache_subnet_group_name=network.subnet_group.ref,
        security_group_ids=[each.security_group_id for each in network.security_groups],
        transit_encryption_enabled=group.transit_encryption_enabled if own else None,
        at_rest_encryption_enabled=group.at_rest_encryption_enabled if own else None,
        kms_key_id=None if encryption_key is None else encryption_key.key_arn,
        auth_token=auth_token if own else None,
        user_group_ids=[user_group.ref] if user_group else None,
        data_tiering_enabled=True if group.data_tiering_enabled and own else None,
        log_delivery_configurations=list(logs) or None,
        snapshot_retention_limit=group.snapshot_retention_days,
        snapshot_window=group.snapshot_window or None,
        snapshot_name=group.snapshot_name or None,
        snapshot_arns=list(group.snapshot_arns) or None,
        preferred_maintenance_window=group.preferred_maintenance_window or None,
        notification_topic_arn=notification_topic.topic_arn if notification_topic else None,
    )
    if shards:  # else CloudFormation replaces it to change the number of shards
        made.cfn_options.update_policy = CfnUpdatePolicy(use_online_resharding=True)
    return made


def _named(group: ReplicationGroup) -> str | None:
    """Give the name of the parameter group if it is not one of ours."""
    if group.secondary:
        return None
    if group.cache_parameter_group_name or not group.cluster_mode:
        return group.cache_parameter_group_name or None
    return f"default.{parameter_group_family(group.engine, group.engine_version)}.cluster.on"


def _seeded(group: ReplicationGroup) -> bool:
    """Whether shards are filled from files in S3, for which each must be told its slots."""
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


def node_ids(group: ReplicationGroup, name: str) -> list[str]:
    """Give the ids of the nodes, which ElastiCache makes of the replication group's name.

    Args:
        group: What was asked for.
        name: The name, a token until it is deployed.

    Returns:
        One for each node; none if their number is known only at deploy time.
    """
    shards, replicas = group.num_node_groups or 0, group.replicas or 0
    if is_unresolved(shards) or is_unresolved(replicas):
        return []
    members = [f"{node:03}" for node in range(1, replicas + 2)]
    if not shards:
        return [f"{name}-{member}" for member in members]
    return [f"{name}-{shard:04}-{member}" for shard in range(1, shards + 1) for member in members]


def global_datastore(
    scope: Construct, primary: elasticache.CfnReplicationGroup, suffix: str
) -> elasticache.CfnGlobalReplicationGroup:
    """Make a global datastore with a replication group as its primary.

    Args:
        scope: The cache construct.
        primary: The replication group.
        suffix: Ends its id.
    """
    return elasticache.CfnGlobalReplicationGroup(
        scope,
        "GlobalDatastore",
        global_replication_group_id_suffix=suffix,
        global_replication_group_description=scope.node.path,
        members=[
            elasticache.CfnGlobalReplicationGroup.GlobalReplicationGroupMemberProperty(
                replication_group_id=primary.ref,
                replication_group_region=Stack.of(scope).region,
                role="PRIMARY",
            )
        ],
    )


def keep_what_it_needs(scope: Construct, removal_policy: RemovalPolicy) -> None:
    """Keep what a replication group that is kept cannot be without.

    A VPC below the cache is left alone.

    Args:
        scope: The cache construct, or a part of it.
        removal_policy: What happens to the replication group.
    """
    if removal_policy not in (RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE):
        return
    for child in scope.node.find_all():
        if CfnResource.is_cfn_resource(child) and isinstance(child, CfnResource):
            inside = not child.node.path.startswith(f"{scope.node.path}/Vpc/")
            if inside and child.cfn_resource_type in _NEEDED:
                child.apply_removal_policy(removal_policy)
