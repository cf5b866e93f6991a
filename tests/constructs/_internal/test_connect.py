"""What `connect` has in common: finding the function, its VPC and its environment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import (
    LambdaHandler,
    MemcachedCache,
    RedisAuth,
    RedisCache,
    ServerlessCache,
    StorageBucket,
)
from tests.constructs.templates import all_of, refused, synth, variables, warnings

ELSEWHERE = (
    "is in another VPC than Test/Cache: create it with `vpc=` and the cache's `.vpc`, or peer"
)
Make = Callable[..., RedisCache | MemcachedCache | ServerlessCache]


def a_function(stack: cdk.Stack, vpc: ec2.IVpc) -> lambda_.Function:
    return lambda_.Function(
        stack,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        vpc=vpc,
    )


def elsewhere(stack: cdk.Stack) -> list[str]:
    return [text for text in warnings(stack) if ELSEWHERE in text]


def imported(stack: cdk.Stack, construct_id: str, vpc_id: str) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        stack,
        construct_id,
        vpc_id=vpc_id,
        availability_zones=["us-east-1a", "us-east-1b"],
        private_subnet_ids=[f"subnet-{vpc_id[-1]}1", f"subnet-{vpc_id[-1]}2"],
    )


@pytest.mark.parametrize("make", [RedisCache, MemcachedCache, ServerlessCache])
def test_a_function_in_another_vpc_causes_a_warning(stack: cdk.Stack, make: Make) -> None:
    cache = make(stack, "Cache")
    addresses = ec2.IpAddresses.cidr("172.16.0.0/16")
    cache.connect(a_function(stack, ec2.Vpc(stack, "Other", max_azs=2, ip_addresses=addresses)))
    assert len(elsewhere(stack)) == 1


def test_imported_vpcs_are_compared_by_id(stack: cdk.Stack) -> None:
    cache = MemcachedCache(stack, "Cache", vpc=imported(stack, "One", "vpc-1"))
    cache.connect(a_function(stack, imported(stack, "Two", "vpc-2")))
    assert len(elsewhere(stack)) == 1


@pytest.mark.parametrize("again", [False, True], ids=["same object", "imported again"])
def test_the_same_vpc_causes_no_warning(stack: cdk.Stack, again: bool) -> None:
    vpc = imported(stack, "One", "vpc-1")
    cache = MemcachedCache(stack, "Cache", vpc=vpc)
    cache.connect(a_function(stack, imported(stack, "Again", "vpc-1") if again else vpc))
    assert elsewhere(stack) == []


def test_the_vpc_of_another_stack_causes_no_warning(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache")
    root = stack.node.root
    assert isinstance(root, cdk.App)
    app = cdk.Stack(root, "App")
    cache.connect(a_function(app, cache.vpc))
    assert elsewhere(app) == []
    synth(app)


def test_a_token_as_vpc_id_causes_no_warning(stack: cdk.Stack) -> None:
    chosen = cdk.CfnParameter(stack, "Chosen").value_as_string
    known = imported(stack, "One", "vpc-1")
    unknown = ec2.Vpc.from_vpc_attributes(
        stack,
        "Two",
        vpc_id=chosen,
        availability_zones=["us-east-1a"],
        private_subnet_ids=["subnet-1"],
    )
    MemcachedCache(stack, "Cache", vpc=known).connect(a_function(stack, unknown))
    assert elsewhere(stack) == []


def test_an_alias_or_version_connects_its_function(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    version = function.current_version
    StorageBucket(stack, "One").connect(lambda_.Alias(stack, "A", alias_name="a", version=version))
    StorageBucket(stack, "Two").connect(version, env_prefix="TWO")
    template = synth(stack)
    assert set(variables(template)) == {
        "BUCKET_NAME",
        "BUCKET_KEY_PREFIX",
        "TWO_NAME",
        "TWO_KEY_PREFIX",
    }
    assert len(all_of(template, "AWS::Lambda::Version")) == 1


def store(stack: cdk.Stack, kind: str) -> Any:  # noqa: ANN401
    """Return a construct with `connect`."""
    if kind == "bucket":
        return StorageBucket(stack, "Bucket")
    if kind == "cache":
        return MemcachedCache(stack, "Cache")
    redis = RedisCache(stack, "Redis", auth=RedisAuth.password())
    return redis if kind == "redis" else redis.user


@pytest.mark.parametrize("where", ["bucket", "cache", "redis", "user"])
def test_functions_without_environment_in_this_app_are_refused(
    stack: cdk.Stack, where: str
) -> None:
    arn = "arn:aws:lambda:eu-west-1:111111111111:function:x"
    imported = lambda_.Function.from_function_arn(stack, "Imported", arn)
    version = lambda_.Version(stack, "Version", lambda_=imported)
    owner = store(stack, where)
    for target in (
        imported,
        arn,
        version,
        lambda_.Alias(stack, "Alias", alias_name="a", version=version),
        lambda_.Version.from_version_arn(stack, "OldVersion", f"{arn}:1"),
    ):
        message = refused(lambda target=target: owner.connect(target))  # type: ignore[misc]
        assert message.startswith("`function` must be a")


@pytest.mark.parametrize("where", ["cache", "user"])
def test_an_alias_or_version_connects_its_function_to_a_cache(stack: cdk.Stack, where: str) -> None:
    cache = store(stack, where)
    vpc = cache.vpc if where == "cache" else cache.node.scope.vpc
    version = a_function(stack, vpc).current_version
    cache.connect(lambda_.Alias(stack, "A", alias_name="a", version=version))
    cache.connect(version, env_prefix="AGAIN")
    assert any(name.startswith("AGAIN_") for name in variables(synth(stack)))


def test_a_lambda_handler_connects(stack: cdk.Stack, code: Path) -> None:
    StorageBucket(stack, "Bucket").connect(LambdaHandler(stack, "Handler", code=code))
    assert set(variables(synth(stack))) == {"BUCKET_NAME", "BUCKET_KEY_PREFIX"}
