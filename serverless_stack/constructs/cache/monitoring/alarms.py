"""CacheAlarms: CloudWatch alarms on what goes wrong with a cache."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits.nodes import max_connections, vcpus
from serverless_stack.constructs.cache.monitoring.metrics import metric_of
from serverless_stack.constructs.cache.monitoring.nodes import AnyCache, WatchedCache, watched

_MOST = 400  # a stack takes 500 resources ("Understand CloudFormation quotas")
_BUSY_SHARE = 0.8
_MIB = 2**20


@dataclass(frozen=True)
class _Rule:
    """When a metric of a node is alarming.

    Attributes:
        metric: Its name.
        threshold: The value that is alarming.
        below: Whether less is alarming, not more.
        advice: What to do about it.
        minutes: Of the last five minutes, how many have to be so.
        silent: Whether there is nothing to tell at times: of a serverless cache while nobody
            uses it, of replication from a primary. A node that says nothing else is gone.
    """

    metric: str
    threshold: float
    advice: str
    below: bool = False
    minutes: int = 3
    silent: bool = False


class CacheAlarms(Construct):
    """Alarms on a cache: processor, memory, evictions, connections, replication, throttling.

    It creates one alarm for each node and metric, or three for a serverless cache, and nothing
    else. Billed per alarm, $0.10 a month each at AWS's list price in us-east-1 ("Amazon
    CloudWatch pricing"): a primary with one replica has 12, two nodes of Memcached have 8.

    Redis and Valkey run commands on one thread, so for nodes of one or two vCPUs the alarm on
    ``CPUUtilization`` is at the share of one core ("Which metrics should I monitor?"). Nodes that
    auto scaling adds later have no alarms.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        cache: A ``RedisCache``, ``MemcachedCache`` or ``ServerlessCache``, or the raw
            ``CfnReplicationGroup``, ``CfnCacheCluster`` or ``CfnServerlessCache`` of any; make
            the alarms when it is complete.
        topic: The topic that is told when an alarm goes on and off. None tells nobody.
        cpu_percent: Use of the processor that is alarming, 1-100: of one core for the commands of
            Redis, of the whole node for Memcached.
        memory_percent: Use of a Redis node's memory that is alarming, 1-100.
        free_memory_mib: Free memory of a Memcached node below which it is alarming, in MiB.
        evictions: Evicted entries per minute and node that are alarming.
        connections: Connections of a node that are alarming. None takes 80 % of what it has.
        replication_lag: How far a replica may be behind its primary, 1 second or more.
        limit_percent: Use of a serverless cache's limits on storage and ECPU that is alarming,
            1-100. A limit that is not set has no alarm.

    Attributes:
        alarms: The alarms, by metric and the end of the node's name, such as
            ``EngineCPUUtilization 001``, or by the metric alone for a serverless cache.

    Raises:
        ValueError: If an argument is out of range, the number of nodes is not known at
            synthesis, or more alarms are needed than a stack takes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cache: AnyCache,
        topic: sns.ITopic | None = None,
        cpu_percent: float = 90,
        memory_percent: float = 80,
        free_memory_mib: float = 50,
        evictions: int = 1_000,
        connections: int | None = None,
        replication_lag: Duration = Duration.seconds(5),
        limit_percent: float = 80,
    ) -> None:
        found = watched(cache)
        problems = Problems(scope.node.path, construct_id)
        for argument, percent in (
            ("cpu_percent", cpu_percent),
            ("memory_percent", memory_percent),
            ("limit_percent", limit_percent),
        ):
            problems.between(argument, percent, 1, 100, "%")
        problems.between("free_memory_mib", free_memory_mib, 1, float("inf"), "MiB")
        problems.between("evictions", evictions, 1, float("inf"))
        problems.between("connections", 1 if connections is None else connections, 1, 65_000)
        problems.between("replication_lag", replication_lag.to_seconds(), 1, float("inf"), "s")
        limit = connections or _BUSY_SHARE * max_connections(found.engine, found.node_type)
        busy = [
            _Rule("Evictions", evictions, "take larger or more nodes, or shorter times to live"),
            _Rule("CurrConnections", limit, "look for clients that do not reuse connections"),
        ]
        if found.serverless:
            rules = _serverless_rules(found, limit_percent / 100)
        elif found.engine == "memcached":
            rules = [
                _Rule("CPUUtilization", cpu_percent, "take larger or more nodes"),
                _Rule(
                    "FreeableMemory",
                    free_memory_mib * _MIB,
                    "raise memcached_connections_overhead, or take larger nodes",
                    below=True,
                ),
                *busy,
            ]
        else:
            rules = [*_redis_rules(found, cpu_percent, memory_percent), *busy]
            if found.replicated:
                rules.append(_lag_rule(replication_lag))
        needed = len(rules) * len(found.nodes)
        problems.require(
            needed <= _MOST,
            f"`cache` must need {_MOST} alarms at most, got: {len(rules)} for each of "
            f"{len(found.nodes)} nodes; a dashboard shows so many better",
        )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self.alarms: dict[str, cloudwatch.Alarm] = {}
        for rule in rules:
            for node in found.nodes:
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
                        if rule.silent
                        else cloudwatch.TreatMissingData.MISSING
                    ),
                    alarm_description=f"{name} of {found.path}: {rule.advice}",
                )
        if topic is not None:
            self._tell(topic)

    def _tell(self, topic: sns.ITopic) -> None:
        for alarm in self.alarms.values():
            alarm.add_alarm_action(actions.SnsAction(topic))
            alarm.add_ok_action(actions.SnsAction(topic))


def _redis_rules(cache: WatchedCache, cpu_percent: float, memory_percent: float) -> list[_Rule]:
    cores = vcpus(cache.node_type)
    # Of larger nodes EngineCPUUtilization tells it; the other cores do the input and output.
    share = cores if cores is not None and cores <= 2 else 1
    busy = "read from replicas, add shards or take larger nodes"
    return [
        _Rule("CPUUtilization", cpu_percent / share, busy),
        _Rule("EngineCPUUtilization", cpu_percent, busy),
        _Rule(
            "DatabaseMemoryUsagePercentage",
            memory_percent,
            "take larger nodes, add shards, or store entries for a shorter time",
        ),
    ]


def _lag_rule(replication_lag: Duration) -> _Rule:
    advice = "write less at a time, or take larger nodes"
    return _Rule("ReplicationLag", replication_lag.to_seconds(), advice, silent=True)


def _serverless_rules(cache: WatchedCache, share: float) -> list[_Rule]:
    more = "raise the limit on ECPU, or keep more ready before a rush"
    rules = [_Rule("ThrottledCmds", 1, more, minutes=1, silent=True)]
    if cache.max_bytes:
        most = share * cache.max_bytes
        rules.append(_Rule("BytesUsedForCache", most, "raise the limit on storage", silent=True))
    if cache.max_ecpu:
        most = share * cache.max_ecpu * 60  # the metric counts by the minute
        rules.append(_Rule("ElastiCacheProcessingUnits", most, more, silent=True))
    return rules
