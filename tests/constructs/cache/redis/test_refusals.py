"""Every combination that ElastiCache refuses, and the nearest one that it accepts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import (
    Backup,
    Durability,
    Logs,
    RedisAuth,
    RedisCache,
    RedisEngine,
    RedisTopology,
)
from tests.constructs.templates import properties, refused, synth

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Stream:
    """A Firehose stream, of which the name counts."""

    delivery_stream_name: str


# Stands for a secret of the stack that is tested.
SECRET = secretsmanager.Secret.from_secret_name_v2(cdk.Stack(cdk.App(), "Other"), "Secret", "own")


def days(number: int) -> Backup:
    return Backup(retention=cdk.Duration.days(number))


# The arguments that are refused, what the message says, and what is changed to be accepted.
CASES: list[tuple[Arguments, str, Arguments]] = [
    (
        {"replication_group_id": "a" * 41},
        "`replication_group_id` must have 1 to 40 characters",
        {"replication_group_id": "a" * 40},
    ),
    (
        {"replication_group_id": "my_cache"},
        "`replication_group_id` must have letters, digits and hyphens only",
        {"replication_group_id": "my-cache"},
    ),
    (
        {"replication_group_id": "my--cache"},
        "`replication_group_id` must not have two hyphens in a row",
        {"replication_group_id": "my-ca-che"},
    ),
    (
        {"replication_group_id": "cache-"},
        "`replication_group_id` must not end with a hyphen",
        {"replication_group_id": "cache-1"},
    ),
    (
        {"replication_group_id": "1cache"},
        "`replication_group_id` must begin with a letter",
        {"replication_group_id": "c1ache"},
    ),
    (
        {"engine": RedisEngine.of("memcached", "1.6")},
        "`engine.name` must be redis or valkey",
        {"engine": RedisEngine.VALKEY_8_1},
    ),
    (
        {"engine": RedisEngine.of("valkey", "6.2")},
        "`engine.version` must be 7.2 or later for valkey",
        {"engine": RedisEngine.VALKEY_7_2},
    ),
    (
        {"engine": RedisEngine.of("redis", "7.2")},
        "`engine.version` must be 2.6 to 7.1 for redis",
        {"engine": RedisEngine.of("redis", "7.1")},
    ),
    (
        {"engine": RedisEngine.of("redis", "latest")},
        "`engine.version` must be numbers with periods",
        {"engine": RedisEngine.of("redis", "6.x")},
    ),
    (
        {"engine": RedisEngine.of("redis", "3.2.10")},
        "`engine.version` must be 3.2.6 or later but 3.2.10 for encryption in transit",
        {"engine": RedisEngine.of("redis", "5.0.6")},
    ),
    (
        {"auth": RedisAuth.password(), "engine": RedisEngine.of("redis", "5.0.6")},
        "`engine.version` must be 6.0 or later for users and user groups",
        {"engine": RedisEngine.of("redis", "6.0")},
    ),
    (
        {"auth": RedisAuth.iam(), "engine": RedisEngine.of("redis", "6.2")},
        "`engine.version` must be 7.0 or later for authentication with IAM",
        {"engine": RedisEngine.of("redis", "7.0")},
    ),
    (
        {"logs": Logs(slow=True), "engine": RedisEngine.of("redis", "5.0.6")},
        "`engine.version` must be 6.0 or later for the slow log",
        {"engine": RedisEngine.of("redis", "6.0")},
    ),
    (
        {"logs": Logs(engine=True), "engine": RedisEngine.of("redis", "6.0")},
        "`engine.version` must be 6.2 or later for the engine log",
        {"engine": RedisEngine.of("redis", "6.2")},
    ),
    (
        {"node_type": "cache.r6gd.xlarge", "engine": RedisEngine.of("redis", "6.0")},
        "`engine.version` must be 6.2 or later for data tiering",
        {"engine": RedisEngine.of("redis", "6.2")},
    ),
    (
        {"engine": RedisEngine.of("redis", "5.0.5")},
        "`engine.version` must be 5.0.6 or later for a node type with Graviton",
        {"node_type": "cache.m5.large"},
    ),
    (
        {
            "topology": RedisTopology.sharded(50),
            "engine": RedisEngine.of("redis", "5.0.4"),
            "node_type": "cache.m5.large",
        },
        "`engine.version` must be 5.0.6 or later for more than 90 nodes",
        {"topology": RedisTopology.sharded(45)},
    ),
    (
        {"node_type": "t4g.micro"},
        "`node_type` must be `cache.FAMILY.SIZE`",
        {"node_type": "cache.t4g.micro"},
    ),
    (
        {"node_type": "cache.t4g.large"},
        "`node_type` must have a size that t4g has (micro, small, medium)",
        {"node_type": "cache.t4g.medium"},
    ),
    (
        {"data_tiering": True},
        "`data_tiering` must be False except on r6gd nodes, got: True on t4g",
        {"node_type": "cache.r6gd.xlarge"},
    ),
    (
        {"data_tiering": False, "node_type": "cache.r6gd.xlarge"},
        "`data_tiering` must be True on r6gd nodes",
        {"data_tiering": None},
    ),
    (
        {"node_type": "cache.m3.large", "auth": RedisAuth.none(), "tls": False},
        "`encryption_at_rest` must be False on m3 nodes",
        {"encryption_at_rest": False},
    ),
    (
        {"node_type": "cache.m2.xlarge", "auth": RedisAuth.none(), "encryption_at_rest": False},
        "`tls` must be False on m2 nodes",
        {"tls": False},
    ),
    (
        {"topology": RedisTopology.sharded(501, 0)},
        "`topology.shards` must be between 1 and 500 in cluster mode and 0 without, got: 501",
        {"topology": RedisTopology.sharded(500, 0)},
    ),
    (
        {"topology": RedisTopology.sharded(-1)},
        "`topology.shards` must be between 1 and 500 in cluster mode and 0 without, got: -1",
        {"topology": RedisTopology.sharded(1)},
    ),
    (
        {"topology": RedisTopology.sharded(0)},
        "`topology.shards` must be between 1 and 500, got: 0",
        {"topology": RedisTopology.sharded(1)},
    ),
    (
        {"topology": RedisTopology.sharded(251)},
        "`topology.shards` times the nodes of a shard must be at most 500, got: 251 x 2",
        {"topology": RedisTopology.sharded(250)},
    ),
    (
        {"topology": RedisTopology.replicated(6)},
        "`topology.replicas` must be between 0 and 5, got: 6",
        {"topology": RedisTopology.replicated(5)},
    ),
    (
        {"topology": RedisTopology.replicated(0, automatic_failover=True)},
        "`topology.automatic_failover` must be False without a second node",
        {"topology": RedisTopology.replicated(1)},
    ),
    (
        {"topology": RedisTopology.replicated(0, multi_az=True)},
        "`topology.multi_az` must be False without a second node",
        {"topology": RedisTopology.replicated(1)},
    ),
    (
        {"topology": RedisTopology.sharded(2, 0, multi_az=True)},
        "`topology.multi_az` must be False without a second node",
        {"topology": RedisTopology.sharded(2, 0)},
    ),
    (
        {"topology": RedisTopology.replicated(automatic_failover=False)},
        "`topology.multi_az` must be False without `topology.automatic_failover`",
        {"topology": RedisTopology.replicated(automatic_failover=False, multi_az=False)},
    ),
    (
        {"topology": RedisTopology.sharded(2, automatic_failover=False, multi_az=False)},
        "`topology.automatic_failover` must be True in cluster mode",
        {"topology": RedisTopology.sharded(2, automatic_failover=True, multi_az=False)},
    ),
    (
        {"tls": False},
        "`auth` must be used with `tls`, got: an AUTH token without it",
        {"auth": RedisAuth.none()},
    ),
    (
        {"tls": False, "auth": RedisAuth.iam()},
        "`auth` must be used with `tls`, got: a user group without it",
        {"auth": RedisAuth.none()},
    ),
    (
        {"encryption_at_rest": False, "encryption_key": "KEY"},
        "`encryption_key` must be used with `encryption_at_rest`",
        {"encryption_at_rest": True},
    ),
    (
        {"auth": RedisAuth("iam", SECRET)},
        "`auth.secret` must be left out for iam",
        {"auth": RedisAuth.password()},
    ),
    (
        {"auth": RedisAuth("token", access="on ~* +@read")},
        "`auth.access` must be left out for token",
        {"auth": RedisAuth.iam()},
    ),
    (
        {"auth": RedisAuth.iam(access="~* +@all")},
        "`auth.access` must begin with on or off",
        {"auth": RedisAuth.iam(access="on ~* +@all")},
    ),
    ({"port": 70000}, "`port` must be between 1 and 65535, got: 70000", {"port": 65535}),
    (
        {"backup": days(36)},
        "`backup.retention` must be between 0 and 35 days, got: 36",
        {"backup": days(35)},
    ),
    (
        {"backup": Backup(window="03:00-03:59")},
        "`backup.window` must last 60 minutes or more",
        {"backup": Backup(window="03:00-04:00")},
    ),
    (
        {"maintenance_window": "sun:03:00-sun:03:30"},
        "`maintenance_window` must last 60 minutes to 24 hours",
        {"maintenance_window": "sun:03:00-sun:04:00"},
    ),
    (
        {
            "backup": Backup(window="03:00-05:00"),
            "maintenance_window": "sun:04:00-sun:06:00",
        },
        "`backup.window` must not overlap `maintenance_window`",
        {"backup": Backup(window="03:00-04:00")},
    ),
    (
        {"backup": Backup(restore_name="before", restore_arns=["arn:aws:s3:::backups/a.rdb"])},
        "`backup.restore_name` must be absent with `backup.restore_arns`",
        {"backup": Backup(restore_name="before")},
    ),
    (
        {"backup": Backup(restore_arns=["s3://backups/a.rdb"])},
        "`backup.restore_arns` must be an ARN of s3",
        {"backup": Backup(restore_arns=["arn:aws:s3:::backups/a.rdb"])},
    ),
    (
        {"backup": Backup(restore_arns=["arn:aws:s3:::backups/a,b.rdb"])},
        "`backup.restore_arns` must be ARNs of a bucket and an object in it, without a comma",
        {"backup": Backup(restore_arns=["arn:aws:s3:::backups/a-b.rdb"])},
    ),
    (
        {"parameters": {"maxmemory-policy": "lru"}},
        "`parameters` must have a maxmemory-policy of volatile-lru",
        {"parameters": {"maxmemory-policy": "allkeys-lru"}},
    ),
    (
        {"parameters": {"cluster-enabled": "yes"}},
        "`parameters` must have cluster-enabled=no without cluster mode",
        {"topology": RedisTopology.sharded(1)},
    ),
    (
        {"parameters": {"cluster-enabled": "no"}, "topology": RedisTopology.sharded(1)},
        "`parameters` must have cluster-enabled=yes with cluster mode",
        {"topology": RedisTopology.single()},
    ),
    (
        {
            "parameters": {"maxmemory-policy": "allkeys-random"},
            "node_type": "cache.r6gd.xlarge",
        },
        "`parameters` must have a maxmemory-policy of volatile-lru, allkeys-lru, volatile-lfu, "
        "allkeys-lfu, noeviction for data tiering",
        {"parameters": {"maxmemory-policy": "allkeys-lfu"}},
    ),
    (
        {"parameters": {"timeout": "60"}, "parameter_group": "GROUP mine"},
        "`parameter_group` must be absent with `parameters`",
        {"parameters": None},
    ),
    (
        {"parameter_group": "GROUP default.redis7", "topology": RedisTopology.sharded(2)},
        "`parameter_group` must end with `.cluster.on` for cluster mode on",
        {"parameter_group": "GROUP default.redis7.cluster.on"},
    ),
    (
        {"parameter_group": "GROUP default.redis7.cluster.on"},
        "`parameter_group` must not end with `.cluster.on` for cluster mode off",
        {"topology": RedisTopology.sharded(1)},
    ),
    (
        {"parameter_group": "GROUP default.redis6.x"},
        "`parameter_group` must be of the family redis7 of redis 7.1",
        {"engine": RedisEngine.of("redis", "6.2")},
    ),
    (
        {"logs": Logs(engine=Stream("my stream"))},
        "`logs.engine` must be the name of a Firehose stream",
        {"logs": Logs(engine=Stream("my_stream"))},
    ),
    (
        {"notification_topic": "FIFO"},
        "`notification_topic` must be a standard topic",
        {"notification_topic": "TOPIC"},
    ),
    (
        {"global_datastore": "DATASTORE", "auth": RedisAuth.none()},
        "`node_type` must be of m5, r5 or later for a global datastore",
        {"node_type": "cache.m5.large"},
    ),
    (
        {"global_datastore": "DATASTORE", "node_type": "cache.m5.large"},
        "`auth.secret` must be a replica of the primary's secret",
        {"auth": RedisAuth("token", SECRET)},
    ),
    (
        {
            "global_datastore": "DATASTORE",
            "node_type": "cache.m5.large",
            "auth": RedisAuth.none(),
            "parameters": {"timeout": "60"},
        },
        "`parameters` must be left to the primary of the global datastore",
        {"parameters": None},
    ),
    (
        {
            "global_datastore": "DATASTORE",
            "node_type": "cache.m5.large",
            "auth": RedisAuth.none(),
            "backup": Backup(restore_name="before"),
        },
        "`backup.restore_name` must be left to the primary of the global datastore",
        {"backup": None},
    ),
]
T1 = {
    "node_type": "cache.t1.micro",
    "auth": RedisAuth.none(),
    "tls": False,
    "encryption_at_rest": False,
    "topology": RedisTopology.single(),
    "backup": days(0),
    "removal_policy": cdk.RemovalPolicy.DESTROY,
}
CASES += [
    (
        {**T1, "topology": RedisTopology.replicated(1)},
        "`topology.automatic_failover` must be False on t1 nodes",
        {"topology": RedisTopology.replicated(automatic_failover=False, multi_az=False)},
    ),
    (
        {**T1, "backup": days(1)},
        "`backup.retention` must be 0 on t1 nodes, got: 1",
        {"backup": days(0)},
    ),
    (
        {**T1, "removal_policy": cdk.RemovalPolicy.SNAPSHOT},
        "`removal_policy` must not be SNAPSHOT on t1 nodes",
        {"removal_policy": cdk.RemovalPolicy.RETAIN},
    ),
    (
        {**T1, "topology": RedisTopology.sharded(1)},
        "`node_type` must be of a family with cluster mode",
        {"topology": RedisTopology.single()},
    ),
]


def _made(stack: cdk.Stack, named: dict[str, Callable[[], object]], value: object) -> object:
    if isinstance(value, RedisAuth) and value.secret is SECRET:
        return replace(value, secret=secretsmanager.Secret(stack, "Own"))
    if isinstance(value, str) and value.startswith("GROUP "):
        name = value.removeprefix("GROUP ")
        kind = elasticache.CfnParameterGroup
        return kind.from_cache_parameter_group_name(stack, "ParameterGroup", name)
    return named[value]() if isinstance(value, str) and value in named else value


def made(stack: cdk.Stack, arguments: Arguments) -> Callable[[], RedisCache]:
    """Makes a cache; names stand for what needs the stack."""
    named: dict[str, Callable[[], object]] = {
        "KEY": lambda: kms.Key(stack, "Key"),
        "FIFO": lambda: sns.Topic.from_topic_arn(
            stack, "Fifo", "arn:aws:sns:eu-west-1:123456789012:events.fifo"
        ),
        "TOPIC": lambda: sns.Topic(stack, "Topic"),
        "DATASTORE": lambda: elasticache.CfnGlobalReplicationGroup.from_global_replication_group_id(
            stack, "Datastore", "ldgnf-a"
        ),
    }
    given: Arguments = {name: _made(stack, named, value) for name, value in arguments.items()}
    return lambda: RedisCache(stack, "Cache", **given)


@pytest.mark.parametrize(("arguments", "expected", "changed"), CASES)
def test_a_refusal_and_its_nearest_twin(
    arguments: Arguments, expected: str, changed: Arguments
) -> None:
    message = refused(made(cdk.Stack(cdk.App(), "Test"), arguments))
    assert expected in message
    stack = cdk.Stack(cdk.App(), "Test")
    made(stack, {**arguments, **changed})()


def test_each_case_breaks_one_rule() -> None:
    """Else a twin would be accepted for another reason than the one that it is for."""
    several = [
        expected
        for arguments, expected, _ in CASES
        if "problems in" in refused(made(cdk.Stack(cdk.App(), "Test"), arguments))
    ]
    assert several == [  # each of which breaks rules that say nearly the same
        "`engine.version` must be 3.2.6 or later but 3.2.10 for encryption in transit",
        "`topology.multi_az` must be False without a second node",
        "`node_type` must be of a family with cluster mode",
    ]


def test_tokens_are_accepted(stack: cdk.Stack) -> None:
    def text(name: str) -> str:
        return cdk.CfnParameter(stack, name).value_as_string

    def number(name: str) -> int:
        return int(cdk.CfnParameter(stack, name, type="Number").value_as_number)

    RedisCache(
        stack,
        "Cache",
        replication_group_id=text("Name"),
        node_type=text("NodeType"),
        engine=RedisEngine.of("redis", text("Version")),
        topology=RedisTopology.replicated(number("Replicas")),
        port=number("Port"),
        backup=Backup(
            retention=cdk.Duration.days(number("Days")),
            window=text("Window"),
            restore_arns=[text("Arn")],
        ),
        maintenance_window=text("Maintenance"),
        logs=Logs(engine=Stream(text("Stream"))),
        parameter_group=elasticache.CfnParameterGroup.from_cache_parameter_group_name(
            stack, "Group", text("Parameters")
        ),
    )
    synth(stack)


def test_parameters_need_a_version_that_is_known(stack: cdk.Stack) -> None:
    engine = RedisEngine.of("redis", cdk.CfnParameter(stack, "Version").value_as_string)
    expected = "`engine.version` must be known at synthesis for `parameters` and cluster mode"
    for arguments in ({"parameters": {"timeout": "60"}}, {"topology": RedisTopology.sharded(2)}):
        assert expected in refused(made(stack, {"engine": engine, **arguments}))
    made(
        stack,
        {
            "engine": engine,
            "topology": RedisTopology.sharded(2),
            "parameter_group": "GROUP default.redis7.cluster.on",
        },
    )()


DURABLE: Arguments = {
    "engine": RedisEngine.VALKEY_9_0,
    "node_type": "cache.m7g.large",
    "topology": RedisTopology.sharded(2, 1),
    "durability": Durability.SYNC,
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"engine": RedisEngine.VALKEY_8_2}, "`engine.name` must be Valkey 9.0 or later"),
        ({"engine": RedisEngine.REDIS_7_1}, "`engine.name` must be Valkey 9.0 or later"),
        ({"node_type": "cache.m5.large"}, "`node_type` must be of c7gn, c8gn, m6g"),
        ({"topology": RedisTopology.replicated(1)}, "`topology.shards` must be 1 or more"),
        ({"topology": RedisTopology.sharded(2, 0)}, "`topology.replicas` must be 1 or more"),
        ({"topology": RedisTopology.sharded(2, 1, multi_az=False)}, "`topology.multi_az` must be"),
        ({"tls": False, "auth": RedisAuth.none()}, "`tls` must be True for `durability`"),
        ({"encryption_at_rest": False}, "`encryption_at_rest` must be True for `durability`"),
        (
            {"global_datastore": "DATASTORE", "auth": RedisAuth.none()},
            "`durability` must be left out in a global datastore",
        ),
    ],
)
def test_what_durability_requires(stack: cdk.Stack, changed: Arguments, expected: str) -> None:
    assert expected in refused(made(stack, {**DURABLE, **changed}))
    other = cdk.Stack(cdk.App(), "Other")
    made(other, {**DURABLE, **changed, "durability": Durability.DISABLED})()


@pytest.mark.parametrize("durability", list(Durability))
def test_durability_arrives(stack: cdk.Stack, durability: Durability) -> None:
    made(stack, {**DURABLE, "durability": durability})()
    group = properties(synth(stack), "AWS::ElastiCache::ReplicationGroup")
    assert group["Durability"] == durability.value


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"engine": "redis"}, "`engine` must be a RedisEngine, got: 'redis'"),
        ({"topology": 2}, "`topology` must be a RedisTopology, got: 2"),
        ({"tls": "yes"}, "`tls` must be True or False, got: 'yes'"),
    ],
)
def test_wrong_types_are_refused(stack: cdk.Stack, arguments: Arguments, expected: str) -> None:
    assert expected in refused(made(stack, arguments))
    assert stack.node.try_find_child("Cache") is None


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            lambda: RedisTopology.replicated("2"),  # type: ignore[arg-type]
            "`replicas` must be a whole number, got: '2' (in RedisTopology.replicated)",
        ),
        (
            lambda: Backup(retention=7),  # type: ignore[arg-type]
            "`retention` must be a Duration, such as Duration.seconds(30), got: 7 (in Backup)",
        ),
        (
            lambda: Logs(slow="stream"),  # type: ignore[arg-type]
            "`slow` must be True or False, an aws_logs.ILogGroup or a construct with "
            "`delivery_stream_name`, got: 'stream' (in Logs)",
        ),
        (
            lambda: RedisAuth("AUTH"),  # type: ignore[arg-type]
            "`kind` must be 'token', 'password', 'iam' or 'none', got: 'AUTH' (in RedisAuth)",
        ),
    ],
)
def test_wrong_types_in_a_value_are_refused_at_once(
    make: Callable[[], object], expected: str
) -> None:
    assert refused(make) == expected


def test_the_name_of_a_cache_may_have_a_token_in_it(stack: cdk.Stack) -> None:
    stage = cdk.CfnParameter(stack, "Stage").value_as_string
    RedisCache(stack, "Cache", replication_group_id=f"Shop-{stage}")
    group = properties(synth(stack), "AWS::ElastiCache::ReplicationGroup")
    assert group["ReplicationGroupId"] == {"Fn::Join": ["", ["Shop-", {"Ref": "Stage"}]]}
