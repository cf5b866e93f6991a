"""Where a cache runs: its VPC, subnets and security groups, and the rules that let functions in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.places import (
    allows_all_outbound,
    isolated_subnets,
    private_subnets,
    subnet_id_of,
)
from serverless_stack.constructs._internal.tree import node_of, path_of
from serverless_stack.constructs.network.vpc import isolated_vpc

DEFAULT_PORT_REASON = (
    "the port is open to the security groups of connected functions only, whatever its number is, "
    "and another number replaces the cache"
)


@dataclass(frozen=True)
class Subnets:
    """The subnets of a cache.

    Attributes:
        subnets: The subnets.
        known: Whether their number and zones are known. They are not while CDK looks up the VPC
            (it synthesizes once with placeholders), nor for a list that is known at deployment.
    """

    subnets: tuple[ec2.ISubnet, ...]
    known: bool = True

    @property
    def zones(self) -> list[str | None]:
        """The availability zone of each subnet; None for one that is known at deployment."""
        return [zone_of(subnet) for subnet in self.subnets]


@dataclass(frozen=True)
class CacheNetwork:
    """Where a cache runs.

    Attributes:
        vpc: The VPC.
        subnets: The subnets of the cache.
        security_groups: The security groups of the cache.
        ports: The ports of the cache.
    """

    vpc: ec2.IVpc
    subnets: Subnets
    security_groups: tuple[ec2.ISecurityGroup, ...]
    ports: tuple[int, ...]

    @cached_property
    def connections(self) -> ec2.Connections:
        """The security groups with the ports of the cache."""
        first, last = self.ports[0], self.ports[-1]
        port = tcp_port(first) if first == last else ec2.Port.tcp_range(first, last)
        return ec2.Connections(security_groups=list(self.security_groups), default_port=port)

    @classmethod
    def create(
        cls,
        cache: Construct,
        label: str,
        *,
        vpc: ec2.IVpc | None,
        subnets: Subnets | None,
        security_groups: Sequence[ec2.ISecurityGroup] | None,
        ports: tuple[int, ...],
        secrets: bool = False,
    ) -> "CacheNetwork":
        """Create the security group of a cache and, without a VPC, the VPC.

        Args:
            cache: The cache, which becomes the parent.
            label: What the cache is, such as ``Redis``, for descriptions.
            vpc: The VPC. Default: a new one without a way out.
            subnets: The subnets in that VPC; None without a VPC.
            security_groups: The security groups. Default: a new one without rules.
            ports: The ports of the cache, in order.
            secrets: Whether a new VPC needs a way to Secrets Manager.
        """
        home = vpc or isolated_vpc(cache, "Vpc", secrets=secrets)
        groups = tuple(security_groups or ()) or (_closed_group(cache, label, home),)
        return cls(
            vpc=home,
            subnets=subnets or _select(home, None),
            security_groups=groups,
            ports=ports,
        )


def choose_subnets(vpc: ec2.IVpc | None, selection: ec2.SubnetSelection | None) -> Subnets | None:
    """Return the selected subnets of a VPC. Default: the isolated ones, else the private ones.

    Args:
        vpc: The VPC of the cache; None for one that is created with it, which is not chosen from.
        selection: The caller's choice, or None.
    """
    return None if vpc is None else _select(vpc, selection)


def _select(vpc: ec2.IVpc, selection: ec2.SubnetSelection | None) -> Subnets:
    if selection is None:
        subnets = list(isolated_subnets(vpc) or private_subnets(vpc))
    elif selection.subnets is not None:
        subnets = list(selection.subnets)
    else:
        subnets = list(
            vpc.select_subnets(
                subnet_type=selection.subnet_type,
                subnet_group_name=selection.subnet_group_name,
                subnet_filters=selection.subnet_filters,
                availability_zones=selection.availability_zones,
                one_per_az=selection.one_per_az,
            ).subnets
        )
    listed_later = any(subnet_id_of(subnet).startswith("#{Token[") for subnet in subnets)
    return Subnets(tuple(subnets), known=not listed_later and not _is_pending(vpc))


def _is_pending(vpc: ec2.IVpc) -> bool:
    """Whether CDK has placeholders instead of the subnets of a VPC that it looks up."""
    if isinstance(vpc, ec2.Vpc):
        return False
    try:
        return bool(vpc.select_subnets().is_pending_lookup)
    except RuntimeError:  # an imported VPC without subnets
        return False


def subnet_problems(
    subnets: Subnets | None,
    vpc: ec2.IVpc | None,
    selection: ec2.SubnetSelection | None,
    min_zones: int = 1,
) -> list[str]:
    """List what is wrong with the subnets of a cache.

    Args:
        subnets: The subnets, or None.
        vpc: Their VPC, or None.
        selection: The caller's choice, or None.
        min_zones: How many availability zones the cache must span.
    """
    if subnets is None or vpc is None or not subnets.known:
        return []
    if not subnets.subnets:
        return [
            f"`vpc` must have isolated or private subnets, got: {path_of(vpc)} without any; "
            "choose subnets with `vpc_subnets`"
        ]
    zones = set(subnets.zones)
    if len(zones) >= min_zones or None in zones:
        return []
    argument = "vpc" if selection is None else "vpc_subnets"
    return [f"`{argument}` must span {min_zones} availability zones or more, got: {len(zones)}"]


@once_per_object
def zone_of(subnet: ec2.ISubnet) -> str | None:
    """Return the availability zone of a subnet, or None if it is known at deployment only."""
    try:
        zone = subnet.availability_zone
    except RuntimeError:  # CDK's answer for `Subnet.from_subnet_id`
        return None
    # All subnets of an imported VPC with `Fn.get_azs()` as its zones have the same token.
    return None if zone.startswith("#{Token[") else zone


def create_subnet_group(
    cache: Construct, label: str, network: CacheNetwork
) -> elasticache.CfnSubnetGroup:
    """Create the subnet group of a cache with nodes."""
    return elasticache.CfnSubnetGroup(
        cache,
        "SubnetGroup",
        description=description_of(cache, f"{label} of"),
        subnet_ids=list(map(subnet_id_of, network.subnets.subnets)),
    )


def _closed_group(cache: Construct, label: str, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    return ec2.SecurityGroup(
        cache,
        "SecurityGroup",
        vpc=vpc,
        allow_all_outbound=False,
        description=description_of(cache, f"{label} of"),
    )


@cache
def tcp_port(number: int) -> ec2.Port:
    """Return a port for rules of security groups; those with the same number share it."""
    return ec2.Port.tcp(number)


def allow_ingress(
    network: CacheNetwork, peers: Sequence[ec2.ISecurityGroup], description: str
) -> None:
    """Open the ports of a cache to the security groups of a function.

    The rules are created in the function's stack, which needs the stack of the cache anyway; the
    other way round, the two stacks would need each other. CDK adds no rule to a security group
    that was imported with ``mutable=False``; a warning says which rule to add by hand.

    Args:
        network: Where the cache is.
        peers: The security groups of the function.
        description: What the rule is for, in characters that EC2 accepts.
    """
    for port in network.ports:
        for peer in peers:
            for group in network.security_groups:
                group.add_ingress_rule(peer, tcp_port(port), description, remote_rule=True)
                if not isinstance(group, ec2.SecurityGroup) and not _has_rule(group, peer):
                    _warn_of_missing_rule(group, peer, port)
                if not allows_all_outbound(peer):
                    peer.add_egress_rule(group, tcp_port(port), description)


def _has_rule(group: ec2.ISecurityGroup, peer: ec2.ISecurityGroup) -> bool:
    """Whether CDK created a rule for an imported group: below the group or below its peer."""
    return any(
        isinstance(child, ec2.CfnSecurityGroupIngress) and child.group_id == group.security_group_id
        for home in (group, peer)
        for child in node_of(home).children
    )


def _warn_of_missing_rule(group: ec2.ISecurityGroup, peer: ec2.ISecurityGroup, port: int) -> None:
    Annotations.of(group).add_warning_v2(
        "serverless-stack:ImmutableSecurityGroup",
        f"{group.security_group_id} ({path_of(group)}) was imported as immutable, so that CDK "
        f"adds no rule to it: allow port {port} from {path_of(peer)} by hand, or import it "
        "without `mutable=False`",
    )
