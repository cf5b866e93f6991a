"""Each kind of Redis in its own template: one snapshot for each group of arguments."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import (
    Autoscale,
    Backup,
    Capacity,
    Durability,
    GlobalDatastore,
    Logs,
    RedisAuth,
    RedisCache,
    RedisEngine,
    RedisTopology,
    RedisUser,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
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
        engine=RedisEngine.VALKEY_8_0,
        node_type="cache.r7g.large",
        topology=RedisTopology.sharded(3, 2),
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
        engine=RedisEngine.VALKEY_8_1,
        topology=RedisTopology.sharded(
            2,
            2,
            autoscale=Autoscale(
                shards=Capacity(2, 10), replicas=Capacity(1, 4, target_utilization=50)
            ),
            automatic_failover=True,
            multi_az=True,
        ),
        port=6380,
        encryption_key=kms.Key(stack, "Key"),
        auth=RedisAuth.password(rotate_every=cdk.Duration.days(90)),
        parameters={"maxmemory-policy": "volatile-lfu", "timeout": "60"},
        data_tiering=True,
        logs=Logs(slow=True, engine=True, retention=logs.RetentionDays.ONE_WEEK),
        backup=Backup(
            retention=cdk.Duration.days(35), window="03:00-05:00", restore_name="orders-before"
        ),
        maintenance_window="sun:05:00-sun:06:00",
        notification_topic=sns.Topic(stack, "Topic"),
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    RedisUser(cache, "Reader", access="on ~app:* +@read")
    return cache


def logged(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    own = logs.LogGroup(stack, "Own", retention=logs.RetentionDays.ONE_DAY)
    stream = firehose.DeliveryStream.from_delivery_stream_name(stack, "Stream", "my-stream")
    return RedisCache(stack, "Cache", vpc=vpc, logs=Logs(slow=own, engine=stream))


def seeded(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    return RedisCache(
        stack,
        "Cache",
        vpc=vpc,
        topology=RedisTopology.sharded(3),
        backup=Backup(restore_arns=["arn:aws:s3:::backups/a.rdb", "arn:aws:s3:::backups/b.rdb"]),
    )


def durable(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    return RedisCache(
        stack,
        "Cache",
        vpc=vpc,
        engine=RedisEngine.VALKEY_9_0,
        node_type="cache.r7g.large",
        topology=RedisTopology.sharded(2),
        durability=Durability.SYNC,
        auth=RedisAuth.iam(),
    )


def secondary(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    return RedisCache(
        stack,
        "Cache",
        vpc=vpc,
        node_type="cache.r7g.large",
        topology=RedisTopology.sharded(2),
        auth=RedisAuth.none(),
        encryption_key=kms.Key(stack, "Key"),
        global_datastore=elasticache.CfnGlobalReplicationGroup.from_global_replication_group_id(
            stack, "Datastore", "ldgnf-orders"
        ),
    )


def primary(stack: cdk.Stack, vpc: ec2.IVpc) -> RedisCache:
    cache = RedisCache(stack, "Cache", vpc=vpc, node_type="cache.r7g.large", auth=RedisAuth.none())
    GlobalDatastore(stack, "Datastore", primary=cache, suffix="orders")
    return cache


VARIANTS = [sharded, maximal, logged, seeded, durable, secondary, primary]


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
        ("redis", "7.1", "default.redis7.cluster.on"),
        ("redis", "6.2", "default.redis6.x.cluster.on"),
        ("redis", "5.0.6", "default.redis5.0.cluster.on"),
        ("valkey", "8.1", "default.valkey8.cluster.on"),
        ("valkey", "7.2", "default.valkey7.cluster.on"),
        ("valkey", "9.0", "default.valkey9.cluster.on"),
    ],
)
def test_shards_without_parameters_use_the_default_group(
    stack: cdk.Stack, engine: str, version: str, name: str
) -> None:
    chosen = RedisEngine.of(engine, version)
    RedisCache(stack, "Cache", engine=chosen, topology=RedisTopology.sharded(1))
    made = synth(stack)
    assert properties(made, GROUP)["CacheParameterGroupName"] == name
    assert all_of(made, PARAMETERS) == []


def test_one_node_in_cluster_mode_fails_over_but_is_in_one_zone(stack: cdk.Stack) -> None:
    RedisCache(stack, "Cache", topology=RedisTopology.sharded(1, 0))
    asked = properties(synth(stack), GROUP)
    assert asked["AutomaticFailoverEnabled"] is True
    assert asked["MultiAZEnabled"] is False


def test_a_replica_may_be_in_the_same_zone(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    RedisCache(stack, "Cache", vpc=vpc, topology=RedisTopology.replicated(multi_az=False))
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


def test_logs_go_to_their_targets(stack: cdk.Stack) -> None:
    made = template(logged)
    slow, core = properties(made, GROUP)["LogDeliveryConfigurations"]
    assert slow["DestinationDetails"]["CloudWatchLogsDetails"]["LogGroup"]["Ref"].startswith("Own")
    assert (slow["LogType"], core["LogType"]) == ("slow-log", "engine-log")
    assert core["DestinationDetails"] == {"KinesisFirehoseDetails": {"DeliveryStream": "my-stream"}}
    assert (slow["DestinationType"], core["DestinationType"]) == (
        "cloudwatch-logs",
        "kinesis-firehose",
    )


def test_new_log_groups_expire(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", logs=Logs(slow=True))
    assert cache.slow_log_group is not None
    assert cache.engine_log_group is None
    for group in all_of(synth(stack), "AWS::Logs::LogGroup"):  # that of the VPC, too
        assert group["Properties"]["RetentionInDays"] == 90


def test_r6gd_nodes_tier_data_by_default(stack: cdk.Stack) -> None:
    RedisCache(stack, "Cache", node_type="cache.r6gd.xlarge")
    assert properties(synth(stack), GROUP)["DataTieringEnabled"] is True


def test_a_retained_cache_retains_users_and_parameters() -> None:
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
    one = RedisCache(stack, "One", topology=RedisTopology.replicated(2))
    assert one.node_labels == ["001", "002", "003"]
    two = RedisCache(stack, "Two", topology=RedisTopology.sharded(2, 1))
    assert two.node_labels == ["0001-001", "0001-002", "0002-001", "0002-002"]
    shards = cdk.CfnParameter(stack, "Shards", type="Number")
    some = RedisCache(stack, "Some", topology=RedisTopology.sharded(int(shards.value_as_number)))
    assert "`num_node_groups` that is known at synthesis" in refused(lambda: some.node_labels)
    name = "default.redis7.cluster.on"
    groups = [g["Properties"] for g in all_of(synth(stack), GROUP)]
    assert [
        g["CacheParameterGroupName"] for g in groups if "Ref" in str(g.get("NumNodeGroups"))
    ] == [name]


def test_more_nodes_than_the_quota_warn(stack: cdk.Stack) -> None:
    RedisCache(stack, "Many", topology=RedisTopology.sharded(46))
    assert warnings(stack) == [
        "92 nodes need a higher quota of nodes per cluster, which is 90 before AWS raises it "
        "[ack: serverless-stack:RedisNodes]"
    ]
    few = cdk.Stack(cdk.App(), "Few")
    RedisCache(few, "Few", topology=RedisTopology.sharded(45))
    assert warnings(few) == []
