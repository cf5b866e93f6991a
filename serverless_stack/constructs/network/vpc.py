"""A VPC without a way out, and the endpoints by which it reaches services of AWS."""

from weakref import WeakSet

from aws_cdk import CfnResource, Stack
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import skip_in_checkov
from serverless_stack.constructs.network.flow_log import add_flow_log
from serverless_stack.constructs.profiles.profile import Profile

_CIDR = "10.0.0.0/16"  # CDK's default, and that of the VPCs that were made before it was said
_CREATED: WeakSet[ec2.IVpc] = WeakSet()


def isolated_vpc(scope: Construct, construct_id: str, *, secrets: bool) -> ec2.Vpc:
    """Make a VPC of two availability zones without NAT gateways.

    Its subnets are isolated: what runs there reaches S3 by a gateway endpoint, which is free. By
    the profile it has a flow log, and its default security group is emptied.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        secrets: Whether Secrets Manager is reached, too, by an interface endpoint, which AWS
            bills per hour and availability zone.
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
    if profile.settings.closed_default_group:
        _settle_provider(vpc, profile)
    if profile.settings.flow_logs:
        add_flow_log(Construct(scope, f"{construct_id}FlowLog"), vpc, profile)
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    if secrets:
        _open_endpoint(vpc, "SecretsManager", ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER)
    _CREATED.add(vpc)
    return vpc


def is_isolated_vpc(vpc: ec2.IVpc) -> bool:
    """Whether a VPC was created by ``isolated_vpc``, so that endpoints may be added to it."""
    return vpc in _CREATED


def _settle_provider(vpc: ec2.Vpc, profile: Profile) -> None:
    """Bound CDK's function that empties the default security group."""
    home = Stack.of(vpc).node.find_child("Custom::VpcRestrictDefaultSGCustomResourceProvider")
    function = home.node.find_child("Handler")
    assert isinstance(function, CfnResource)  # CDK makes it as a raw resource
    function.add_property_override("ReservedConcurrentExecutions", 1)
    reason = "CDK's function answers CloudFormation alone, which repeats what failed"
    skip_in_checkov(function, {"CKV_AWS_116": reason, "CKV_AWS_117": reason}, profile=profile)


def _open_endpoint(
    vpc: ec2.Vpc, construct_id: str, service: ec2.InterfaceVpcEndpointAwsService
) -> None:
    endpoint = vpc.add_interface_endpoint(construct_id, service=service, open=False)
    # CDK's own rule names the VPC's attribute, in which no checker sees how narrow it is.
    endpoint.connections.allow_default_port_from(ec2.Peer.ipv4(_CIDR), "from within the VPC")


def add_endpoint(
    vpc: ec2.IVpc, construct_id: str, service: ec2.InterfaceVpcEndpointAwsService
) -> None:
    """Let what runs in an isolated VPC of ours reach a service, which AWS bills per hour.

    Args:
        vpc: The VPC; one of ours is an ``ec2.Vpc``.
        construct_id: The id of the endpoint in it, which has one of them at most.
        service: The service.
    """
    if isinstance(vpc, ec2.Vpc) and vpc.node.try_find_child(construct_id) is None:
        _open_endpoint(vpc, construct_id, service)
