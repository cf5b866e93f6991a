"""Every combination that ElastiCache refuses, and the nearest one that it takes."""

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import RedisCache
from tests.constructs.templates import refused, synth

Arguments = dict[str, Any]

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
    ({"engine": "memcached"}, "`engine` must be redis or valkey", {"engine": "valkey"}),
    (
        {"engine": "valkey", "engine_version": "6.2"},
        "`engine_version` must be 7.2 or later for valkey",
        {"engine_version": "7.2"},
    ),
    (
        {"engine_version": "7.2"},
        "`engine_version` must be 2.6 to 7.1 for redis",
        {"engine_version": "7.1"},
    ),
    (
        {"engine_version": "latest"},
        "`engine_version` must be numbers with periods",
        {"engine_version": "6.x"},
    ),
    (
        {"engine_version": "3.2.10"},
        "`engine_version` must be 3.2.6 or later but 3.2.10 for encryption in transit",
        {"engine_version": "5.0.6"},
    ),
    (
        {"auth": "password", "engine_version": "5.0.6"},
        "`engine_version` must be 6.0 or later for users and user groups",
        {"engine_version": "6.0"},
    ),
    (
        {"auth": "iam", "engine_version": "6.2"},
        "`engine_version` must be 7.0 or later for authentication with IAM",
        {"engine_version": "7.0"},
    ),
    (
        {"slow_log": True, "engine_version": "5.0.6"},
        "`engine_version` must be 6.0 or later for the slow log",
        {"engine_version": "6.0"},
    ),
    (
        {"engine_log": True, "engine_version": "6.0"},
        "`engine_version` must be 6.2 or later for the engine log",
        {"engine_version": "6.2"},
    ),
    (
        {"node_type": "cache.r6gd.xlarge", "engine_version": "6.0"},
        "`engine_version` must be 6.2 or later for data tiering",
        {"engine_version": "6.2"},
    ),
    (
        {"engine_version": "5.0.5"},
        "`engine_version` must be 5.0.6 or later for a node type with Graviton",
        {"node_type": "cache.m5.large"},
    ),
    (
        {"num_node_groups": 50, "engine_version": "5.0.4", "node_type": "cache.m5.large"},
        "`engine_version` must be 5.0.6 or later for more than 90 nodes",
        {"num_node_groups": 45},
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
        {"data_tiering_enabled": True},
        "`data_tiering_enabled` must be False except on r6gd nodes, got: True on t4g",
        {"node_type": "cache.r6gd.xlarge"},
    ),
    (
        {"data_tiering_enabled": False, "node_type": "cache.r6gd.xlarge"},
        "`data_tiering_enabled` must be True on r6gd nodes",
        {"data_tiering_enabled": None},
    ),
    (
        {"node_type": "cache.m3.large", "auth": "none", "transit_encryption_enabled": False},
        "`at_rest_encryption_enabled` must be False on m3 nodes",
        {"at_rest_encryption_enabled": False},
    ),
    (
        {"node_type": "cache.m2.xlarge", "auth": "none", "at_rest_encryption_enabled": False},
        "`transit_encryption_enabled` must be False on m2 nodes",
        {"transit_encryption_enabled": False},
    ),
    (
        {"num_node_groups": 501, "replicas": 0},
        "`num_node_groups` must be between 1 and 500 in cluster mode and 0 without, got: 501",
        {"num_node_groups": 500},
    ),
    (
        {"num_node_groups": -1},
        "`num_node_groups` must be between 1 and 500 in cluster mode and 0 without, got: -1",
        {"num_node_groups": 0},
    ),
    (
        {"num_node_groups": 251},
        "`num_node_groups` times the nodes of a shard must be at most 500, got: 251 x 2",
        {"num_node_groups": 250},
    ),
    (
        {"replicas": 6},
        "`replicas` must be between 0 and 5, got: 6",
        {"replicas": 5},
    ),
    (
        {"replicas": 0, "automatic_failover_enabled": True},
        "`automatic_failover_enabled` must be False without a second node",
        {"replicas": 1},
    ),
    (
        {"replicas": 0, "multi_az_enabled": True},
        "`multi_az_enabled` must be False without a second node",
        {"replicas": 1},
    ),
    (
        {"num_node_groups": 2, "replicas": 0, "multi_az_enabled": True},
        "`multi_az_enabled` must be False without a second node",
        {"multi_az_enabled": False},
    ),
    (
        {"automatic_failover_enabled": False},
        "`multi_az_enabled` must be False without `automatic_failover_enabled`",
        {"multi_az_enabled": False},
    ),
    (
        {"automatic_failover_enabled": False, "num_node_groups": 2, "multi_az_enabled": False},
        "`automatic_failover_enabled` must be True in cluster mode",
        {"automatic_failover_enabled": True},
    ),
    (
        {"transit_encryption_enabled": False},
        "`auth` must be used with `transit_encryption_enabled`, got: an AUTH token without it",
        {"auth": "none"},
    ),
    (
        {"transit_encryption_enabled": False, "auth": "iam"},
        "`auth` must be used with `transit_encryption_enabled`, got: a user group without it",
        {"auth": "none"},
    ),
    (
        {"at_rest_encryption_enabled": False, "encryption_key": "KEY"},
        "`encryption_key` must be used with `at_rest_encryption_enabled`",
        {"at_rest_encryption_enabled": True},
    ),
    ({"auth": "AUTH"}, "`auth` must be one of token, password, iam, none", {"auth": "token"}),
    (
        {"auth": "iam", "secret": "SECRET"},
        "`secret` must be None for `auth` of iam",
        {"auth": "password"},
    ),
    (
        {"access_string": "on ~* +@read"},
        "`access_string` must be left out for `auth` of token",
        {"auth": "iam"},
    ),
    (
        {"auth": "iam", "access_string": "~* +@all"},
        "`access_string` must begin with on or off",
        {"access_string": "on ~* +@all"},
    ),
    ({"port": 70000}, "`port` must be between 1 and 65535, got: 70000", {"port": 65535}),
    (
        {"snapshot_retention_days": 36},
        "`snapshot_retention_days` must be between 0 and 35 days, got: 36",
        {"snapshot_retention_days": 35},
    ),
    (
        {"snapshot_window": "03:00-03:59"},
        "`snapshot_window` must last 60 minutes or more",
        {"snapshot_window": "03:00-04:00"},
    ),
    (
        {"preferred_maintenance_window": "sun:03:00-sun:03:30"},
        "`preferred_maintenance_window` must last 60 minutes to 24 hours",
        {"preferred_maintenance_window": "sun:03:00-sun:04:00"},
    ),
    (
        {
            "snapshot_window": "03:00-05:00",
            "preferred_maintenance_window": "sun:04:00-sun:06:00",
        },
        "`snapshot_window` must not overlap `preferred_maintenance_window`",
        {"snapshot_window": "03:00-04:00"},
    ),
    (
        {"snapshot_name": "before", "snapshot_arns": ["arn:aws:s3:::backups/a.rdb"]},
        "`snapshot_name` must be absent with `snapshot_arns`",
        {"snapshot_name": None},
    ),
    (
        {"snapshot_arns": ["s3://backups/a.rdb"]},
        "`snapshot_arns` must be an ARN of s3",
        {"snapshot_arns": ["arn:aws:s3:::backups/a.rdb"]},
    ),
    (
        {"snapshot_arns": ["arn:aws:s3:::backups/a,b.rdb"]},
        "`snapshot_arns` must be ARNs of a bucket and an object in it, without a comma",
        {"snapshot_arns": ["arn:aws:s3:::backups/a-b.rdb"]},
    ),
    (
        {"parameters": {"maxmemory-policy": "lru"}},
        "`parameters` must have a maxmemory-policy of volatile-lru",
        {"parameters": {"maxmemory-policy": "allkeys-lru"}},
    ),
    (
        {"parameters": {"cluster-enabled": "yes"}},
        "`parameters` must have cluster-enabled=no without `num_node_groups`",
        {"num_node_groups": 1},
    ),
    (
        {"parameters": {"cluster-enabled": "no"}, "num_node_groups": 1},
        "`parameters` must have cluster-enabled=yes with `num_node_groups`",
        {"num_node_groups": 0},
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
        {"parameters": {"timeout": "60"}, "cache_parameter_group_name": "mine"},
        "`cache_parameter_group_name` must be absent with `parameters`",
        {"parameters": None},
    ),
    (
        {"cache_parameter_group_name": "default.redis7", "num_node_groups": 2},
        "`cache_parameter_group_name` must end with `.cluster.on` for cluster mode on",
        {"cache_parameter_group_name": "default.redis7.cluster.on"},
    ),
    (
        {"cache_parameter_group_name": "default.redis7.cluster.on"},
        "`cache_parameter_group_name` must not end with `.cluster.on` for cluster mode off",
        {"num_node_groups": 1},
    ),
    (
        {"cache_parameter_group_name": "default.redis6.x"},
        "`cache_parameter_group_name` must be of the family redis7 of redis 7.1",
        {"engine_version": "6.2"},
    ),
    (
        {"engine_log": "my stream"},
        "`engine_log` must be the name of a Firehose stream",
        {"engine_log": "my_stream"},
    ),
    (
        {"notification_topic": "FIFO"},
        "`notification_topic` must be a standard topic",
        {"notification_topic": "TOPIC"},
    ),
    (
        {"global_replication_group_id": "ldgnf-a", "auth": "none"},
        "`node_type` must be of m5, r5 or later for a global datastore",
        {"node_type": "cache.m5.large"},
    ),
    (
        {"global_replication_group_id": "ldgnf-a", "node_type": "cache.m5.large"},
        "`secret` must be a replica of the primary's secret",
        {"secret": "SECRET"},
    ),
    (
        {
            "global_replication_group_id": "ldgnf-a",
            "node_type": "cache.m5.large",
            "auth": "none",
            "parameters": {"timeout": "60"},
        },
        "`parameters` must be left to the primary of the global datastore",
        {"parameters": None},
    ),
    (
        {
            "global_replication_group_id": "ldgnf-a",
            "node_type": "cache.m5.large",
            "auth": "none",
            "snapshot_name": "before",
        },
        "`snapshot_name` must be left to the primary of the global datastore",
        {"snapshot_name": None},
    ),
]
T1 = {
    "node_type": "cache.t1.micro",
    "auth": "none",
    "transit_encryption_enabled": False,
    "at_rest_encryption_enabled": False,
    "replicas": 0,
    "snapshot_retention_days": 0,
    "removal_policy": cdk.RemovalPolicy.DESTROY,
}
CASES += [
    (
        {**T1, "replicas": 1},
        "`automatic_failover_enabled` must be False on t1 nodes",
        {"automatic_failover_enabled": False, "multi_az_enabled": False},
    ),
    (
        {**T1, "snapshot_retention_days": 1},
        "`snapshot_retention_days` must be 0 on t1 nodes, got: 1",
        {"snapshot_retention_days": 0},
    ),
    (
        {**T1, "removal_policy": cdk.RemovalPolicy.SNAPSHOT},
        "`removal_policy` must not be SNAPSHOT on t1 nodes",
        {"removal_policy": cdk.RemovalPolicy.RETAIN},
    ),
    (
        {**T1, "num_node_groups": 1},
        "`node_type` must be of a family with cluster mode",
        {"num_node_groups": 0},
    ),
]


def made(stack: cdk.Stack, arguments: Arguments) -> Callable[[], RedisCache]:
    """Makes a cache; names stand for what needs the stack."""
    named: dict[str, Callable[[], object]] = {
        "KEY": lambda: kms.Key(stack, "Key"),
        "SECRET": lambda: secretsmanager.Secret(stack, "Own"),
        "FIFO": lambda: sns.Topic.from_topic_arn(
            stack, "Fifo", "arn:aws:sns:eu-west-1:123456789012:events.fifo"
        ),
        "TOPIC": lambda: sns.Topic(stack, "Topic"),
    }
    given: Arguments = {
        name: named[value]() if isinstance(value, str) and value in named else value
        for name, value in arguments.items()
    }
    return lambda: RedisCache(stack, "Cache", **given)


@pytest.mark.parametrize(("arguments", "told", "changed"), CASES)
def test_a_refusal_and_its_nearest_twin(
    arguments: Arguments, told: str, changed: Arguments
) -> None:
    message = refused(made(cdk.Stack(cdk.App(), "Test"), arguments))
    assert told in message
    stack = cdk.Stack(cdk.App(), "Test")
    made(stack, {**arguments, **changed})()


def test_a_case_breaks_one_rule() -> None:
    """Else a twin would be accepted for another reason than the one that it is for."""
    several = [
        told
        for arguments, told, _ in CASES
        if "problems in" in refused(made(cdk.Stack(cdk.App(), "Test"), arguments))
    ]
    assert several == [  # each of which breaks rules that say nearly the same
        "`engine_version` must be 3.2.6 or later but 3.2.10 for encryption in transit",
        "`multi_az_enabled` must be False without a second node",
        "`node_type` must be of a family with cluster mode",
    ]


def test_what_is_known_only_at_deploy_time_passes(stack: cdk.Stack) -> None:
    def text(name: str) -> str:
        return cdk.CfnParameter(stack, name).value_as_string

    def number(name: str) -> int:
        return int(cdk.CfnParameter(stack, name, type="Number").value_as_number)

    RedisCache(
        stack,
        "Cache",
        replication_group_id=text("Name"),
        node_type=text("NodeType"),
        engine_version=text("Version"),
        replicas=number("Replicas"),
        port=number("Port"),
        snapshot_retention_days=number("Days"),
        snapshot_window=text("Window"),
        preferred_maintenance_window=text("Maintenance"),
        snapshot_arns=[text("Arn")],
        engine_log=text("Stream"),
        cache_parameter_group_name=text("Parameters"),
    )
    synth(stack)


def test_parameters_need_a_version_that_is_known(stack: cdk.Stack) -> None:
    version = cdk.CfnParameter(stack, "Version").value_as_string
    told = "`engine_version` must be known at synthesis for `parameters` and `num_node_groups`"
    for arguments in ({"parameters": {"timeout": "60"}}, {"num_node_groups": 2}):
        assert told in refused(made(stack, {"engine_version": version, **arguments}))
    made(
        stack,
        {
            "engine_version": version,
            "num_node_groups": 2,
            "cache_parameter_group_name": "default.redis7.cluster.on",
        },
    )()
