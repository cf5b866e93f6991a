"""Limits of Amazon ElastiCache on auto scaling and on global datastores."""

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits import versions
from serverless_stack.checks.services.elasticache.limits.common import (
    name_problems,
    parse_node_type,
)
from serverless_stack.checks.services.elasticache.limits.model import SHARDS, ReplicationGroup

SCALED_SHARDS = SHARDS
SCALED_REPLICAS = (1, 5)
TARGET = (35, 70)
SHARD_METRICS = (
    "ElastiCachePrimaryEngineCPUUtilization",
    "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
    "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage",
)
REPLICA_METRICS = ("ElastiCacheReplicaEngineCPUUtilization",)
_MEMORY = SHARD_METRICS[1]
_SCALED_FAMILIES = ("r7g", "r6g", "r6gd", "r5", "m7g", "m6g", "m5", "c7gn")
_KNOWN_GENERATION = 7  # later ones are not in the list yet
_SCALED_SIZES = ("large", "xlarge", "2xlarge")
_NOT_GLOBAL = ("c1", "m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2", "t3", "t4g")


def auto_scaling_problems(group: ReplicationGroup, *, in_global_datastore: bool) -> list[str]:
    """List why a replication group cannot be scaled automatically.

    Source: "Auto Scaling Valkey and Redis OSS clusters".
    """
    problems = Problems()
    called = group.name("node_type")
    node = parse_node_type(group.node_type)
    problems.require(
        group.cluster_mode is not False,
        f"`{group.name('num_node_groups')}` must be 1 or more for auto scaling, got: 0",
    )
    problems.require(
        node is None or node.family in _SCALED_FAMILIES or node.generation > _KNOWN_GENERATION,
        f"`{called}` must be of {', '.join(_SCALED_FAMILIES)} for auto scaling, "
        f"got: {group.node_type!r}",
    )
    problems.require(
        node is None or node.size in _SCALED_SIZES,
        f"`{called}` must be {', '.join(_SCALED_SIZES)} for auto scaling, got: {group.node_type!r}",
    )
    problems.require(
        not in_global_datastore,
        "auto scaling must not be in a global datastore, got: a member of one",
    )
    tiered = versions.AUTO_SCALING_TIERED if group.data_tiering_enabled else versions.AUTO_SCALING
    problems.add(
        versions.feature_problems(
            group.engine, group.engine_version, [tiered], group.name("engine_version")
        )
    )
    return problems.messages


def capacity_problems(
    min_capacity: int,
    max_capacity: int,
    bounds: tuple[int, int],
    *,
    target_utilization: float,
    metric: str,
    metrics: tuple[str, ...],
    data_tiering: bool = False,
) -> list[str]:
    """List what Application Auto Scaling refuses in a target tracking policy.

    `metrics` are those of the scaled dimension. The memory of nodes with data tiering is always
    full, so that it is no metric for them.
    """
    problems = Problems()
    problems.between("min_capacity", min_capacity, *bounds)
    problems.between("max_capacity", max_capacity, *bounds)
    problems.require(
        is_unresolved(min_capacity) or is_unresolved(max_capacity) or min_capacity <= max_capacity,
        f"`min_capacity` must be at most `max_capacity`, got: {min_capacity} and {max_capacity}",
    )
    problems.between("target_utilization", target_utilization, *TARGET, "percent")
    problems.require(
        metric in metrics, f"`metric` must be one of {', '.join(metrics)}, got: {metric!r}"
    )
    problems.require(
        not (data_tiering and metric == _MEMORY),
        f"`metric` must be a different metric on nodes with data tiering, got: {metric!r}",
    )
    return problems.messages


def global_datastore_problems(group: ReplicationGroup, suffix: str = "") -> list[str]:
    """List why a replication group cannot be in a global datastore.

    Source: "Prerequisites and limitations" of global datastores.
    """
    node = parse_node_type(group.node_type)
    problems = versions.feature_problems(
        group.engine,
        group.engine_version,
        [versions.GLOBAL_DATASTORE],
        group.name("engine_version"),
    )
    if node and node.family in _NOT_GLOBAL:
        problems.append(
            f"`{group.name('node_type')}` must be of m5, r5 or later for a global datastore, "
            f"got: {group.node_type!r}"
        )
    if suffix:
        problems += name_problems(suffix, "global_replication_group_id_suffix")
    return problems
