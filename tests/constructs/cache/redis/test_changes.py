"""What a change of an argument does to a cache that is deployed, and caches between stacks."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import RedisCache
from serverless_stack.testing import assert_no_replacement
from tests.constructs.templates import Json, new_app, require_no_cycle, synth, variables


def deployed(arguments: dict[str, Any], *, rotated: bool = False) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    cache = RedisCache(stack, "Cache", **arguments)
    if rotated:
        cache.add_rotation()
    return synth(stack)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"slow_log": True, "engine_log": "stream"}),
        ({}, {"parameters": {"maxmemory-policy": "allkeys-lru"}}),
        ({}, {"snapshot_window": "03:00-04:00", "snapshot_retention_days": 1}),
        ({}, {"preferred_maintenance_window": "sun:05:00-sun:06:00"}),
        ({}, {"replicas": 2}),
        ({}, {"node_type": "cache.m7g.large"}),
        ({"engine_version": "6.2"}, {"engine_version": "7.1"}),
        ({"auth": "none"}, {"auth": "none", "engine": "valkey"}),
        ({"num_node_groups": 2}, {"num_node_groups": 3}),
        ({"num_node_groups": 2}, {"num_node_groups": 2, "replicas": 2}),
        ({"removal_policy": cdk.RemovalPolicy.RETAIN}, {}),
    ],
)
def test_these_changes_keep_the_cache(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert_no_replacement(deployed(before), deployed(after))


def test_a_rotation_keeps_the_cache() -> None:
    assert_no_replacement(deployed({}), deployed({}, rotated=True))


@pytest.mark.parametrize(
    "after",
    [{"port": 6380}, {"snapshot_name": "before"}, {"replication_group_id": "mine"}],
)
def test_these_changes_replace_it_as_the_documentation_says(after: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="must not be replaced"):
        assert_no_replacement(deployed({}), deployed(after))


@pytest.mark.parametrize("auth", ["token", "password", "iam"])
def test_a_function_of_another_stack_is_connected(app: cdk.App, auth: str) -> None:
    caches, functions = cdk.Stack(app, "Caches"), cdk.Stack(app, "Functions")
    vpc = ec2.Vpc(caches, "Vpc", max_azs=2, nat_gateways=0)
    isolated = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
    cache = RedisCache(
        caches,
        "Cache",
        vpc=vpc,
        vpc_subnets=isolated,
        auth=auth,  # type: ignore[arg-type]
    )
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
