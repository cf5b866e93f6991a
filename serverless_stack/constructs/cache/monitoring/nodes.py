"""What there is to watch of a cache: its nodes, by the names that CloudWatch knows them by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from aws_cdk import Stack
from aws_cdk import aws_elasticache as elasticache

from serverless_stack.checks.engine.problems import is_unresolved

_GB = 10**9


class HasReplicationGroup(Protocol):
    """A construct that wraps a replication group, such as ``RedisCache``."""

    @property
    def replication_group(self) -> elasticache.CfnReplicationGroup:
        """The replication group."""
        ...


class HasCluster(Protocol):
    """A construct that wraps a cluster, such as ``MemcachedCache``."""

    @property
    def cluster(self) -> elasticache.CfnCacheCluster:
        """The cluster."""
        ...


class HasServerlessCache(Protocol):
    """A construct that wraps a serverless cache, such as ``ServerlessCache``."""

    @property
    def serverless_cache(self) -> elasticache.CfnServerlessCache:
        """The serverless cache."""
        ...


RawCache = (
    elasticache.CfnReplicationGroup | elasticache.CfnCacheCluster | elasticache.CfnServerlessCache
)
AnyCache = RawCache | HasReplicationGroup | HasCluster | HasServerlessCache
"""What can be watched: a cache of this library, or the raw resource of any."""


@dataclass(frozen=True)
class CacheNode:
    """One source of metrics.

    Attributes:
        label: What tells it from the others of its cache; empty for a serverless cache.
        dimensions: Its dimensions in CloudWatch.
    """

    label: str
    dimensions: dict[str, str]


@dataclass(frozen=True)
class WatchedCache:
    """A cache as the alarms and the dashboard see it.

    Attributes:
        path: The path of its resource.
        engine: ``memcached``, ``redis`` or ``valkey``.
        nodes: Its nodes; a serverless cache counts as one.
        node_type: The node type; empty for a serverless cache.
        replicated: Whether there are replicas.
        max_bytes: The limit on storage of a serverless cache in bytes; 0 for none.
        max_ecpu: Its limit on ECPU per second; 0 for none.
    """

    path: str
    engine: str
    nodes: tuple[CacheNode, ...]
    node_type: str = ""
    replicated: bool = False
    max_bytes: int = 0
    max_ecpu: int = 0

    @property
    def serverless(self) -> bool:
        """Whether it has no nodes."""
        return not self.node_type


def watched(cache: AnyCache) -> WatchedCache:
    """Say what there is to watch of a cache.

    Args:
        cache: The cache, as it is now; what is changed later is not seen.

    Raises:
        ValueError: If the number of its nodes is known at deploy time only.
    """
    raw = _raw(cache)
    if isinstance(raw, elasticache.CfnServerlessCache):
        return _serverless(raw)
    if isinstance(raw, elasticache.CfnCacheCluster):
        count = _known(raw.num_cache_nodes, "num_cache_nodes", raw.node.path)
        return WatchedCache(
            path=raw.node.path,
            engine=raw.engine,
            nodes=tuple(_node(raw.ref, f"{number:04}") for number in range(1, count + 1)),
            node_type=raw.cache_node_type,
        )
    shards = _shards(raw)
    nodes = tuple(
        CacheNode(f"{shard}{number:03}", _dimensions(f"{raw.ref}-{shard}{number:03}", "0001"))
        for shard, count in shards
        for number in range(1, count + 1)
    )
    return WatchedCache(
        path=raw.node.path,
        engine=raw.engine or "redis",
        nodes=nodes,
        node_type=raw.cache_node_type or "unknown",
        replicated=any(count > 1 for _, count in shards),
    )


def _raw(cache: AnyCache) -> RawCache:
    for name in ("replication_group", "cluster", "serverless_cache"):
        found = getattr(cache, name, None)
        if found is not None:
            return cast(RawCache, found)
    return cast(RawCache, cache)


def _node(cluster_id: str, node_id: str) -> CacheNode:
    return CacheNode(node_id, _dimensions(cluster_id, node_id))


def _dimensions(cluster_id: str, node_id: str) -> dict[str, str]:
    """From "Monitoring CloudWatch Cluster and Node Metrics"."""
    return {"CacheClusterId": cluster_id, "CacheNodeId": node_id}


def _serverless(raw: elasticache.CfnServerlessCache) -> WatchedCache:
    most = {"gb": 0, "ecpu": 0}
    limits = raw.cache_usage_limits
    if isinstance(limits, elasticache.CfnServerlessCache.CacheUsageLimitsProperty):
        storage, ecpu = limits.data_storage, limits.ecpu_per_second
        if isinstance(storage, elasticache.CfnServerlessCache.DataStorageProperty):
            most["gb"] = int(storage.maximum or 0)
        if isinstance(ecpu, elasticache.CfnServerlessCache.ECPUPerSecondProperty):
            most["ecpu"] = int(ecpu.maximum or 0)
    known = {name: 0 if is_unresolved(value) else value for name, value in most.items()}
    return WatchedCache(
        path=raw.node.path,
        engine=raw.engine,
        # Unlike a node's, and in small letters: "Metrics and events ... serverless caches".
        nodes=(CacheNode("", {"clusterId": raw.ref}),),
        max_bytes=known["gb"] * _GB,
        max_ecpu=known["ecpu"],
    )


def _shards(raw: elasticache.CfnReplicationGroup) -> list[tuple[str, int]]:
    """Give the part of the names of each shard's nodes, and how many nodes it has."""
    path = raw.node.path
    configured = raw.node_group_configuration
    each = 1 + _known(raw.replicas_per_node_group or 0, "replicas_per_node_group", path)
    if isinstance(configured, list) and configured:
        groups = cast(
            Sequence[elasticache.CfnReplicationGroup.NodeGroupConfigurationProperty], configured
        )
        counts = [
            each if group.replica_count is None else 1 + int(group.replica_count)
            for group in groups
        ]
        ids = [group.node_group_id or f"{at:04}" for at, group in enumerate(groups, 1)]
    else:
        number = _known(raw.num_node_groups or 1, "num_node_groups", path)
        counts = [each] * number
        ids = [f"{at:04}" for at in range(1, number + 1)]
    if len(counts) == 1 and raw.num_cache_clusters is not None:
        counts = [_known(raw.num_cache_clusters, "num_cache_clusters", path)]
    if len(counts) == 1 and not _in_cluster_mode(raw):
        return [("", counts[0])]
    return [(f"{shard}-", count) for shard, count in zip(ids, counts, strict=True)]


def _in_cluster_mode(raw: elasticache.CfnReplicationGroup) -> bool:
    """Whether a group of one shard is in cluster mode, which its node's names tell."""
    if raw.cluster_mode in ("enabled", "compatible"):
        return True
    name = raw.cache_parameter_group_name or ""
    if name.endswith(".cluster.on"):
        return True
    return any(
        group.ref == name
        and isinstance(group.properties, Mapping)
        and group.properties.get("cluster-enabled") == "yes"
        for group in _parameter_groups(Stack.of(raw))
    )


def _parameter_groups(stack: Stack) -> Iterator[elasticache.CfnParameterGroup]:
    for child in stack.node.find_all():
        if isinstance(child, elasticache.CfnParameterGroup):
            yield child


def _known(number: float, name: str, path: str) -> int:
    if is_unresolved(number):
        raise ValueError(
            f"`cache` must have a `{name}` that is known at synthesis, got: a token (in {path})"
        )
    return int(number)
