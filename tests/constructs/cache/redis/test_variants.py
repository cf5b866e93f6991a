"""Each kind of Redis in its own template: one snapshot for each group of arguments."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import RedisCache
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    require_no_cycle,
    synth,
    warnings,
)

GROUP = "AWS::ElastiCache::ReplicationGroup"
PARAMETERS = "AWS::ElastiCache::ParameterGroup"


def sharded(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    return RedisCache(
        stack,
        "Cache",
        vpc=vpc,
        engine="valkey",
        engine_version="8.0",
        node_type="cache.r7g.large",
        num_node_groups=3,
        replicas=2,
        parameters={"maxmemory-policy": "allkeys-lru"},
        replication_group_id="Orders",
    )


def maximal(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    """All that goes together."""
    cache = RedisCache(
        stack,
        "Cache",
        vpc=vpc,
        replication_group_id="orders",
        node_type="cache.r6gd.xlarge",
        engine="valkey",
        engine_version="8.1",
        num_node_groups=2,
        replicas=2,
        automatic_failover_enabled=True,
        multi_az_enabled=True,
        port=6380,
        encryption_key=kms.Key(stack, "Key"),
        auth="password",
        parameters={"maxmemory-policy": "volatile-lfu", "timeout": "60"},
        data_tiering_enabled=True,
        slow_log=True,
        engine_log=True,
        log_retention=logs.RetentionDays.ONE_WEEK,
        snapshot_retention_days=35,
        snapshot_window="03:00-05:00",
        snapshot_name="orders-before",
        preferred_maintenance_window="sun:05:00-sun:06:00",
        notification_topic=sns.Topic(stack, "Topic"),
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    cache.add_user("Reader", access_string="on ~app:* +@read")
    cache.add_shard_scaling(max_capacity=10, min_capacity=2)
    cache.add_replica_scaling(max_capacity=4, target_utilization=50)
    cache.add_rotation(automatically_after=cdk.Duration.days(90))
    return cache


def logged(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    own = logs.LogGroup(stack, "Own", retention=logs.RetentionDays.ONE_DAY)
    return RedisCache(stack, "Cache", vpc=vpc, slow_log=own, engine_log="my-stream")


def seeded(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    return RedisCache(
        stack,
        "Cache",
        vpc=vpc,
        num_node_groups=3,
        snapshot_arns=["arn:aws:s3:::backups/a.rdb", "arn:aws:s3:::backups/b.rdb"],
    )


def secondary(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    return RedisCache(
        stack,
        "Cache",
        vpc=vpc,
        node_type="cache.r7g.large",
        num_node_groups=2,
        auth="none",
        encryption_key=kms.Key(stack, "Key"),
        global_replication_group_id="ldgnf-orders",
    )


def primary(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    cache = RedisCache(stack, "Cache", vpc=vpc, node_type="cache.r7g.large", auth="none")
    cache.add_global_datastore(global_replication_group_id_suffix="orders")
    return cache


VARIANTS = [sharded, maximal, logged, seeded, secondary, primary]


def template(make: Callable[[cdk.Stack, ec2.IVpc], RedisCache]) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    make(
        stack,
        ec2.Vpc(
            stack,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED
                )
            ],
        ),
    )
    return synth(stack)


@pytest.mark.parametrize("make", VARIANTS, ids=lambda make: make.__name__)
def test_variant(
    make: Callable[[cdk.Stack, ec2.IVpc], RedisCache], template_snapshot: TemplateSnapshot
) -> None:
    made = template(make)
    require_no_cycle(made)
    assert made == template_snapshot


def test_shards_are_resharded_online_and_their_parameters_have_cluster_mode() -> None:
    made = template(sharded)
    (group,) = all_of(made, GROUP)
    assert group["UpdatePolicy"] == {"UseOnlineResharding": True}
    asked = group["Properties"]
    assert (asked["NumNodeGroups"], asked["ReplicasPerNodeGroup"]) == (3, 2)
    assert "NumCacheClusters" not in asked
    assert asked["ReplicationGroupId"] == "orders"  # as AWS stores it
    parameters = properties(made, PARAMETERS)
    assert parameters["CacheParameterGroupFamily"] == "valkey8"
    assert parameters["Properties"] == {"cluster-enabled": "yes", "maxmemory-policy": "allkeys-lru"}


@pytest.mark.parametrize(
    ("engine", "version", "name"),
    [
        ("redis", None, "default.redis7.cluster.on"),
        ("redis", "6.2", "default.redis6.x.cluster.on"),
        ("redis", "5.0.6", "default.redis5.0.cluster.on"),
        ("valkey", None, "default.valkey8.cluster.on"),
        ("valkey", "7.2", "default.valkey7.cluster.on"),
    ],
)
def test_shards_without_parameters_use_a_group_of_aws(
    stack: cdk.Stack, engine: str, version: str | None, name: str
) -> None:
    RedisCache(stack, "Cache", engine=engine, engine_version=version, num_node_groups=1)
    made = synth(stack)
    assert properties(made, GROUP)["CacheParameterGroupName"] == name
    assert all_of(made, PARAMETERS) == []


def test_one_node_in_cluster_mode_fails_over_but_is_in_one_zone(stack: cdk.Stack) -> None:
    RedisCache(stack, "Cache", num_node_groups=1, replicas=0)
    asked = properties(synth(stack), GROUP)
    assert asked["AutomaticFailoverEnabled"] is True
    assert asked["MultiAZEnabled"] is False


def test_a_replica_may_be_in_the_same_zone(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    RedisCache(stack, "Cache", vpc=vpc, multi_az_enabled=False)
    asked = properties(synth(stack), GROUP)
    assert (asked["AutomaticFailoverEnabled"], asked["MultiAZEnabled"]) == (True, False)


def test_slots_are_spread_over_shards_that_are_filled_from_files() -> None:
    asked = properties(template(seeded), GROUP)
    assert [each["Slots"] for each in asked["NodeGroupConfiguration"]] == [
        "0-5460",
        "5461-10921",
        "10922-16383",
    ]
    assert "NumNodeGroups" not in asked


def test_a_secondary_leaves_to_the_primary_what_it_decides() -> None:
    asked = properties(template(secondary), GROUP)
    assert asked["GlobalReplicationGroupId"] == "ldgnf-orders"
    left = {
        "Engine",
        "EngineVersion",
        "CacheNodeType",
        "NumNodeGroups",
        "TransitEncryptionEnabled",
        "AtRestEncryptionEnabled",
        "AuthToken",
        "CacheParameterGroupName",
    }
    assert left & set(asked) == set()
    assert asked["ReplicasPerNodeGroup"] == 1
    assert "KmsKeyId" in asked  # each region has its own key


def test_a_primary_is_the_member_of_its_global_datastore() -> None:
    made = template(primary)
    (name,) = [n for n, r in made["Resources"].items() if r["Type"] == GROUP]
    datastore = properties(made, "AWS::ElastiCache::GlobalReplicationGroup")
    assert datastore["Members"] == [
        {
            "ReplicationGroupId": {"Ref": name},
            "ReplicationGroupRegion": {"Ref": "AWS::Region"},
            "Role": "PRIMARY",
        }
    ]


def test_logs_go_where_they_are_told_to(stack: cdk.Stack) -> None:
    made = template(logged)
    slow, core = properties(made, GROUP)["LogDeliveryConfigurations"]
    assert slow["DestinationDetails"]["CloudWatchLogsDetails"]["LogGroup"]["Ref"].startswith("Own")
    assert (slow["LogType"], core["LogType"]) == ("slow-log", "engine-log")
    assert core["DestinationDetails"] == {"KinesisFirehoseDetails": {"DeliveryStream": "my-stream"}}
    assert (slow["DestinationType"], core["DestinationType"]) == (
        "cloudwatch-logs",
        "kinesis-firehose",
    )


def test_log_groups_that_are_made_end(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", slow_log=True)
    assert cache.slow_log_group is not None
    assert cache.engine_log_group is None
    for group in all_of(synth(stack), "AWS::Logs::LogGroup"):  # that of the VPC, too
        assert group["Properties"]["RetentionInDays"] == 90


def test_r6gd_nodes_tier_data_without_being_told(stack: cdk.Stack) -> None:
    RedisCache(stack, "Cache", node_type="cache.r6gd.xlarge")
    assert properties(synth(stack), GROUP)["DataTieringEnabled"] is True


def test_retaining_it_keeps_users_and_parameters() -> None:
    kept = {
        resource["Type"]
        for resource in template(maximal)["Resources"].values()
        if resource.get("DeletionPolicy") == "Retain"
    }
    assert {
        GROUP,
        PARAMETERS,
        "AWS::ElastiCache::SubnetGroup",
        "AWS::ElastiCache::User",
        "AWS::ElastiCache::UserGroup",
        "AWS::SecretsManager::Secret",
        "AWS::EC2::SecurityGroup",
        "AWS::Logs::LogGroup",
    } <= kept
    users = all_of(template(maximal), "AWS::ElastiCache::User")
    assert {user["DeletionPolicy"] for user in users} == {"Retain"}


def test_nodes_are_named_as_metrics_name_them(stack: cdk.Stack) -> None:
    one = RedisCache(stack, "One", replication_group_id="one", replicas=2)
    assert [stack.resolve(each) for each in one.node_ids] == [
        {"Fn::Join": ["", [{"Ref": logical(stack, one)}, f"-00{node}"]]} for node in (1, 2, 3)
    ]
    two = RedisCache(stack, "Two", num_node_groups=2, replicas=1)
    assert [stack.resolve(each)["Fn::Join"][1][1] for each in two.node_ids] == [
        "-0001-001",
        "-0001-002",
        "-0002-001",
        "-0002-002",
    ]
    shards = cdk.CfnParameter(stack, "Shards", type="Number")
    some = RedisCache(stack, "Some", num_node_groups=int(shards.value_as_number))
    assert some.node_ids == []
    name = "default.redis7.cluster.on"
    groups = [g["Properties"] for g in all_of(synth(stack), GROUP)]
    assert [
        g["CacheParameterGroupName"] for g in groups if "Ref" in str(g.get("NumNodeGroups"))
    ] == [name]


def logical(stack: cdk.Stack, cache: RedisCache) -> str:
    name = stack.resolve(cache.cache_name)["Ref"]
    return str(name)


def test_more_nodes_than_the_quota_warn(stack: cdk.Stack) -> None:
    RedisCache(stack, "Many", num_node_groups=46)
    assert warnings(stack) == [
        "92 nodes need a higher quota of nodes per cluster, which is 90 before AWS raises it "
        "[ack: serverless-stack:RedisNodes]"
    ]
    few = cdk.Stack(cdk.App(), "Few")
    RedisCache(few, "Few", num_node_groups=45)
    assert warnings(few) == []
