"""The metrics that show the state of a cache.

They are from "Metrics for Valkey and Redis OSS", "Metrics for Memcached" and "Metrics and events
for Valkey and Redis OSS serverless caches".
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from serverless_stack.constructs.cache.monitoring.nodes import CacheNode, WatchedCache

_Metrics = tuple[tuple[str, str], ...]
_REDIS: _Metrics = (
    ("CPUUtilization", "Average"),
    ("EngineCPUUtilization", "Average"),
    ("DatabaseMemoryUsagePercentage", "Average"),
    ("Evictions", "Sum"),
    ("CurrConnections", "Maximum"),
    ("CacheHits", "Sum"),
    ("CacheMisses", "Sum"),
)
_REPLICAS: _Metrics = (("ReplicationLag", "Maximum"),)
_MEMCACHED: _Metrics = (
    ("CPUUtilization", "Average"),
    ("FreeableMemory", "Minimum"),
    ("Evictions", "Sum"),
    ("CurrConnections", "Maximum"),
    ("GetHits", "Sum"),
    ("GetMisses", "Sum"),
)
_SERVERLESS: _Metrics = (
    ("BytesUsedForCache", "Maximum"),
    ("ElastiCacheProcessingUnits", "Sum"),
    ("ThrottledCmds", "Sum"),
    ("Evictions", "Sum"),
    ("CurrConnections", "Maximum"),
    ("CacheHitRate", "Average"),
)
_STATISTICS = dict((*_REDIS, *_REPLICAS, *_MEMCACHED, *_SERVERLESS))


def metric_names(cache: WatchedCache) -> tuple[str, ...]:
    """Return the names of the metrics that show the state of a cache."""
    if cache.serverless:
        metrics = _SERVERLESS
    elif cache.engine == "memcached":
        metrics = _MEMCACHED
    else:
        metrics = _REDIS + (_REPLICAS if cache.replicated else ())
    return tuple(name for name, _ in metrics)


def metric_of(
    node: CacheNode, name: str, *, statistic: str | None = None, period: Duration | None = None
) -> cloudwatch.Metric:
    """Return a metric of a node.

    Args:
        node: The node, or the whole cache.
        name: The name of the metric.
        statistic: The statistic. Default: the one that suits the metric, else ``Average``.
        period: The period. Default: one minute, in which ElastiCache publishes.
    """
    return cloudwatch.Metric(
        namespace="AWS/ElastiCache",
        metric_name=name,
        dimensions_map=node.dimensions,
        statistic=statistic or _STATISTICS.get(name, "Average"),
        period=period or Duration.minutes(1),
    )
