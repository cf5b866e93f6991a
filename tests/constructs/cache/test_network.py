"""The subnets and security groups of a cache, and connecting across stacks."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from serverless_stack.constructs import LambdaHandler, RedisCache, RedisTopology
from tests.constructs.templates import (
    all_of,
    refused,
    synth,
)

INGRESS = "AWS::EC2::SecurityGroupIngress"


@pytest.fixture
def cache(stack: cdk.Stack) -> RedisCache:
    return RedisCache(stack, "Cache")


def test_a_vpc_with_public_subnets_only_is_refused(stack: cdk.Stack) -> None:
    public = ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC)
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0, subnet_configuration=[public])
    assert refused(lambda: RedisCache(stack, "Cache", vpc=vpc)) == (
        "`vpc` must have isolated or private subnets, got: Test/Vpc without any; choose subnets "
        "with `vpc_subnets` (in Test/Cache)"
    )


def test_one_zone_is_refused_for_replicas_and_accepted_without(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    assert "must span 2 availability zones or more, got: 1" in refused(
        lambda: RedisCache(stack, "Cache", vpc=vpc)
    )
    RedisCache(stack, "Single", vpc=vpc, topology=RedisTopology.single())


def test_zones_known_at_deployment_only_are_accepted(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=cdk.Fn.get_azs(),
        private_subnet_ids=["subnet-1", "subnet-2"],
    )
    RedisCache(stack, "Cache", vpc=vpc)
    subnet = ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-3")
    RedisCache(stack, "Other", vpc=vpc, vpc_subnets=ec2.SubnetSelection(subnets=[subnet]))
    groups = all_of(synth(stack), "AWS::ElastiCache::SubnetGroup")
    assert [g["Properties"]["SubnetIds"] for g in groups] == [
        ["subnet-1", "subnet-2"],
        ["subnet-3"],
    ]


def test_its_security_group_can_be_opened_by_hand(stack: cdk.Stack, cache: RedisCache) -> None:
    cache.connections.allow_default_port_from(ec2.Peer.ipv4("10.1.0.0/16"), "Bastion")
    groups = [g["Properties"] for g in all_of(synth(stack), "AWS::EC2::SecurityGroup")]
    rules = [rule for g in groups for rule in g.get("SecurityGroupIngress", [])]
    assert [(r["CidrIp"], r["FromPort"]) for r in rules if r["FromPort"] != 443] == [
        ("10.1.0.0/16", 6379)
    ]


def test_connect_opens_the_way_out_of_a_function_that_has_none(
    stack: cdk.Stack, cache: RedisCache, code: Path
) -> None:
    closed = ec2.SecurityGroup(stack, "Closed", vpc=cache.vpc, allow_all_outbound=False)
    handler = LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc, security_groups=[closed])
    cache.connect(handler)
    rules = all_of(synth(stack), "AWS::EC2::SecurityGroupEgress")
    (egress,) = [r["Properties"] for r in rules if r["Properties"]["ToPort"] != 443]
    assert (egress["FromPort"], egress["ToPort"]) == (6379, 6379)
    assert egress["GroupId"]["Fn::GetAtt"][0].startswith("Closed")
    assert egress["DestinationSecurityGroupId"]["Fn::GetAtt"][0].startswith("CacheSecurityGroup")


def test_a_cache_of_another_stack_connects_without_a_cycle(app: cdk.App, code: Path) -> None:
    data, compute = cdk.Stack(app, "Data"), cdk.Stack(app, "Compute")
    cache = RedisCache(data, "Cache")
    cache.connect(LambdaHandler(compute, "Handler", code=code, vpc=cache.vpc))
    assembly = app.synth()
    assert "Data" in [d.id for d in assembly.get_stack_by_name("Compute").dependencies]
    assert "Compute" not in [d.id for d in assembly.get_stack_by_name("Data").dependencies]
    assert len(all_of(synth(compute), INGRESS)) == 1
