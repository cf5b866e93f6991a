"""Rules of Amazon ElastiCache on replication groups: what goes with what.

From its API reference, "Quotas for ElastiCache" and the user guide's pages on each feature.
"""

from serverless_stack.checks.engine.problems import is_unresolved
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
    """List all that ElastiCache refuses in a replication group.

    Args:
        group: The replication group.

    Returns:
        One message per rule that is broken, none twice.
    """
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
    """List what is wrong with the numbers of shards, replicas and nodes."""
    shards, replicas = group.num_node_groups, group.replicas
    found = []
    if shards and not is_unresolved(shards) and not SHARDS[0] <= shards <= SHARDS[1]:
        found.append(
            f"`{group.name('num_node_groups')}` must be {SHARDS[0]}–{SHARDS[1]} in cluster mode "  # noqa: RUF001
            f"and 0 without, got: {shards}"
        )
    if (
        replicas is not None
        and not is_unresolved(replicas)
        and not (REPLICAS[0] <= replicas <= REPLICAS[1])
    ):
        found.append(
            f"`{group.name('replicas')}` must be {REPLICAS[0]}–{REPLICAS[1]}, "  # noqa: RUF001
            f"got: {replicas}"
        )
    nodes = nodes_of(group)
    if not found and nodes > NODES:
        found.append(
            f"`{group.name('num_node_groups')}` times the nodes of a shard must be {NODES} at "
            f"most, got: {shards} x {nodes // max(1, shards or 1)}"
        )
    return found


def nodes_of(group: ReplicationGroup) -> int:
    """Give the number of nodes, 0 if it is not known."""
    shards, replicas = group.num_node_groups, group.replicas
    if shards is None or replicas is None or is_unresolved(shards) or is_unresolved(replicas):
        return 0
    return max(1, shards) * (1 + replicas)


def failover_problems(group: ReplicationGroup) -> list[str]:
    """List why a replication group cannot fail over as it is told to.

    From "Minimizing downtime by using Multi-AZ".
    """
    failover, zones = group.automatic_failover_enabled, group.multi_az_enabled
    called, across = group.name("automatic_failover_enabled"), group.name("multi_az_enabled")
    alone = group.replicas == 0
    one_node = group.names.get("one_node", f"`{group.name('replicas')}` of 0")
    rules = [
        (
            failover and alone and group.cluster_mode is False,
            f"`{called}` must be False without a second node, got: True and {one_node}",
        ),
        (
            zones and alone,
            f"`{across}` must be False without a second node, got: True and {one_node}",
        ),
        (
            zones and failover is False,
            f"`{across}` must be False without `{called}`, got: True",
        ),
        (
            failover is False and group.cluster_mode,
            f"`{called}` must be True in cluster mode, got: False",
        ),
        (
            (failover or zones) and group.family in _WITHOUT_FAILOVER,
            f"`{called}` must be False on {group.family} nodes, got: True",
        ),
    ]
    return [message for broken, message in rules if broken]


def node_problems(group: ReplicationGroup) -> list[str]:
    """List what a node type does not support."""
    tiered, family = group.data_tiering_enabled, group.family
    called = group.name("data_tiering_enabled")
    rules = [
        (
            tiered and family not in ("", "r6gd"),
            f"`{called}` must be False but on r6gd nodes, got: True on {family}",
        ),
        (
            tiered is False and family == "r6gd",
            f"`{called}` must be True on r6gd nodes, got: False",
        ),
        (
            group.cluster_mode and family in _WITHOUT_SHARDS,
            f"`{group.name('node_type')}` must be of a family with cluster mode, "
            f"got: {group.node_type!r}",
        ),
    ]
    return [message for broken, message in rules if broken]


def features_of(group: ReplicationGroup) -> list[versions.Feature]:
    """List what a replication group asks of its engine's version."""
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
    return [feature for asked, feature in used if asked] + versions.node_feature(group.node_type)


def parameter_group_problems(group: ReplicationGroup) -> list[str]:
    """List what is wrong with the parameter group."""
    problems = parameter_problems(
        group.parameters,
        cluster_mode=group.cluster_mode,
        data_tiering=group.data_tiering_enabled,
        argument=group.name("parameters"),
    )
    called = group.name("cache_parameter_group_name")
    if group.parameters and group.cache_parameter_group_name:
        problems.append(
            f"`{called}` must not go with `{group.name('parameters')}`, which make a group of "
            f"their own, got: {group.cache_parameter_group_name!r}"
        )
    return problems + default_group_problems(
        group.cache_parameter_group_name,
        engine=group.engine,
        engine_version=group.engine_version,
        cluster_mode=group.cluster_mode,
        argument=called,
    )
