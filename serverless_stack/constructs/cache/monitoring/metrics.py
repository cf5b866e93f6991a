"""The metrics of a cache that tell how it is.

They are from "Metrics for Valkey and Redis OSS", "Metrics for Memcached" and "Metrics and events
for Valkey and Redis OSS serverless caches".
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from serverless_stack.constructs.cache.monitoring.nodes import CacheNode, WatchedCache

_Chosen = tuple[tuple[str, str], ...]
_REDIS: _Chosen = (
    ("CPUUtilization", "Average"),
    ("EngineCPUUtilization", "Average"),
    ("DatabaseMemoryUsagePercentage", "Average"),
    ("Evictions", "Sum"),
    ("CurrConnections", "Maximum"),
    ("CacheHits", "Sum"),
    ("CacheMisses", "Sum"),
)
_REPLICAS: _Chosen = (("ReplicationLag", "Maximum"),)
_MEMCACHED: _Chosen = (
    ("CPUUtilization", "Average"),
    ("FreeableMemory", "Minimum"),
    ("Evictions", "Sum"),
    ("CurrConnections", "Maximum"),
    ("GetHits", "Sum"),
    ("GetMisses", "Sum"),
)
_SERVERLESS: _Chosen = (
    ("BytesUsedForCache", "Maximum"),
    ("ElastiCacheProcessingUnits", "Sum"),
    ("ThrottledCmds", "Sum"),
    ("Evictions", "Sum"),
    ("CurrConnections", "Maximum"),
    ("CacheHitRate", "Average"),
)
STATISTICS = dict((*_REDIS, *_REPLICAS, *_MEMCACHED, *_SERVERLESS))


def metric_names(cache: WatchedCache) -> tuple[str, ...]:
    """Give the names of the metrics that tell how a cache is."""
    if cache.serverless:
        chosen = _SERVERLESS
    elif cache.engine == "memcached":
        chosen = _MEMCACHED
    else:
        chosen = _REDIS + (_REPLICAS if cache.replicated else ())
    return tuple(name for name, _ in chosen)


def metric_of(node: CacheNode, name: str) -> cloudwatch.Metric:
    """Give a metric of a node, by the minute, in which ElastiCache publishes."""
    return cloudwatch.Metric(
        namespace="AWS/ElastiCache",
        metric_name=name,
        dimensions_map=node.dimensions,
        statistic=STATISTICS[name],
        period=Duration.minutes(1),
    )
