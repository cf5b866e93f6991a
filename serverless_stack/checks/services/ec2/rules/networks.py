"""Rules on VPCs, subnets and routes."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template, identity
from serverless_stack.checks.engine.violations import Violation, findings_from, violation
from serverless_stack.checks.services.ec2.limits import cidr_problems

RULES = RuleList()

_VPC = "AWS::EC2::VPC"
_SUBNET = "AWS::EC2::Subnet"
_ROUTE = "AWS::EC2::Route"
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = (
    *("CarrierGatewayId", "CoreNetworkArn", "EgressOnlyInternetGatewayId", "GatewayId"),
    *("InstanceId", "LocalGatewayId", "NatGatewayId", "NetworkInterfaceId"),
    *("TransitGatewayId", "VpcEndpointId", "VpcPeeringConnectionId"),
)


@RULES.resource("EC2-010", _VPC, _SUBNET, page="VPC CIDR blocks")
def blocks(resource: Resource) -> Iterator[Violation]:
    """`CidrBlock` must be a range of /16 to /28.

    EC2 refuses larger and smaller VPCs and subnets.
    """
    block = resource.text("CidrBlock")
    if block is not None:
        messages = cidr_problems(block, "CidrBlock", largest=16, smallest=28)
        yield from findings_from(resource, messages)


def _network(resource: Resource, path: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(resource.text(path) or "", strict=False)
    except ValueError:
        return None


@RULES.template("EC2-011", page="Subnet CIDR blocks")
def subnets(template: Template) -> Iterator[Violation]:
    """Subnets must be within their VPC and must not overlap.

    EC2 refuses a subnet outside the blocks of its VPC, or one that overlaps with another. Choose
    another range.
    """
    spaces: dict[object, list[ipaddress.IPv4Network] | None] = {}
    for vpc in template.always(_VPC):
        block = _network(vpc, "CidrBlock")
        spaces["Ref", vpc.logical_id, ""] = None if block is None else [block]
    for more in template.of_type("AWS::EC2::VPCCidrBlock"):
        vpc_id = identity(more.get("VpcId"))
        block, space = _network(more, "CidrBlock"), spaces.get(vpc_id)
        spaces[vpc_id] = None if block is None or space is None else [*space, block]
    members: dict[object, list[tuple[ipaddress.IPv4Network, Resource]]] = defaultdict(list)
    for subnet in template.always(_SUBNET):
        block, vpc_id = _network(subnet, "CidrBlock"), identity(subnet.get("VpcId"))
        if block is None or vpc_id is None:
            continue
        if isinstance(vpc_id, tuple) and len(vpc_id) == 3 and vpc_id[2] == "VpcId":
            vpc_id = (*vpc_id[:2], "")
        space = spaces.get(vpc_id)
        if space and not any(block.subnet_of(item) for item in space):
            requirement = f"be in {' or '.join(map(str, space))}, the block of the VPC"
            yield violation("CidrBlock", requirement, str(block), resource=subnet.logical_id)
        members[vpc_id].append((block, subnet))
    for item in members.values():
        yield from _overlaps(item)


def _overlaps(members: list[tuple[ipaddress.IPv4Network, Resource]]) -> Iterator[Violation]:
    members.sort(key=lambda member: (member[0], member[1].logical_id))
    last = None
    for block, subnet in members:
        if last is not None and block.overlaps(last[0]):
            requirement = f"not overlap with {last[0]} of {last[1]}"
            yield violation("CidrBlock", requirement, str(block), resource=subnet.logical_id)
        if last is None or block.broadcast_address > last[0].broadcast_address:
            last = (block, subnet.logical_id)


@RULES.resource("EC2-012", _ROUTE, page="AWS::EC2::Route")
def route(route: Resource) -> Iterator[Violation]:
    """Routes must have one destination and one target.

    EC2 refuses routes with none or several of them, and destinations that are no CIDR ranges.
    """
    for names, what in ((_DESTINATIONS, "destination"), (_TARGETS, "target")):
        given = [name for name in names if name in route.properties]
        if len(given) > 1:
            value = route.get(given[1])
            yield violation(given[1], f"be absent with {given[0]}", value)
        if not given and route.properties:
            yield violation(names[0], f"be set, or another {what}", None)
    for name in _DESTINATIONS[:2]:
        text = route.text(name)
        if text is not None:
            yield from findings_from(route, cidr_problems(text, name))


@RULES.template("EC2-013", page="Configure route tables")
def once(template: Template) -> Iterator[Violation]:
    """Route tables must have one route per destination, and subnets one table.

    The second route or association fails because one already exists. Remove one of them.
    """
    seen: dict[object, str] = {}
    for route in template.always(_ROUTE):
        table = identity(route.get("RouteTableId"))
        for name in _DESTINATIONS:
            range_ = identity(route.get(name))
            if table is None or range_ is None:
                continue
            if (table, range_) in seen:
                requirement = f"differ from that of {seen[table, range_]}"
                yield violation(name, requirement, route.get(name), resource=route.logical_id)
            seen.setdefault((table, range_), route.logical_id)
    for association in template.always("AWS::EC2::SubnetRouteTableAssociation"):
        subnet = identity(association.get("SubnetId"))
        if subnet is not None and subnet in seen:
            requirement = f"differ from that of {seen[subnet]}: a subnet has one route table"
            shown = str(subnet[1] if isinstance(subnet, tuple) else subnet)
            yield violation("SubnetId", requirement, shown, resource=association.logical_id)
        if subnet is not None:
            seen.setdefault(subnet, association.logical_id)
