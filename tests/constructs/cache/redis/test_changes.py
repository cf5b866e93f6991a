"""What a change of an argument does to a cache that is deployed, and caches between stacks."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import (
    Backup,
    Durability,
    Logs,
    RedisAuth,
    RedisCache,
    RedisEngine,
    RedisTopology,
)
from serverless_stack.testing import assert_no_replacement
from tests.constructs.templates import Json, new_app, require_no_cycle, synth, variables


def deployed(arguments: dict[str, Any]) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    RedisCache(stack, "Cache", **arguments)
    return synth(stack)


def durable(durability: Durability) -> dict[str, Any]:
    return {
        "engine": RedisEngine.VALKEY_9_0,
        "node_type": "cache.m7g.large",
        "topology": RedisTopology.sharded(2),
        "durability": durability,
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"logs": Logs(slow=True, engine=True)}),
        ({}, {"parameters": {"maxmemory-policy": "allkeys-lru"}}),
        ({}, {"backup": Backup(window="03:00-04:00", retention=cdk.Duration.days(1))}),
        ({}, {"maintenance_window": "sun:05:00-sun:06:00"}),
        ({}, {"topology": RedisTopology.replicated(2)}),
        ({}, {"node_type": "cache.m7g.large"}),
        ({"engine": RedisEngine.REDIS_6_2}, {"engine": RedisEngine.REDIS_7_1}),
        (
            {"auth": RedisAuth.none()},
            {"auth": RedisAuth.none(), "engine": RedisEngine.VALKEY_8_1},
        ),
        ({"topology": RedisTopology.sharded(2)}, {"topology": RedisTopology.sharded(3)}),
        ({"topology": RedisTopology.sharded(2)}, {"topology": RedisTopology.sharded(2, 2)}),
        (durable(Durability.SYNC), durable(Durability.ASYNC)),
        ({}, {"auth": RedisAuth.token(rotate_every=cdk.Duration.days(30))}),
        ({"removal_policy": cdk.RemovalPolicy.RETAIN}, {}),
    ],
)
def test_these_changes_keep_the_cache(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert_no_replacement(deployed(before), deployed(after))


@pytest.mark.parametrize(
    "after",
    [{"port": 6380}, {"backup": Backup(restore_name="before")}, {"replication_group_id": "mine"}],
)
def test_these_changes_replace_it_as_the_documentation_says(after: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="must not be replaced"):
        assert_no_replacement(deployed({}), deployed(after))


@pytest.mark.parametrize(
    "auth",
    [RedisAuth.token(), RedisAuth.password(), RedisAuth.iam()],
    ids=["token", "password", "iam"],
)
def test_a_function_of_another_stack_is_connected(app: cdk.App, auth: RedisAuth) -> None:
    caches, functions = cdk.Stack(app, "Caches"), cdk.Stack(app, "Functions")
    vpc = ec2.Vpc(caches, "Vpc", max_azs=2, nat_gateways=0)
    isolated = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
    cache = RedisCache(caches, "Cache", vpc=vpc, vpc_subnets=isolated, auth=auth)
    cache.connect(
        lambda_.Function(
            functions,
            "Function",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            vpc=vpc,
            vpc_subnets=isolated,
            allow_public_subnet=True,
        )
    )
    template = synth(functions)
    require_no_cycle(template)
    assert "REDIS_PRIMARY_ENDPOINT" in variables(template)
    assert "AWS::ElastiCache" not in str(template["Resources"])
