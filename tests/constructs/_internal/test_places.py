"""In which VPC and region connected functions are."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from serverless_stack.constructs import LambdaHandler, MemcachedCache, RedisCache
from serverless_stack.constructs._internal.places import VpcIdentity, vpc_identity
from tests.constructs.templates import function_in, new_app, refused, warnings


def test_a_function_in_a_vpc_that_cannot_be_peered_is_refused(stack: cdk.Stack) -> None:
    redis, memcached = RedisCache(stack, "Redis"), MemcachedCache(stack, "Memcached")
    function = function_in(stack, redis.vpc)
    assert refused(lambda: memcached.connect(function)) == (
        "`function` must be in the VPC of Test/Memcached, got: Test/Function in another VPC with "
        "the same addresses (10.0.0.0/16), which AWS does not peer; create it with `vpc=` and the "
        "cache's `.vpc`"
    )


def test_a_function_in_a_vpc_with_other_addresses_is_warned_of(stack: cdk.Stack) -> None:
    other = ec2.Vpc(stack, "Vpc", ip_addresses=ec2.IpAddresses.cidr("172.16.0.0/16"))
    RedisCache(stack, "Redis").connect(function_in(stack, other))
    assert any("peer the two VPCs" in text for text in warnings(stack))


def test_a_function_of_another_region_is_refused() -> None:
    app = new_app()
    here = cdk.Stack(app, "Here", env=cdk.Environment(account="1" * 12, region="eu-west-1"))
    there = cdk.Stack(app, "There", env=cdk.Environment(account="1" * 12, region="us-east-1"))
    cache = RedisCache(here, "Redis")
    function = function_in(there, ec2.Vpc(there, "Vpc", max_azs=2))
    message = refused(lambda: cache.connect(function))
    assert message.startswith("`function` must be in the region of Here/Redis, eu-west-1, got: ")
    assert message.endswith("There/Function in us-east-1")


@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_a_region_that_is_the_same_or_unknown_is_accepted(region: str | None) -> None:
    app = new_app()
    here = cdk.Stack(app, "Here", env=cdk.Environment(region=region))
    cache = RedisCache(here, "Redis")
    cache.connect(function_in(cdk.Stack(app, "There"), cache.vpc))


def test_the_addresses_of_a_vpc(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", ip_addresses=ec2.IpAddresses.cidr("10.1.0.0/16"))
    assert vpc_identity(vpc.vpc_id) == VpcIdentity("Test/Vpc/Resource", "10.1.0.0/16")
    assert vpc_identity("vpc-1") == VpcIdentity("vpc-1")
    assert vpc_identity(cdk.Fn.import_value("Vpc")) is None


def public_vpc(stack: cdk.Stack) -> ec2.Vpc:
    public = ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC)
    return ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0, subnet_configuration=[public])


def test_a_function_in_a_vpc_with_public_subnets_only_is_refused(
    stack: cdk.Stack, code: Path
) -> None:
    vpc = public_vpc(stack)
    assert refused(lambda: LambdaHandler(stack, "Handler", code=code, vpc=vpc)).startswith(
        "`vpc` must have private or isolated subnets for functions"
    )


@pytest.mark.parametrize("by", ["type", "subnets"])
def test_a_function_in_public_subnets_is_refused(stack: cdk.Stack, code: Path, by: str) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    selection = (
        ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
        if by == "type"
        else ec2.SubnetSelection(subnets=vpc.public_subnets)
    )
    message = refused(
        lambda: LambdaHandler(stack, "Handler", code=code, vpc=vpc, vpc_subnets=selection)
    )
    assert message.startswith("`vpc_subnets` must be private or isolated ones")
