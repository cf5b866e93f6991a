"""The nodes of a cache, by the names that CloudWatch knows them by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from aws_cdk import CfnResource, Stack
from aws_cdk import aws_elasticache as elasticache
from constructs import IConstruct

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.tree import path_of, stack_of

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


class HasMetricNode(Protocol):
    """A cache of this library; an imported one has no nodes that are known."""

    def metric_node(self, label: str | None) -> "CacheNode":
        """Return a node."""
        ...


RawCache = (
    elasticache.CfnReplicationGroup | elasticache.CfnCacheCluster | elasticache.CfnServerlessCache
)
AnyCache = RawCache | HasReplicationGroup | HasCluster | HasServerlessCache | HasMetricNode
"""What can be watched: a cache of this library, or the raw resource of any."""


@dataclass(frozen=True)
class CacheNode:
    """One source of metrics.

    Attributes:
        label: The name of the node within its cache; empty for a whole cache.
        dimensions: Its dimensions in CloudWatch.
    """

    label: str
    dimensions: dict[str, str]


@dataclass(frozen=True)
class WatchedCache:
    """What alarms and dashboards need to know of a cache.

    Attributes:
        path: The path of its resource.
        engine: ``memcached``, ``redis`` or ``valkey``.
        nodes: Its nodes; a serverless cache counts as one.
        node_type: The node type; empty for a serverless cache.
        replicated: Whether nodes have replicas.
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
    """Return what alarms and dashboards need to know of a cache.

    Args:
        cache: The cache, as it is now; later changes are not seen.

    Raises:
        ValueError: If the number of nodes is known at deployment only, or the cache is imported.
    """
    raw = _raw(cache)
    if isinstance(raw, elasticache.CfnServerlessCache):
        return _serverless(raw)
    if isinstance(raw, elasticache.CfnCacheCluster):
        return WatchedCache(
            path=path_of(raw),
            engine=raw.engine,
            nodes=nodes_of(raw),
            node_type=raw.cache_node_type,
        )
    return WatchedCache(
        path=path_of(raw),
        engine=raw.engine or "redis",
        nodes=nodes_of(raw),
        node_type=raw.cache_node_type or "unknown",
        replicated=any(count > 1 for _, count in _shards(raw)),
    )


def nodes_of(
    raw: elasticache.CfnReplicationGroup | elasticache.CfnCacheCluster,
) -> tuple[CacheNode, ...]:
    """Return the nodes of a replication group or cluster, before any scaling.

    Raises:
        ValueError: If the number of nodes is known at deployment only.
    """
    if isinstance(raw, elasticache.CfnCacheCluster):
        count = _known_number(raw.num_cache_nodes, "num_cache_nodes", path_of(raw))
        return tuple(memcached_node(raw.ref, f"{number:04}") for number in range(1, count + 1))
    return tuple(
        redis_node(raw.ref, f"{shard}{number:03}")
        for shard, count in _shards(raw)
        for number in range(1, count + 1)
    )


def find_node(nodes: Sequence[CacheNode], label: str | None, path: str) -> CacheNode:
    """Return the node with a label. Default: the first one.

    Args:
        nodes: The nodes.
        label: The label, or None.
        path: The path of the cache, for the message.

    Raises:
        ValueError: If no node has the label.
    """
    for node in nodes:
        if label in (None, node.label):
            return node
    labels = ", ".join(node.label for node in nodes)
    raise ValueError(f"`node` must be one of {labels}, got: {label!r} (in {path})")


def redis_node(replication_group_id: str, label: str) -> CacheNode:
    """Return a node of a replication group, which is a cluster of its own for CloudWatch.

    Args:
        replication_group_id: The name of the replication group.
        label: The end of the node's name, such as ``002`` or, in cluster mode, ``0001-002``.
    """
    return CacheNode(label, _dimensions(f"{replication_group_id}-{label}", "0001"))


def memcached_node(cluster_id: str, label: str | None) -> CacheNode:
    """Return a node of a cluster. Default: the whole cluster.

    Args:
        cluster_id: The name of the cluster.
        label: The id of the node, such as ``0002``, or None.
    """
    if label is None:
        return CacheNode("", {"CacheClusterId": cluster_id})
    return CacheNode(label, _dimensions(cluster_id, label))


def serverless_node(cache_name: str, label: str | None = None) -> CacheNode:
    """Return a serverless cache as the source of its metrics.

    Args:
        cache_name: The name of the cache.
        label: Must be None: there are no nodes.

    Raises:
        ValueError: If a node is asked for.
    """
    if label is not None:
        raise ValueError(f"`node` must be left out for a serverless cache, got: {label!r}")
    # Unlike a node's, and in lower case: "Metrics and events ... serverless caches".
    return CacheNode("", {"clusterId": cache_name})


def _raw(cache: AnyCache) -> RawCache:
    for name in ("replication_group", "cluster", "serverless_cache"):
        resource = getattr(cache, name, None)
        if resource is not None:
            return cast(RawCache, resource)
    if not CfnResource.is_cfn_resource(cast(IConstruct, cache)):
        raise ValueError(
            "`cache` must be a cache with known nodes, or the raw resource of one, got: "
            f"{type(cache).__name__}; use `metric` of an imported cache"
        )
    return cast(RawCache, cache)


def _dimensions(cluster_id: str, node_id: str) -> dict[str, str]:
    """Return the dimensions of a node ("Monitoring CloudWatch Cluster and Node Metrics")."""
    return {"CacheClusterId": cluster_id, "CacheNodeId": node_id}


def _serverless(raw: elasticache.CfnServerlessCache) -> WatchedCache:
    maxima = {"gb": 0, "ecpu": 0}
    limits = raw.cache_usage_limits
    if isinstance(limits, elasticache.CfnServerlessCache.CacheUsageLimitsProperty):
        storage, ecpu = limits.data_storage, limits.ecpu_per_second
        if isinstance(storage, elasticache.CfnServerlessCache.DataStorageProperty):
            maxima["gb"] = int(storage.maximum or 0)
        if isinstance(ecpu, elasticache.CfnServerlessCache.ECPUPerSecondProperty):
            maxima["ecpu"] = int(ecpu.maximum or 0)
    maxima = {name: 0 if is_unresolved(value) else value for name, value in maxima.items()}
    return WatchedCache(
        path=path_of(raw),
        engine=raw.engine,
        nodes=(serverless_node(raw.ref),),
        max_bytes=maxima["gb"] * _GB,
        max_ecpu=maxima["ecpu"],
    )


def _shards(raw: elasticache.CfnReplicationGroup) -> list[tuple[str, int]]:
    """Return the beginning of the labels of each shard's nodes, and the number of its nodes."""
    path = path_of(raw)
    configured = raw.node_group_configuration
    default_count = 1 + _known_number(
        raw.replicas_per_node_group or 0, "replicas_per_node_group", path
    )
    if isinstance(configured, list) and configured:
        groups = cast(
            Sequence[elasticache.CfnReplicationGroup.NodeGroupConfigurationProperty], configured
        )
        counts = [
            default_count if group.replica_count is None else 1 + int(group.replica_count)
            for group in groups
        ]
        ids = [group.node_group_id or f"{at:04}" for at, group in enumerate(groups, 1)]
    else:
        number = _known_number(raw.num_node_groups or 1, "num_node_groups", path)
        counts = [default_count] * number
        ids = [f"{at:04}" for at in range(1, number + 1)]
    if len(counts) == 1 and raw.num_cache_clusters is not None:
        counts = [_known_number(raw.num_cache_clusters, "num_cache_clusters", path)]
    if len(counts) == 1 and not _in_cluster_mode(raw):
        return [("", counts[0])]
    return [(f"{shard}-", count) for shard, count in zip(ids, counts, strict=True)]


def _in_cluster_mode(raw: elasticache.CfnReplicationGroup) -> bool:
    """Whether a group of one shard is in cluster mode, which changes the names of its nodes."""
    if raw.cluster_mode in ("enabled", "compatible"):
        return True
    name = raw.cache_parameter_group_name or ""
    if name.endswith(".cluster.on"):
        return True
    return any(
        group.ref == name
        and isinstance(group.properties, Mapping)
        and group.properties.get("cluster-enabled") == "yes"
        for group in _parameter_groups(stack_of(raw))
    )


def _parameter_groups(stack: Stack) -> Iterator[elasticache.CfnParameterGroup]:
    for child in stack.node.find_all():
        if isinstance(child, elasticache.CfnParameterGroup):
            yield child


def _known_number(number: float, name: str, path: str) -> int:
    if is_unresolved(number):
        raise ValueError(
            f"`cache` must have a `{name}` that is known at synthesis, got: a token (in {path})"
        )
    return int(number)
