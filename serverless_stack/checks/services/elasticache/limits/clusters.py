"""Limits of ElastiCache clusters (``AWS::ElastiCache::CacheCluster``): Memcached, or one node.

Sources: "CreateCacheCluster", "Quotas for ElastiCache" and "ElastiCache in-transit encryption
(TLS)".
"""

from collections.abc import Sequence
from typing import Final

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits.common import (
    parse_node_type,
    version_of,
)

MEMCACHED_NODES: Final = (1, 60)
AZ_MODES: Final = ("single-az", "cross-az")
SNAPSHOT_RETENTION_DAYS: Final = (0, 35)
_TLS_VERSION = (1, 6, 12)
_FAMILIES = ((1, 4), (1, 5), (1, 6))
_WITHOUT_TLS = ("m1", "m2", "m3", "r3", "t2")


def node_count_problems(engine: str, nodes: float, argument: str = "num_cache_nodes") -> list[str]:
    """List what ElastiCache refuses in the number of nodes of a cluster."""
    if is_unresolved(engine) or is_unresolved(nodes):
        return []
    if engine == "memcached":
        low, high = MEMCACHED_NODES
        if low <= nodes <= high:
            return []
        return [f"`{argument}` must be between {low} and {high}, got: {nodes:.15g}"]
    if nodes == 1:
        return []
    return [
        f"`{argument}` must be 1 for {engine}, got: {nodes:.15g}; "
        "replicas and shards need a replication group"
    ]


def placement_problems(
    engine: str,
    nodes: float,
    az_mode: str,
    zones: Sequence[str],
    az_mode_argument: str = "az_mode",
    zones_argument: str = "availability_zones",
) -> list[str]:
    """List what ElastiCache refuses in the availability zones of a cluster's nodes.

    `zones` has the preferred zone of each node; if it is empty, ElastiCache chooses.
    """
    problems = Problems()
    if is_unresolved(az_mode):
        az_mode = ""
    problems.require(
        az_mode in ("", *AZ_MODES),
        f"`{az_mode_argument}` must be single-az or cross-az, got: {az_mode!r}",
    )
    if is_unresolved(engine):
        return problems.messages
    if engine != "memcached":
        problems.require(
            az_mode != "cross-az" and not zones,
            f"`{az_mode_argument}` and `{zones_argument}` must be absent for {engine}, "
            "which has one node",
        )
        return problems.messages
    counted = not is_unresolved(nodes)
    problems.require(
        az_mode != "cross-az" or not counted or nodes >= 2,
        f"`{az_mode_argument}` must be single-az for one node, got: 'cross-az'",
    )
    if not zones:
        return problems.messages
    problems.require(
        not counted or len(zones) == nodes,
        f"`{zones_argument}` must name a zone for each of {nodes:.15g} nodes, "
        f"got: {len(zones)}; a zone may come again",
    )
    if any(is_unresolved(zone) for zone in zones):
        return problems.messages
    apart = len(set(zones))
    problems.require(
        az_mode != "single-az" or apart == 1,
        f"`{zones_argument}` must be one and the same zone for single-az, got: {', '.join(zones)}",
    )
    problems.require(
        az_mode != "cross-az" or len(zones) == 1 or apart > 1,
        f"`{zones_argument}` must be at least two zones for cross-az, got: {', '.join(zones)}",
    )
    return problems.messages


def zone_problems(
    zones: Sequence[str],
    subnet_zones: Sequence[str | None],
    argument: str = "availability_zones",
) -> list[str]:
    """List the preferred zones in which a cluster has no subnet.

    `subnet_zones` has the zone of each subnet, None if it is unknown: then nothing is listed.
    """
    known = [zone for zone in subnet_zones if zone is not None and not is_unresolved(zone)]
    if len(known) < len(subnet_zones):
        return []
    foreign = sorted({zone for zone in zones if zone not in known and not is_unresolved(zone)})
    if not foreign:
        return []
    return [
        f"`{argument}` must be zones of the subnets ({', '.join(sorted(set(known)))}), "
        f"got: {', '.join(foreign)}"
    ]


def memcached_version_problems(version: str, argument: str = "engine_version") -> list[str]:
    """List what ElastiCache refuses in a version of Memcached, such as ``1.6.22``."""
    parts = version_of(version)
    if is_unresolved(version) or (parts and len(parts) == 3 and parts[:2] in _FAMILIES):
        return []
    return [f"`{argument}` must be such as 1.4.34, 1.5.16 or 1.6.22, got: {version!r}"]


def memcached_family(version: str) -> str:
    """Return the parameter group family of a version of Memcached.

    Args:
        version: The version, such as ``1.6.22``.

    Returns:
        The family, such as ``memcached1.6``.
    """
    return "memcached" + ".".join(version.split(".")[:2])


def memcached_tls_problems(
    tls: bool,
    version: str,
    node_type: str,
    in_vpc: bool = True,
    tls_argument: str = "tls",
) -> list[str]:
    """List why a Memcached cluster cannot encrypt connections.

    A subnet group puts the cluster into a VPC.
    """
    if not tls or is_unresolved(tls):
        return []
    problems = Problems()
    parts = version_of(version)
    problems.require(
        parts is None or parts >= _TLS_VERSION,
        f"`{tls_argument}` must be False before version 1.6.12, got: True with {version}",
    )
    node = parse_node_type(node_type)
    problems.require(
        node is None or node.family not in _WITHOUT_TLS,
        f"`{tls_argument}` must be False for nodes of the kinds {', '.join(_WITHOUT_TLS)}, "
        f"got: True with {node_type}",
    )
    problems.require(
        in_vpc, f"`{tls_argument}` must be False outside a VPC, got: True without a subnet group"
    )
    return problems.messages


def snapshot_problems(
    engine: str,
    retention_days: float = 0,
    window: str = "",
    restored: bool = False,
    retention_argument: str = "snapshot_retention_days",
    window_argument: str = "snapshot_window",
    restored_argument: str = "snapshot_arns",
) -> list[str]:
    """List what ElastiCache refuses in the snapshots of a cluster; Memcached has none."""
    problems = Problems()
    if engine != "memcached":
        problems.between(retention_argument, retention_days, *SNAPSHOT_RETENTION_DAYS, "days")
        return problems.messages
    given = {
        retention_argument: bool(retention_days),
        window_argument: bool(window),
        restored_argument: restored,
    }
    for argument, there in given.items():
        problems.require(
            not there, f"`{argument}` must be absent for memcached, which has no snapshots"
        )
    return problems.messages
