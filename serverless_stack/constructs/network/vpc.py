"""A VPC without a way out, and the endpoints by which it reaches services of AWS."""

from functools import cache
from weakref import WeakSet

from aws_cdk import CfnResource
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import skip_in_checkov
from serverless_stack.constructs._internal.children import default_child, get_or_create
from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.policies import Statement
from serverless_stack.constructs._internal.pseudo import account_id
from serverless_stack.constructs._internal.tree import (
    create_scope,
    node_of,
    path_of,
    remember_place,
    stack_of,
)
from serverless_stack.constructs.network.flow_log import add_flow_log
from serverless_stack.constructs.profiles.profile import Profile

_CIDR = "10.0.0.0/16"
_CREATED: WeakSet[ec2.IVpc] = WeakSet()


def isolated_vpc(scope: Construct, construct_id: str, *, secrets: bool) -> ec2.Vpc:
    """Create a VPC with two availability zones and no NAT gateway.

    Its subnets are isolated: functions in them reach S3 by a gateway endpoint, which is free.
    Endpoints lead to resources of this account only. The
    profile decides about a flow log, and whether the default security group loses its rules.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        secrets: Whether functions reach Secrets Manager, by an interface endpoint, which AWS
            bills by the hour and availability zone.
    """
    profile = Profile.of(scope)
    vpc = ec2.Vpc(
        scope,
        construct_id,
        ip_addresses=ec2.IpAddresses.cidr(_CIDR),
        max_azs=2,
        nat_gateways=0,
        subnet_configuration=[
            ec2.SubnetConfiguration(
                name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
            )
        ],
        restrict_default_security_group=profile.settings.closed_default_group,
    )
    remember_place(vpc, scope, construct_id)
    if profile.settings.closed_default_group:
        _limit_provider(vpc, profile)
    if profile.settings.flow_logs:
        add_flow_log(create_scope(scope, f"{construct_id}FlowLog"), vpc, profile)
    _create_gateway_endpoint(vpc, "S3", _s3())
    _CREATED.add(vpc)
    if secrets:
        add_endpoint(vpc, "SecretsManager", "SECRETS_MANAGER")
    return vpc


def is_isolated_vpc(vpc: ec2.IVpc) -> bool:
    """Whether a VPC was created by ``isolated_vpc``, so that endpoints may be added to it."""
    return vpc in _CREATED


def add_endpoint(vpc: ec2.Vpc, construct_id: str, service: str) -> ec2.InterfaceVpcEndpoint:
    """Return an interface endpoint of a VPC created by ``isolated_vpc``; add it on first use.

    AWS bills it by the hour.

    Args:
        vpc: The VPC.
        construct_id: The id of the endpoint in the VPC.
        service: The name of the service among ``ec2.InterfaceVpcEndpointAwsService``.
    """

    def create(scope: Construct, construct_id: str) -> ec2.InterfaceVpcEndpoint:
        chosen: ec2.InterfaceVpcEndpointAwsService
        chosen = getattr(ec2.InterfaceVpcEndpointAwsService, service)
        endpoint = vpc.add_interface_endpoint(construct_id, service=chosen, open=False)
        endpoint.add_to_policy(_this_account_only())
        connections = endpoint.connections
        # CDK's own rule names an attribute of the VPC, which hides from checkers how narrow it is.
        connections.allow_default_port_from(ec2.Peer.ipv4(_CIDR), "from within the VPC")
        remember_place(endpoint, vpc, construct_id)
        for group in connections.security_groups:  # CDK describes it by its path as it is
            remember_place(group, endpoint, "SecurityGroup")
            default_child(group, ec2.CfnSecurityGroup).group_description = description_of(group)
        return endpoint

    return get_or_create(vpc, construct_id, ec2.InterfaceVpcEndpoint, create)


def add_gateway_endpoint(
    vpc: ec2.Vpc, construct_id: str, service: ec2.GatewayVpcEndpointAwsService
) -> None:
    """Add a gateway endpoint, which is free, to a VPC created by ``isolated_vpc``, once.

    Args:
        vpc: The VPC.
        construct_id: The id of the endpoint in the VPC.
        service: The service.
    """

    def create(scope: Construct, construct_id: str) -> Construct:
        return _create_gateway_endpoint(vpc, construct_id, service)

    get_or_create(vpc, construct_id, Construct, create)


def _create_gateway_endpoint(
    vpc: ec2.Vpc, construct_id: str, service: ec2.GatewayVpcEndpointAwsService
) -> ec2.GatewayVpcEndpoint:
    endpoint = vpc.add_gateway_endpoint(construct_id, service=service)
    endpoint.add_to_policy(_this_account_only())
    return endpoint


@cache
def _s3() -> ec2.GatewayVpcEndpointAwsService:
    return ec2.GatewayVpcEndpointAwsService.S3


def _this_account_only() -> iam.PolicyStatement:
    """Allow the account's own principals to use its own resources, by an endpoint.

    Without a policy, whoever takes over a function can carry data into a bucket or secret of
    another account, with the credentials of that account.
    """
    account = account_id()
    return Statement(
        ["*"],
        ["*"],
        {"StringEquals": {"aws:PrincipalAccount": account, "aws:ResourceAccount": account}},
        principal={"AWS": "*"},
    ).for_cdk()


def _limit_provider(vpc: ec2.Vpc, profile: Profile) -> None:
    """Limit the concurrency of CDK's function that empties the default security group."""
    home = node_of(stack_of(vpc)).find_child("Custom::VpcRestrictDefaultSGCustomResourceProvider")
    function = home.node.find_child("Handler")
    if not isinstance(function, CfnResource):
        raise TypeError(f"{path_of(function)} must be a CfnResource of CDK")
    function.add_property_override("ReservedConcurrentExecutions", 1)
    reason = "only CloudFormation calls CDK's function, and repeats failed calls"
    skip_in_checkov(function, {"CKV_AWS_116": reason, "CKV_AWS_117": reason}, profile=profile)
