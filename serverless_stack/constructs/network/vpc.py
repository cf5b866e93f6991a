"""The network that a cache needs: a VPC without a way out, and the subnets to use in any VPC."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import CfnResource, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import skip_in_checkov
from serverless_stack.constructs.network.flow_log import add_flow_log
from serverless_stack.constructs.profiles.profile import Profile

_CIDR = "10.0.0.0/16"  # CDK's default, and that of the VPCs that were made before it was said
PORT_IS_CLOSED = (
    "the port is open to the security groups of connected functions only, whatever its number is, "
    "and another number replaces the cache"
)


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
    return vpc


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


def cache_subnets(
    vpc: ec2.IVpc, vpc_subnets: ec2.SubnetSelection | None, min_zones: int = 1
) -> Sequence[ec2.ISubnet]:
    """Choose the subnets of a cache: as told, else the isolated ones, else the private ones.

    Args:
        vpc: The VPC of the cache.
        vpc_subnets: The user's choice, or None.
        min_zones: How many availability zones the cache has to span.

    Raises:
        ValueError: If there are too few subnets or availability zones.
    """
    if vpc_subnets is not None and vpc_subnets.subnets is not None:
        subnets = list(vpc_subnets.subnets)
    elif vpc_subnets is not None:
        subnets = list(
            vpc.select_subnets(
                subnet_type=vpc_subnets.subnet_type,
                subnet_group_name=vpc_subnets.subnet_group_name,
                subnet_filters=vpc_subnets.subnet_filters,
                availability_zones=vpc_subnets.availability_zones,
                one_per_az=vpc_subnets.one_per_az,
            ).subnets
        )
    else:
        subnets = list(vpc.isolated_subnets) or list(vpc.private_subnets)
    if not subnets:
        raise ValueError(
            f"`vpc` must have isolated or private subnets, got: {vpc.node.path} without any; "
            "choose subnets with `vpc_subnets`"
        )
    zones = {zone_of(subnet) for subnet in subnets}
    if len(zones) < min_zones and None not in zones:
        raise ValueError(
            f"`vpc_subnets` must span {min_zones} availability zones or more, got: {len(zones)}"
        )
    return subnets


def zone_of(subnet: ec2.ISubnet) -> str | None:
    """Give the availability zone of a subnet, or None if it is not known before deployment."""
    try:
        zone = subnet.availability_zone
    except RuntimeError:  # CDK's answer for `Subnet.from_subnet_id`
        return None
    # Of `Fn.get_azs()` as the zones of an imported VPC all subnets have one and the same token.
    return None if zone.startswith("#{Token[") else zone


@dataclass(frozen=True)
class CacheNetwork:
    """Where a cache lives.

    Attributes:
        vpc: The VPC.
        subnets: The subnets of the cache.
        subnet_group: The cache subnet group.
        security_groups: The security groups of the cache.
        connections: Those groups with the cache's port.
    """

    vpc: ec2.IVpc
    subnets: Sequence[ec2.ISubnet]
    subnet_group: elasticache.CfnSubnetGroup
    security_groups: Sequence[ec2.ISecurityGroup]
    connections: ec2.Connections


def cache_network(
    cache: Construct,
    engine: str,
    *,
    vpc: ec2.IVpc | None,
    vpc_subnets: ec2.SubnetSelection | None,
    security_groups: Sequence[ec2.ISecurityGroup],
    port: int,
    secrets: bool = True,
) -> CacheNetwork:
    """Make the subnet group and security group of a cache, and its VPC if none is given.

    Args:
        cache: The cache construct, which becomes the parent.
        engine: ``Redis`` or ``Memcached``, for the descriptions.
        vpc: The VPC, or None to make one.
        vpc_subnets: The user's choice of subnets, or None.
        security_groups: The user's security groups; none makes one that lets nobody in.
        port: The port of the cache.
        secrets: Whether clients of Redis need Secrets Manager.
    """
    home = vpc or isolated_vpc(cache, "Vpc", secrets=secrets and engine == "Redis")
    subnets = cache_subnets(home, vpc_subnets)
    groups = list(security_groups) or [closed_group(cache, engine, home)]
    return CacheNetwork(
        vpc=home,
        subnets=subnets,
        subnet_group=elasticache.CfnSubnetGroup(
            cache,
            "SubnetGroup",
            description=f"{engine} of {cache.node.path}",
            subnet_ids=[subnet.subnet_id for subnet in subnets],
        ),
        security_groups=groups,
        connections=ec2.Connections(security_groups=groups, default_port=ec2.Port.tcp(port)),
    )


def closed_group(cache: Construct, engine: str, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    """Make a security group for a cache, which lets nobody in and nothing out.

    Args:
        cache: The cache construct, which becomes the parent.
        engine: What is in it, such as ``Redis``, for the description.
        vpc: The VPC of the cache.
    """
    return ec2.SecurityGroup(
        cache,
        "SecurityGroup",
        vpc=vpc,
        allow_all_outbound=False,
        description=f"{engine} of {cache.node.path}",
    )


def let_in(
    cache_groups: Sequence[ec2.ISecurityGroup],
    port: int,
    function: lambda_.Function,
    description: str,
) -> None:
    """Open a cache's port to a function.

    The rules are made in the function's stack, which needs that of the cache anyway: the other
    way round, two stacks would need each other.

    Args:
        cache_groups: The security groups of the cache.
        port: Its port.
        function: The function, which is in a VPC.
        description: What the rule is for.
    """
    for peer in function.connections.security_groups:
        for group in cache_groups:
            group.add_ingress_rule(peer, ec2.Port.tcp(port), description, remote_rule=True)
            if not peer.allow_all_outbound:
                peer.add_egress_rule(group, ec2.Port.tcp(port), description)
