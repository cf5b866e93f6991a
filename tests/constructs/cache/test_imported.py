"""Existing caches: what ``connect`` and ``metric`` do with them."""

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import (
    CacheAlarms,
    ImportedCache,
    MemcachedCache,
    RedisCache,
    ServerlessCache,
    ServerlessEngine,
)
from tests.constructs.templates import (
    Json,
    all_of,
    function_in,
    properties,
    refused,
    statements,
    synth,
    variables,
)

INGRESS = "AWS::EC2::SecurityGroupIngress"
CREATED = ("AWS::ElastiCache", "AWS::SecretsManager::Secret")
Make = Callable[..., ImportedCache]


@pytest.fixture
def vpc(stack: cdk.Stack) -> ec2.IVpc:
    return ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)


@pytest.fixture
def function(stack: cdk.Stack, vpc: ec2.IVpc) -> lambda_.Function:
    return function_in(stack, vpc)


def existing(make: Make, stack: cdk.Stack, vpc: ec2.IVpc, **arguments: Any) -> ImportedCache:  # noqa: ANN401
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-12345678")
    return make(stack, "Cache", vpc=vpc, security_groups=[group], **arguments)


def created(template: Json) -> list[str]:
    types = [resource["Type"] for resource in template["Resources"].values()]
    return [name for name in types if name.startswith(CREATED)]


def test_a_redis_cache_with_an_auth_token(
    stack: cdk.Stack, vpc: ec2.IVpc, function: lambda_.Function
) -> None:
    secret = secretsmanager.Secret.from_secret_name_v2(stack, "Token", "orders/redis")
    cache = existing(
        RedisCache.from_attributes,
        stack,
        vpc,
        primary_endpoint="master.orders.example:6380",
        reader_endpoint="replica.orders.example:6380",
        secret=secret,
    )
    cache.connect(function)
    template = synth(stack)
    given = variables(template)
    assert given.pop("REDIS_SECRET_ARN")["Fn::Join"][1][-1] == ":secret:orders/redis"
    assert given == {
        "REDIS_PRIMARY_ENDPOINT": "master.orders.example:6380",
        "REDIS_READER_ENDPOINT": "replica.orders.example:6380",
        "REDIS_TLS": "true",
    }
    rule = properties(template, INGRESS)
    assert (rule["GroupId"], rule["FromPort"], rule["ToPort"]) == ("sg-12345678", 6380, 6380)
    assert "secretsmanager:GetSecretValue" in str(statements(template))
    assert created(template) == []


def test_a_redis_cache_in_cluster_mode_with_iam(
    stack: cdk.Stack, vpc: ec2.IVpc, function: lambda_.Function
) -> None:
    cache = existing(
        RedisCache.from_attributes,
        stack,
        vpc,
        configuration_endpoint="clustercfg.orders.example:6379",
        user_name="reader",
        replication_group_id="orders",
    )
    cache.connect(function, env_prefix="ORDERS")
    template = synth(stack)
    assert variables(template) == {
        "ORDERS_CONFIGURATION_ENDPOINT": "clustercfg.orders.example:6379",
        "ORDERS_TLS": "true",
        "ORDERS_USER": "reader",
        "ORDERS_CACHE_NAME": "orders",
    }
    (statement,) = [s for s in statements(template) if s["Action"] == "elasticache:Connect"]
    assert [arn["Fn::Join"][1][-1] for arn in statement["Resource"]] == [
        ":replicationgroup:orders",
        ":user:reader",
    ]


def test_a_memcached_cache(stack: cdk.Stack, vpc: ec2.IVpc, function: lambda_.Function) -> None:
    cache = existing(
        MemcachedCache.from_attributes,
        stack,
        vpc,
        configuration_endpoint="views.cfg.example:11212",
        tls=False,
    )
    cache.connect(function)
    template = synth(stack)
    assert variables(template) == {
        "MEMCACHED_CONFIGURATION_ENDPOINT": "views.cfg.example:11212",
        "MEMCACHED_TLS": "false",
    }
    assert properties(template, INGRESS)["FromPort"] == 11212


def test_a_serverless_cache(stack: cdk.Stack, vpc: ec2.IVpc, function: lambda_.Function) -> None:
    cache = existing(
        ServerlessCache.from_attributes,
        stack,
        vpc,
        endpoint="quiet.serverless.example:6379",
        cache_name="quiet",
        user_name="reader",
    )
    cache.connect(function)
    template = synth(stack)
    assert variables(template) == {
        "REDIS_CONFIGURATION_ENDPOINT": "quiet.serverless.example:6379",
        "REDIS_TLS": "true",
        "REDIS_SERVERLESS": "true",
        "REDIS_CACHE_NAME": "quiet",
        "REDIS_USER": "reader",
    }
    ports = [rule["Properties"]["FromPort"] for rule in all_of(template, INGRESS)]
    assert ports == [6379, 6380]
    (statement,) = [s for s in statements(template) if s["Action"] == "elasticache:Connect"]
    assert statement["Resource"][0]["Fn::Join"][1][-1] == ":serverlesscache:quiet"


@pytest.mark.parametrize(
    ("make", "arguments", "expected"),
    [
        (
            RedisCache.from_attributes,
            {"port": 6379},
            "`primary_endpoint` or, in cluster mode, `configuration_endpoint` must be given, "
            "got: neither",
        ),
        (
            RedisCache.from_attributes,
            {"primary_endpoint": "a:1", "configuration_endpoint": "b:1"},
            "got: both",
        ),
        (
            RedisCache.from_attributes,
            {"configuration_endpoint": "b:1", "reader_endpoint": "a:1"},
            "`reader_endpoint` must be left out in cluster mode",
        ),
        (
            RedisCache.from_attributes,
            {"primary_endpoint": "redis.example"},
            "`port` must be given for an endpoint that does not show it, got: 'redis.example'",
        ),
        (
            RedisCache.from_attributes,
            {"primary_endpoint": "a:1", "user_name": "reader"},
            "`replication_group_id` must be given for a `user_name` without a `secret`",
        ),
        (
            RedisCache.from_attributes,
            {"primary_endpoint": "a:1", "user_name": "reader", "tls": False},
            "`tls` must be True for a `secret` or `user_name`, got: False",
        ),
        (
            MemcachedCache.from_attributes,
            {"configuration_endpoint": "a:1", "port": 65536},
            "`port` must be between 1 and 65535, got: 65536",
        ),
        (
            ServerlessCache.from_attributes,
            {
                "endpoint": "a:1",
                "cache_name": "a",
                "engine": ServerlessEngine.MEMCACHED_1_6,
                "user_name": "reader",
            },
            "`user_name` must be left out for memcached, which has no users",
        ),
    ],
)
def test_arguments_that_are_refused(
    stack: cdk.Stack, vpc: ec2.IVpc, make: Make, arguments: dict[str, Any], expected: str
) -> None:
    assert expected in refused(lambda: existing(make, stack, vpc, **arguments))
    assert stack.node.try_find_child("Cache") is None


def test_an_endpoint_known_at_deployment_needs_a_port(stack: cdk.Stack, vpc: ec2.IVpc) -> None:
    endpoint = cdk.CfnParameter(stack, "Endpoint").value_as_string
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-12345678")

    def make(port: int | None) -> ImportedCache:
        return RedisCache.from_attributes(
            stack,
            "Cache",
            vpc=vpc,
            security_groups=[group],
            primary_endpoint=endpoint,
            port=port,
        )

    assert "`port` must be given for an endpoint that does not show it, got: a token" in refused(
        lambda: make(None)
    )
    assert make(6379).network.ports == (6379,)


def test_the_groups_of_the_cache_are_needed(stack: cdk.Stack, vpc: ec2.IVpc) -> None:
    assert "`security_groups` must have the cache's groups, got: none" in refused(
        lambda: RedisCache.from_attributes(
            stack, "Cache", vpc=vpc, security_groups=[], primary_endpoint="a:1"
        )
    )


def test_its_metrics(stack: cdk.Stack, vpc: ec2.IVpc) -> None:
    cache = existing(
        RedisCache.from_attributes,
        stack,
        vpc,
        configuration_endpoint="a:1",
        replication_group_id="orders",
    )
    first, second = cache.metric("Evictions"), cache.metric("Evictions", node="0002-001")
    assert first.dimensions == {"CacheClusterId": "orders-0001-001", "CacheNodeId": "0001"}
    assert second.dimensions == {"CacheClusterId": "orders-0002-001", "CacheNodeId": "0001"}


def test_metrics_need_the_name_of_the_cache(stack: cdk.Stack, vpc: ec2.IVpc) -> None:
    cache = existing(RedisCache.from_attributes, stack, vpc, primary_endpoint="a:1")
    assert refused(lambda: cache.metric("Evictions")) == (
        "`replication_group_id` must be given to `from_attributes` for metrics, got: None "
        "(in Test/Cache)"
    )


def test_alarms_need_nodes_that_are_known(stack: cdk.Stack, vpc: ec2.IVpc) -> None:
    cache: Any = existing(RedisCache.from_attributes, stack, vpc, primary_endpoint="a:1")
    assert "use `metric` of an imported cache" in refused(
        lambda: CacheAlarms(stack, "Alarms", cache=cache)
    )


@pytest.mark.parametrize("port", ["0", "99999", "65536"])
def test_an_endpoint_with_a_port_that_does_not_exist_is_refused(
    stack: cdk.Stack, port: str
) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    groups = [ec2.SecurityGroup(stack, "Group", vpc=vpc)]
    message = refused(
        lambda: RedisCache.from_attributes(
            stack,
            "Redis",
            vpc=vpc,
            security_groups=groups,
            primary_endpoint=f"cache.example:{port}",
        )
    )
    assert message.startswith("`primary_endpoint` must have a port between 1 and 65535")
    message = refused(
        lambda: ServerlessCache.from_attributes(
            stack,
            "Serverless",
            vpc=vpc,
            security_groups=groups,
            endpoint=f"cache.example:{port}",
            cache_name="cache",
        )
    )
    assert message.startswith("`endpoint` must have a port between 1 and 65535")
