"""The VPC without a way out, and its endpoints."""

import aws_cdk as cdk
import pytest
from constructs import Construct

from serverless_stack.constructs import Profile
from serverless_stack.constructs.network.vpc import add_endpoint, is_isolated_vpc, isolated_vpc
from serverless_stack.testing import assert_deployable
from tests.constructs.templates import all_of, properties, synth

ENDPOINT = "AWS::EC2::VPCEndpoint"


def endpoint_types(stack: cdk.Stack) -> list[str]:
    endpoints = all_of(synth(stack), ENDPOINT)
    return sorted(endpoint["Properties"]["VpcEndpointType"] for endpoint in endpoints)


@pytest.mark.parametrize("secrets", [False, True])
def test_it_has_no_way_out_but_endpoints(stack: cdk.Stack, secrets: bool) -> None:
    vpc = isolated_vpc(stack, "Vpc", secrets=secrets)
    template = synth(stack)
    types = {resource["Type"] for resource in template["Resources"].values()}
    assert not types & {"AWS::EC2::NatGateway", "AWS::EC2::InternetGateway", "AWS::EC2::EIP"}
    assert len(all_of(template, "AWS::EC2::Subnet")) == 2
    assert endpoint_types(stack) == ["Gateway", *(["Interface"] if secrets else [])]
    assert is_isolated_vpc(vpc)


def test_an_endpoint_is_open_to_the_vpc_only(stack: cdk.Stack) -> None:
    isolated_vpc(stack, "Vpc", secrets=True)
    (group,) = all_of(synth(stack), "AWS::EC2::SecurityGroup")
    (rule,) = group["Properties"]["SecurityGroupIngress"]
    assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == ("10.0.0.0/16", 443, 443)


def test_an_endpoint_is_added_once(stack: cdk.Stack) -> None:
    vpc = isolated_vpc(stack, "Vpc", secrets=False)
    add_endpoint(vpc, "ElastiCache", "ELASTICACHE")
    add_endpoint(vpc, "ElastiCache", "ELASTICACHE")
    assert endpoint_types(stack) == ["Gateway", "Interface"]


def test_the_profile_decides_about_the_flow_log(stack: cdk.Stack) -> None:
    isolated_vpc(stack, "Logged", secrets=False)
    Profile.dev().apply(stack)
    isolated_vpc(stack, "Silent", secrets=False)
    flow_log = properties(synth(stack), "AWS::EC2::FlowLog")
    assert flow_log["TrafficType"] == "ALL"
    assert flow_log["ResourceId"]["Ref"].startswith("Logged")


def test_the_profile_empties_the_default_security_group(stack: cdk.Stack) -> None:
    Profile.regulated().apply(stack)
    isolated_vpc(stack, "Vpc", secrets=False)
    (function,) = all_of(synth(stack), "AWS::Lambda::Function")
    assert function["Properties"]["ReservedConcurrentExecutions"] == 1
    assert len(all_of(synth(stack), "Custom::VpcRestrictDefaultSG")) == 1


@pytest.mark.parametrize("name", ["Team's shop", "Größe", "a<b>"])
def test_any_construct_id_gives_accepted_descriptions(stack: cdk.Stack, name: str) -> None:
    isolated_vpc(Construct(stack, name), "Vpc", secrets=True)
    assert_deployable(stack)
