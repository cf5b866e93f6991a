import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import (
    CacheAlarms,
    MemcachedCache,
    RedisCache,
    RedisTopology,
    ServerlessCache,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import Json, all_of, new_app, refused, synth

ALARM = "AWS::CloudWatch::Alarm"
GB = 10**9
MIB = 2**20


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    CacheAlarms(stack, "Alarms", cache=raw_group(stack))
    return synth(stack)


@pytest.fixture(scope="module")
def maximal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    topic = sns.Topic(stack, "Topic")
    CacheAlarms(
        stack,
        "Alarms",
        cache=raw_group(stack, num_cache_clusters=2),
        topic=topic,
        cpu_percent=60,
        memory_percent=70,
        free_memory_mib=100,
        evictions=10,
        connections=500,
        replication_lag=cdk.Duration.minutes(1),
        limit_percent=50,
    )
    return synth(stack)


def raw_group(
    stack: cdk.Stack,
    construct_id: str = "Group",
    *,
    num_cache_clusters: int | None = 1,
    num_node_groups: int | None = None,
    replicas_per_node_group: int | None = None,
    cache_node_type: str = "cache.t4g.micro",
    cache_parameter_group_name: str | None = None,
    configuration: list[elasticache.CfnReplicationGroup.NodeGroupConfigurationProperty]
    | None = None,
) -> elasticache.CfnReplicationGroup:
    return elasticache.CfnReplicationGroup(
        stack,
        construct_id,
        replication_group_description="of somebody else",
        engine="redis",
        cache_node_type=cache_node_type,
        num_cache_clusters=num_cache_clusters,
        automatic_failover_enabled=num_cache_clusters != 1,
        num_node_groups=num_node_groups,
        replicas_per_node_group=replicas_per_node_group,
        cache_parameter_group_name=cache_parameter_group_name,
        node_group_configuration=configuration,
    )


def thresholds(template: Json) -> dict[str, set[float]]:
    """The thresholds of each metric."""
    found: dict[str, set[float]] = {}
    for alarm in all_of(template, ALARM):
        name = alarm["Properties"]["MetricName"]
        found.setdefault(name, set()).add(alarm["Properties"]["Threshold"])
    return found


def sources(template: Json, metric: str) -> list[tuple[str, str]]:
    """What follows the name of the cache in the ids of clusters, and the ids of nodes."""
    found = []
    for alarm in all_of(template, ALARM):
        if alarm["Properties"]["MetricName"] == metric:
            values = {d["Name"]: d["Value"] for d in alarm["Properties"]["Dimensions"]}
            assert set(values) == {"CacheClusterId", "CacheNodeId"}
            cluster = values["CacheClusterId"]
            end = cluster["Fn::Join"][1][1] if "Fn::Join" in cluster else ""
            found.append((end, values["CacheNodeId"]))
    return sorted(found)


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_one_node_of_redis(minimal: Json) -> None:
    assert thresholds(minimal) == {
        "CPUUtilization": {45},  # 90 % of one of two cores
        "EngineCPUUtilization": {90},
        "DatabaseMemoryUsagePercentage": {80},
        "Evictions": {1_000},
        "CurrConnections": {16_000},
    }
    assert sources(minimal, "Evictions") == [("-001", "0001")]
    assert all("AlarmActions" not in alarm["Properties"] for alarm in all_of(minimal, ALARM))


def test_every_argument_arrives(maximal: Json) -> None:
    assert thresholds(maximal) == {
        "CPUUtilization": {30},
        "EngineCPUUtilization": {60},
        "DatabaseMemoryUsagePercentage": {70},
        "Evictions": {10},
        "CurrConnections": {500},
        "ReplicationLag": {60},
    }
    for alarm in all_of(maximal, ALARM):
        (action,) = alarm["Properties"]["AlarmActions"]
        assert action == alarm["Properties"]["OKActions"][0]
        assert action["Ref"].startswith("Topic")


@pytest.mark.parametrize(
    ("node_type", "cpu", "connections"),
    [
        ("cache.t2.micro", 90, 16_000),
        ("cache.t3.medium", 45, 36_800),
        ("cache.m7g.large", 45, 52_000),
        ("cache.m7g.xlarge", 90, 52_000),
        ("cache.new9.weird", 90, 52_000),
    ],
)
def test_thresholds_follow_the_node(
    stack: cdk.Stack, node_type: str, cpu: float, connections: float
) -> None:
    CacheAlarms(stack, "Alarms", cache=raw_group(stack, cache_node_type=node_type))
    found = thresholds(synth(stack))
    assert (found["CPUUtilization"], found["EngineCPUUtilization"]) == ({cpu}, {90})
    assert found["CurrConnections"] == {connections}


def test_every_node_of_a_redis_cache_is_watched(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", topology=RedisTopology.replicated(2))
    alarms = CacheAlarms(stack, "Alarms", cache=cache)
    template = synth(stack)
    assert len(all_of(template, ALARM)) == 18
    nodes = [("-001", "0001"), ("-002", "0001"), ("-003", "0001")]
    assert sources(template, "ReplicationLag") == nodes
    assert isinstance(alarms.alarms["EngineCPUUtilization 003"], cloudwatch.Alarm)
    lags = [a for a in all_of(template, ALARM) if a["Properties"]["MetricName"] == "ReplicationLag"]
    assert {lag["Properties"]["TreatMissingData"] for lag in lags} == {"notBreaching"}


def test_without_replicas_nothing_lags(stack: cdk.Stack) -> None:
    CacheAlarms(stack, "Alarms", cache=RedisCache(stack, "Cache", topology=RedisTopology.single()))
    assert "ReplicationLag" not in thresholds(synth(stack))


def test_shards_are_in_the_names_of_nodes(stack: cdk.Stack) -> None:
    group = raw_group(stack, num_cache_clusters=None, num_node_groups=2, replicas_per_node_group=1)
    alarms = CacheAlarms(stack, "Alarms", cache=group)
    assert sources(synth(stack), "ReplicationLag") == [
        ("-0001-001", "0001"),
        ("-0001-002", "0001"),
        ("-0002-001", "0001"),
        ("-0002-002", "0001"),
    ]
    assert "Evictions 0002-001" in alarms.alarms


@pytest.mark.parametrize(("shards", "replicas"), [(0, 0), (0, 5), (1, 0), (1, 1), (3, 2)])
def test_the_watched_nodes_are_the_nodes_of_the_cache(
    stack: cdk.Stack, shards: int, replicas: int
) -> None:
    topology = RedisTopology(shards=shards or None, replicas=replicas)
    cache = RedisCache(stack, "Cache", topology=topology)
    CacheAlarms(stack, "Alarms", cache=cache)
    template = synth(stack)
    watched = {
        dimension["Value"]["Fn::Join"][1][1]
        for alarm in all_of(template, ALARM)
        for dimension in alarm["Properties"]["Dimensions"]
        if dimension["Name"] == "CacheClusterId"
    }
    assert watched == {f"-{label}" for label in cache.node_labels}
    assert ("ReplicationLag" in thresholds(template)) is (replicas > 0)


def test_shards_may_have_ids_and_replicas_of_their_own(stack: cdk.Stack) -> None:
    shard = elasticache.CfnReplicationGroup.NodeGroupConfigurationProperty
    group = raw_group(
        stack,
        num_cache_clusters=None,
        replicas_per_node_group=0,
        configuration=[shard(node_group_id="7"), shard(replica_count=1)],
    )
    CacheAlarms(stack, "Alarms", cache=group)
    assert [end for end, _ in sources(synth(stack), "Evictions")] == [
        "-0002-001",
        "-0002-002",
        "-7-001",
    ]


@pytest.mark.parametrize("how", ["default group", "own group", "cluster_mode", "none"])
def test_one_shard_may_be_in_cluster_mode(stack: cdk.Stack, how: str) -> None:
    own = elasticache.CfnParameterGroup(
        stack,
        "Parameters",
        cache_parameter_group_family="redis7",
        description="mine",
        properties={"cluster-enabled": "yes"},
    )
    name = {"default group": "default.redis7.cluster.on", "own group": own.ref}.get(how)
    group = raw_group(stack, cache_parameter_group_name=name)
    if how == "cluster_mode":
        group.cluster_mode = "enabled"
    CacheAlarms(stack, "Alarms", cache=group)
    end = "-001" if how == "none" else "-0001-001"
    assert sources(synth(stack), "Evictions") == [(end, "0001")]


def test_nodes_of_memcached(stack: cdk.Stack) -> None:
    cache = MemcachedCache(stack, "Cache", num_cache_nodes=3)
    alarms = CacheAlarms(stack, "Alarms", cache=cache)
    template = synth(stack)
    assert thresholds(template) == {
        "CPUUtilization": {90},
        "FreeableMemory": {50 * MIB},
        "Evictions": {1_000},
        "CurrConnections": {52_000},
    }
    assert sources(template, "CPUUtilization") == [("", "0001"), ("", "0002"), ("", "0003")]
    assert len(alarms.alarms) == 12
    free = [a for a in all_of(template, ALARM) if a["Properties"]["MetricName"] == "FreeableMemory"]
    assert {a["Properties"]["ComparisonOperator"] for a in free} == {"LessThanThreshold"}
    assert {a["Properties"]["TreatMissingData"] for a in free} == {"missing"}


def test_a_raw_redis_cluster(stack: cdk.Stack) -> None:
    cluster = elasticache.CfnCacheCluster(
        stack, "Own", engine="redis", cache_node_type="cache.t4g.micro", num_cache_nodes=1
    )
    CacheAlarms(stack, "Alarms", cache=cluster)
    template = synth(stack)
    assert "EngineCPUUtilization" in thresholds(template)
    assert sources(template, "Evictions") == [("", "0001")]


def test_a_serverless_cache_is_watched_against_its_limits(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache", max_storage_gb=5, max_ecpu_per_second=2_000)
    alarms = CacheAlarms(stack, "Alarms", cache=cache)
    template = synth(stack)
    assert thresholds(template) == {
        "ThrottledCmds": {1},
        "BytesUsedForCache": {4 * GB},
        "ElastiCacheProcessingUnits": {0.8 * 2_000 * 60},
    }
    assert sorted(alarms.alarms) == sorted(thresholds(template))
    for alarm in all_of(template, ALARM):
        (dimension,) = alarm["Properties"]["Dimensions"]
        assert dimension["Name"] == "clusterId"
        assert dimension["Value"]["Ref"].startswith("Cache")
        assert alarm["Properties"]["TreatMissingData"] == "notBreaching"


def test_a_limit_that_is_not_set_or_not_known_has_no_alarm(stack: cdk.Stack) -> None:
    most = cdk.CfnParameter(stack, "Most", type="Number")
    cache = ServerlessCache(
        stack, "Cache", max_storage_gb=int(most.value_as_number), max_ecpu_per_second=0
    )
    CacheAlarms(stack, "Alarms", cache=cache)
    raw = elasticache.CfnServerlessCache(stack, "Raw", engine="redis", serverless_cache_name="raw")
    CacheAlarms(stack, "Others", cache=raw)
    assert set(thresholds(synth(stack))) == {"ThrottledCmds"}


def test_all_problems_are_reported_together(stack: cdk.Stack) -> None:
    message = refused(
        lambda: CacheAlarms(
            stack,
            "Alarms",
            cache=raw_group(stack),
            cpu_percent=101,
            memory_percent=0,
            free_memory_mib=0,
            evictions=0,
            connections=65_001,
            replication_lag=cdk.Duration.seconds(0),
            limit_percent=0.5,
        )
    )
    assert message.splitlines() == [
        "7 problems in Test/Alarms:",
        "- `cpu_percent` must be between 1 and 100 %, got: 101",
        "- `memory_percent` must be between 1 and 100 %, got: 0",
        "- `limit_percent` must be between 1 and 100 %, got: 0.5",
        "- `free_memory_mib` must be 1 or more MiB, got: 0",
        "- `evictions` must be 1 or more, got: 0",
        "- `connections` must be between 1 and 65000, got: 65001",
        "- `replication_lag` must be 1 or more seconds, got: 0",
    ]
    assert stack.node.try_find_child("Alarms") is None


def test_the_nearest_accepted_values(stack: cdk.Stack) -> None:
    CacheAlarms(
        stack,
        "Alarms",
        cache=raw_group(stack),
        cpu_percent=100,
        memory_percent=1,
        free_memory_mib=1,
        evictions=1,
        connections=65_000,
        replication_lag=cdk.Duration.seconds(1),
        limit_percent=1,
    )
    assert thresholds(synth(stack))["CurrConnections"] == {65_000}


def test_too_many_alarms_are_refused(stack: cdk.Stack) -> None:
    def sharded(construct_id: str, shards: int) -> elasticache.CfnReplicationGroup:
        return raw_group(
            stack,
            construct_id,
            num_cache_clusters=None,
            num_node_groups=shards,
            replicas_per_node_group=0,
        )

    assert refused(lambda: CacheAlarms(stack, "Alarms", cache=sharded("Huge", 81))) == (
        "`cache` must need 400 alarms at most, got: 5 for each of 81 nodes; "
        "use a CacheDashboard for so many nodes (in Test/Alarms)"
    )
    assert len(CacheAlarms(stack, "Alarms", cache=sharded("Large", 80)).alarms) == 400


def test_a_number_of_nodes_that_is_not_known_is_refused(stack: cdk.Stack) -> None:
    nodes = cdk.CfnParameter(stack, "Nodes", type="Number")
    cache = MemcachedCache(stack, "Cache", num_cache_nodes=int(nodes.value_as_number))
    assert refused(lambda: CacheAlarms(stack, "Alarms", cache=cache)) == (
        "`cache` must have a `num_cache_nodes` that is known at synthesis, got: a token "
        "(in Test/Cache/Cluster)"
    )
