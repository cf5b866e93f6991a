"""Limits of Amazon ElastiCache on replication groups.

Sources: the API reference, "Quotas for ElastiCache" and the user guide's pages on each feature.
"""

from serverless_stack.checks.engine.problems import Problems, is_unresolved, span
from serverless_stack.checks.services.elasticache.limits import versions
from serverless_stack.checks.services.elasticache.limits.backups import (
    RETENTION_DAYS as SNAPSHOT_RETENTION_DAYS,
)
from serverless_stack.checks.services.elasticache.limits.backups import backup_problems
from serverless_stack.checks.services.elasticache.limits.common import (
    PORT,
    maintenance_window_problems,
    name_problems,
    node_type_problems,
    port_problems,
)
from serverless_stack.checks.services.elasticache.limits.model import SHARDS, ReplicationGroup
from serverless_stack.checks.services.elasticache.limits.parameters import (
    default_group_problems,
    parameter_problems,
)
from serverless_stack.checks.services.elasticache.limits.security import (
    authentication_problems,
    doubtful_encryption_problems,
    encryption_problems,
)

__all__ = [
    "NODES",
    "PORT",
    "REPLICAS",
    "SHARDS",
    "SNAPSHOT_RETENTION_DAYS",
    "ReplicationGroup",
    "replication_group_problems",
]

REPLICAS = (0, 5)
NODES = 500
NODES_BY_QUOTA = 90  # until AWS raises it
_WITHOUT_SHARDS = ("c1", "m1", "m2", "t1")
_WITHOUT_FAILOVER = ("t1",)
_MANY_SHARDS = versions.Feature(f"more than {NODES_BY_QUOTA} nodes", (5, 0, 6))


def replication_group_problems(group: ReplicationGroup) -> list[str]:
    """List all that ElastiCache refuses in a replication group."""
    name = group.name
    problems = []
    if group.replication_group_id:
        problems += name_problems(group.replication_group_id, name("replication_group_id"))
    unknown_engine = versions.engine_problems(
        group.engine, group.engine_version, name("engine"), name("engine_version")
    )
    problems += unknown_engine
    if group.node_type:
        problems += node_type_problems(group.node_type, name("node_type"))
    problems += count_problems(group)
    if group.port is not None:
        problems += port_problems(group.port, name("port"))
    problems += failover_problems(group)
    problems += encryption_problems(group)
    problems += doubtful_encryption_problems(group)
    problems += authentication_problems(group)
    problems += node_problems(group)
    if not unknown_engine:
        problems += versions.feature_problems(
            group.engine, group.engine_version, features_of(group), name("engine_version")
        )
    problems += parameter_group_problems(group)
    problems += backup_problems(
        name,
        retention_days=group.snapshot_retention_days,
        snapshot_window=group.snapshot_window,
        maintenance_window=group.preferred_maintenance_window,
        snapshot_name=group.snapshot_name,
        snapshot_arns=group.snapshot_arns,
        final_snapshot=group.final_snapshot,
        family=group.family,
    )
    if group.preferred_maintenance_window:
        problems += maintenance_window_problems(
            group.preferred_maintenance_window, name("preferred_maintenance_window")
        )
    return problems


def count_problems(group: ReplicationGroup) -> list[str]:
    """List what ElastiCache refuses in the numbers of shards, replicas and nodes."""
    shards, replicas = group.num_node_groups, group.replicas
    problems = Problems()
    if shards and not is_unresolved(shards):
        problems.require(
            SHARDS[0] <= shards <= SHARDS[1],
            f"`{group.name('num_node_groups')}` must be {span(*SHARDS)} in cluster mode and 0 "
            f"without, got: {shards}",
        )
    if replicas is not None:
        problems.between(group.name("replicas"), replicas, *REPLICAS)
    nodes = nodes_of(group)
    if not problems.messages and nodes > NODES:
        problems.fail(
            f"`{group.name('num_node_groups')}` times the nodes of a shard must be at most "
            f"{NODES}, got: {shards} x {nodes // max(1, shards or 1)}"
        )
    return problems.messages


def nodes_of(group: ReplicationGroup) -> int:
    """Return the number of nodes; 0 if it is unknown."""
    shards, replicas = group.num_node_groups, group.replicas
    if shards is None or replicas is None or is_unresolved(shards) or is_unresolved(replicas):
        return 0
    return max(1, shards) * (1 + replicas)


def failover_problems(group: ReplicationGroup) -> list[str]:
    """List why a replication group cannot fail over ("Minimizing downtime by using Multi-AZ")."""
    problems = Problems()
    failover, zones = group.automatic_failover_enabled, group.multi_az_enabled
    failover_name, zones_name = (
        group.name("automatic_failover_enabled"),
        group.name("multi_az_enabled"),
    )
    single = group.replicas == 0
    one_node = group.names.get("one_node", f"`{group.name('replicas')}` of 0")
    problems.require(
        not (failover and single and group.cluster_mode is False),
        f"`{failover_name}` must be False without a second node, got: True and {one_node}",
    )
    problems.require(
        not (zones and single),
        f"`{zones_name}` must be False without a second node, got: True and {one_node}",
    )
    problems.require(
        not (zones and failover is False),
        f"`{zones_name}` must be False without `{failover_name}`, got: True",
    )
    problems.require(
        not (failover is False and group.cluster_mode),
        f"`{failover_name}` must be True in cluster mode, got: False",
    )
    problems.require(
        not (failover or zones) or group.family not in _WITHOUT_FAILOVER,
        f"`{failover_name}` must be False on {group.family} nodes, got: True",
    )
    return problems.messages


def node_problems(group: ReplicationGroup) -> list[str]:
    """List the features of a replication group that its node type does not support."""
    problems = Problems()
    tiered, family = group.data_tiering_enabled, group.family
    tiering_name = group.name("data_tiering_enabled")
    problems.require(
        not tiered or family in ("", "r6gd"),
        f"`{tiering_name}` must be False except on r6gd nodes, got: True on {family}",
    )
    problems.require(
        tiered is not False or family != "r6gd",
        f"`{tiering_name}` must be True on r6gd nodes, got: False",
    )
    problems.require(
        not group.cluster_mode or family not in _WITHOUT_SHARDS,
        f"`{group.name('node_type')}` must be of a family with cluster mode, "
        f"got: {group.node_type!r}",
    )
    return problems.messages


def features_of(group: ReplicationGroup) -> list[versions.Feature]:
    """Return the features that a replication group requires of its engine's version."""
    used: list[tuple[object, versions.Feature]] = [
        (group.replicas or group.automatic_failover_enabled, versions.REPLICATION),
        (group.cluster_mode, versions.CLUSTER_MODE),
        (nodes_of(group) > NODES_BY_QUOTA, _MANY_SHARDS),
        (group.transit_encryption_enabled, versions.TLS),
        (group.at_rest_encryption_enabled, versions.AT_REST),
        (group.user_group and not group.iam, versions.RBAC),
        (group.iam, versions.IAM),
        (group.data_tiering_enabled, versions.DATA_TIERING),
        (group.slow_log, versions.SLOW_LOG),
        (group.engine_log, versions.ENGINE_LOG),
        (group.secondary, versions.GLOBAL_DATASTORE),
    ]
    return [feature for is_used, feature in used if is_used] + versions.node_feature(
        group.node_type
    )


def parameter_group_problems(group: ReplicationGroup) -> list[str]:
    """List what ElastiCache refuses in the parameter group."""
    problems = parameter_problems(
        group.parameters,
        cluster_mode=group.cluster_mode,
        data_tiering=group.data_tiering_enabled,
        argument=group.name("parameters"),
    )
    called = group.name("cache_parameter_group_name")
    if group.parameters and group.cache_parameter_group_name:
        problems.append(
            f"`{called}` must be absent with `{group.name('parameters')}`, which create a group of "
            f"their own, got: {group.cache_parameter_group_name!r}"
        )
    return problems + default_group_problems(
        group.cache_parameter_group_name,
        engine=group.engine,
        engine_version=group.engine_version,
        cluster_mode=group.cluster_mode,
        argument=called,
    )
