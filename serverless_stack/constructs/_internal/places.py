"""Where constructs are: in which region, and in which VPC."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aws_cdk import Annotations, Tokenization
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.tree import node_of, path_of, region_of, stack_of

# The VPC of functions that were created in one by an argument `vpc`.
_VPCS: WeakKeyDictionary[lambda_.Function, ec2.IVpc] = WeakKeyDictionary()


def other_region(construct: IConstruct, region: str) -> str | None:
    """Return the region of a construct if it is another one; None if it is not, or unknown.

    Args:
        construct: The construct.
        region: The region of what needs it; may be a token.
    """
    own = region_of(construct)
    known = not is_unresolved(own) and not is_unresolved(region)
    return own if known and own != region else None


@dataclass(frozen=True)
class VpcIdentity:
    """A VPC as far as it is known at synthesis.

    Attributes:
        name: Its id, or the path of its resource.
        cidr: Its range of addresses, if known.
    """

    name: str
    cidr: str | None = None

    def overlaps(self, other: "VpcIdentity") -> bool:
        """Whether the two have addresses in common, so that AWS peers them not."""
        if self.cidr is None or other.cidr is None:
            return False
        return ipaddress.ip_network(self.cidr).overlaps(ipaddress.ip_network(other.cidr))


def vpc_identity(vpc_id: str) -> VpcIdentity | None:
    """Return what is known of a VPC; None for an id that is known at deployment only.

    Args:
        vpc_id: The id, often a token.
    """
    if not is_unresolved(vpc_id):
        return VpcIdentity(vpc_id)
    token = Tokenization.reverse_string(vpc_id).first_token
    target = getattr(token, "target", None)
    if not isinstance(target, ec2.CfnVPC):
        return None
    cidr = target.cidr_block
    return VpcIdentity(path_of(target), None if cidr is None or is_unresolved(cidr) else cidr)


_CACHE_REMEDY = "create it with `vpc=` and the cache's `.vpc`"


def require_vpc(
    function: lambda_.Function,
    target: str,
    vpc: ec2.IVpc,
    *,
    remedy: str = _CACHE_REMEDY,
    noun: str = "cache",
) -> None:
    """Refuse a function outside any VPC, or in a VPC from which there is no way.

    A function in another VPC, which may be peered, gets a warning.

    Args:
        function: The function to connect.
        target: The path of the resource in the VPC.
        vpc: The VPC of that resource.
        remedy: How to create the function.
        noun: What the resource is.

    Raises:
        ValueError: If the function is outside any VPC, in a VPC with the same addresses, or in
            another region.
    """
    known = _VPCS.get(function)
    if known is None and not function.is_bound_to_vpc:
        raise ValueError(
            f"`function` must be in the VPC of {target}, got: {path_of(function)}, which is in "
            f"none; {remedy}"
        )
    if stack_of(function) is not stack_of(vpc):
        region = other_region(function, region_of(vpc))
        if region is not None:
            raise ValueError(
                f"`function` must be in the region of {target}, {region_of(vpc)}, "
                f"got: {path_of(function)} in {region}"
            )
    if known is vpc:
        return
    own, other = _vpc_of(function), vpc_identity(vpc.vpc_id)
    if own is None or other is None or own.name == other.name:
        return
    if own.overlaps(other):
        raise ValueError(
            f"`function` must be in the VPC of {target}, got: {path_of(function)} in another VPC "
            f"with the same addresses ({own.cidr}), which AWS does not peer; {remedy}"
        )
    Annotations.of(function).add_warning_v2(
        "serverless-stack:OtherVpc",
        f"{path_of(function)} is in another VPC than {target}: {remedy}, or peer the two VPCs; "
        f"otherwise it cannot reach the {noun}, and AWS refuses the rules of the security groups",
    )


def function_subnet_problems(vpc: ec2.IVpc, selection: ec2.SubnetSelection | None) -> list[str]:
    """List whether a function would be in public subnets, from which it reaches nothing.

    Args:
        vpc: The VPC of the function.
        selection: The caller's choice of subnets, or None.
    """
    public = set(map(subnet_id_of, public_subnets(vpc)))
    if selection is None:
        if not public or private_subnets(vpc) or isolated_subnets(vpc):
            return []
        return [
            "`vpc` must have private or isolated subnets for functions, which get no public "
            f"address, got: {path_of(vpc)} with public ones only"
        ]
    if selection.subnet_type == ec2.SubnetType.PUBLIC or any(
        subnet_id_of(subnet) in public for subnet in selection.subnets or ()
    ):
        return [
            "`vpc_subnets` must be private or isolated ones: a function gets no public address, "
            "got: public ones"
        ]
    return []


@once_per_object
def public_subnets(vpc: ec2.IVpc) -> Sequence[ec2.ISubnet]:
    """Return the public subnets of a VPC."""
    return vpc.public_subnets


@once_per_object
def private_subnets(vpc: ec2.IVpc) -> Sequence[ec2.ISubnet]:
    """Return the subnets of a VPC with a NAT gateway."""
    return vpc.private_subnets


@once_per_object
def isolated_subnets(vpc: ec2.IVpc) -> Sequence[ec2.ISubnet]:
    """Return the subnets of a VPC without a way out."""
    return vpc.isolated_subnets


@once_per_object
def subnet_id_of(subnet: ec2.ISubnet) -> str:
    """Return the id of a subnet, usually a token."""
    return subnet.subnet_id


def security_groups_of(function: lambda_.Function) -> list[ec2.ISecurityGroup]:
    """Return the security groups of a function as they are now."""
    return _connections_of(function).security_groups


@once_per_object
def _connections_of(function: lambda_.Function) -> ec2.Connections:
    return function.connections


@once_per_object
def allows_all_outbound(group: ec2.ISecurityGroup) -> bool:
    """Return whether a security group needs no rule for what its members call."""
    return group.allow_all_outbound


def remember_vpc(function: lambda_.Function, vpc: ec2.IVpc) -> None:
    """Remember the VPC that a function is created in.

    Args:
        function: The function.
        vpc: The VPC.
    """
    _VPCS[function] = vpc


def _vpc_of(function: lambda_.Function) -> VpcIdentity | None:
    for group in security_groups_of(function):
        raw = node_of(group).default_child
        vpc_id = raw.vpc_id if isinstance(raw, ec2.CfnSecurityGroup) else None
        if vpc_id:
            return vpc_identity(vpc_id)
    return None
