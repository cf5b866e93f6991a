"""CacheAlarms: CloudWatch alarms on the processor, memory, connections and replicas of a cache."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits.nodes import max_connections, vcpus
from serverless_stack.constructs._internal.alarms import notify
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.durations import seconds, seconds_problems
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.monitoring.metrics import metric_of
from serverless_stack.constructs.cache.monitoring.nodes import AnyCache, WatchedCache, watched

MAX_ALARMS = 400  # a stack has 500 resources at most ("Understand CloudFormation quotas")
_CONNECTIONS_SHARE = 0.8
_MIB = 2**20


@dataclass(frozen=True)
class _Rule:
    """The alarm on one metric of every node.

    Attributes:
        metric: The name of the metric.
        threshold: The value from which the alarm goes off.
        advice: What to do then.
        below: Whether it goes off below the threshold, not above.
        minutes: How many of the last five minutes must be past the threshold.
        sparse: Whether the metric is missing at times: of a serverless cache without clients, and
            the lag of a primary. Other nodes publish always, unless they are gone.
    """

    metric: str
    threshold: float
    advice: str
    below: bool = False
    minutes: int = 3
    sparse: bool = False


class CacheAlarms(Construct):
    """Alarms on a cache: processor, memory, evictions, connections, replication, throttling.

    It creates one alarm for each node and metric, or three for a serverless cache. Billed per
    alarm, $0.10 a month each at AWS's list price in us-east-1 ("Amazon CloudWatch pricing"): a
    primary with one replica has 12, two nodes of Memcached have 8.

    Redis and Valkey run commands on one thread, so for nodes of one or two vCPUs the alarm on
    ``CPUUtilization`` is at the share of one core ("Which metrics should I monitor?"). Nodes that
    auto scaling adds later have no alarms.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        cache: A ``RedisCache``, ``MemcachedCache`` or ``ServerlessCache``, or the raw
            ``CfnReplicationGroup``, ``CfnCacheCluster`` or ``CfnServerlessCache`` of any. Later
            changes of the cache are not seen.
        topic: The topic that is notified when an alarm goes on and off. Default: none.
        cpu_percent: The alarm on processor use, 1-100: of the core that runs the commands of
            Redis, of the whole node for Memcached.
        memory_percent: The alarm on the memory use of a Redis node, 1-100.
        free_memory_mib: The alarm on too little free memory of a Memcached node, in MiB.
        evictions: The alarm on evicted entries per minute and node.
        connections: The alarm on the connections of a node. Default: 80 % of its maximum.
        replication_lag: The alarm on how far a replica is behind its primary, 1 second or more.
        limit_percent: The alarm on the use of a serverless cache's limits on storage and ECPU,
            1-100. A cache without limits has no such alarms.

    Attributes:
        alarms: The alarms, by metric and the end of the node's name, such as
            ``EngineCPUUtilization 001``, or by the metric alone for a serverless cache.

    Raises:
        ValueError: If an argument is out of range, the number of nodes is known at deployment
            only, or a stack cannot have that many alarms.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cache: AnyCache,
        topic: sns.ITopic | sns.Topic | None = None,
        cpu_percent: float = 90,
        memory_percent: float = 80,
        free_memory_mib: float = 50,
        evictions: int = 1_000,
        connections: int | None = None,
        replication_lag: Duration = seconds(5),
        limit_percent: float = 80,
    ) -> None:
        watched_cache = watched(cache)
        problems = Problems(path_of(scope), construct_id)
        for argument, percent in (
            ("cpu_percent", cpu_percent),
            ("memory_percent", memory_percent),
            ("limit_percent", limit_percent),
        ):
            problems.between(argument, percent, 1, 100, "%")
        problems.between("free_memory_mib", free_memory_mib, 1, float("inf"), "MiB")
        problems.between("evictions", evictions, 1, float("inf"))
        problems.between("connections", 1 if connections is None else connections, 1, 65_000)
        problems.require(
            not replication_lag.is_unresolved(),
            "`replication_lag` must be known at synthesis, got: a token",
        )
        problems.add(seconds_problems("replication_lag", replication_lag))
        problems.raise_if_any()
        limit = connections or _CONNECTIONS_SHARE * max_connections(
            watched_cache.engine, watched_cache.node_type
        )
        common = [
            _Rule("Evictions", evictions, "take larger or more nodes, or shorter times to live"),
            _Rule("CurrConnections", limit, "look for clients that do not reuse connections"),
        ]
        if watched_cache.serverless:
            rules = _serverless_rules(watched_cache, limit_percent / 100)
        elif watched_cache.engine == "memcached":
            rules = [
                _Rule("CPUUtilization", cpu_percent, "take larger or more nodes"),
                _Rule(
                    "FreeableMemory",
                    free_memory_mib * _MIB,
                    "raise memcached_connections_overhead, or take larger nodes",
                    below=True,
                ),
                *common,
            ]
        else:
            rules = [*_redis_rules(watched_cache, cpu_percent, memory_percent), *common]
            if watched_cache.replicated:
                rules.append(_lag_rule(replication_lag))
        needed = len(rules) * len(watched_cache.nodes)
        problems.require(
            needed <= MAX_ALARMS,
            f"`cache` must need {MAX_ALARMS} alarms at most, got: {len(rules)} for each of "
            f"{len(watched_cache.nodes)} nodes; use a CacheDashboard for so many nodes",
        )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self.alarms: dict[str, cloudwatch.Alarm] = {}
        for rule in rules:
            for node in watched_cache.nodes:
                name = f"{rule.metric} {node.label}".rstrip()
                self.alarms[name] = cloudwatch.Alarm(
                    self,
                    name.replace(" ", "-"),
                    metric=metric_of(node, rule.metric),
                    threshold=rule.threshold,
                    comparison_operator=(
                        cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
                        if rule.below
                        else cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
                    ),
                    evaluation_periods=5,
                    datapoints_to_alarm=rule.minutes,
                    treat_missing_data=(
                        cloudwatch.TreatMissingData.NOT_BREACHING
                        if rule.sparse
                        else cloudwatch.TreatMissingData.MISSING
                    ),
                    alarm_description=f"{name} of {watched_cache.path}: {rule.advice}",
                )
        if topic is not None:
            notify(self.alarms.values(), topic)


def _redis_rules(cache: WatchedCache, cpu_percent: float, memory_percent: float) -> list[_Rule]:
    cores = vcpus(cache.node_type)
    # On larger nodes the other cores do input and output: EngineCPUUtilization has the load.
    share = cores if cores is not None and cores <= 2 else 1
    advice = "read from replicas, add shards or take larger nodes"
    return [
        _Rule("CPUUtilization", cpu_percent / share, advice),
        _Rule("EngineCPUUtilization", cpu_percent, advice),
        _Rule(
            "DatabaseMemoryUsagePercentage",
            memory_percent,
            "take larger nodes, add shards, or store entries for a shorter time",
        ),
    ]


def _lag_rule(replication_lag: Duration) -> _Rule:
    advice = "write less at a time, or take larger nodes"
    return _Rule("ReplicationLag", replication_lag.to_seconds(), advice, sparse=True)


def _serverless_rules(cache: WatchedCache, share: float) -> list[_Rule]:
    advice = "raise the limit on ECPU, or keep more ready before a rush"
    rules = [_Rule("ThrottledCmds", 1, advice, minutes=1, sparse=True)]
    if cache.max_bytes:
        threshold = share * cache.max_bytes
        rules.append(
            _Rule("BytesUsedForCache", threshold, "raise the limit on storage", sparse=True)
        )
    if cache.max_ecpu:
        threshold = share * cache.max_ecpu * 60  # the metric is per minute
        rules.append(_Rule("ElastiCacheProcessingUnits", threshold, advice, sparse=True))
    return rules
