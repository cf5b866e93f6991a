"""The networks of a template, as far as it defines all of them."""

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.template import Resource, Template


class Unknown(Exception):
    """A part of the network is not in the template, or is known only at deploy time."""


def subnets_of(function: Resource) -> list[Resource]:
    """Return the subnets of a function.

    Raises:
        Unknown: A resource is not in the template, or other stacks can change it.
    """
    listed = function.get("VpcConfig.SubnetIds")
    if not isinstance(listed, list) or not listed:
        raise Unknown
    found = []
    for value in listed:
        subnet = function.template.referred(value)
        if subnet is None or subnet.type != "AWS::EC2::Subnet" or not _is_ours(subnet):
            raise Unknown
        found.append(subnet)
    return found


def vpc_of(subnet: Resource) -> Resource:
    """Return the VPC of a subnet.

    Raises:
        Unknown: The VPC is not in the template, or other stacks can change it.
    """
    vpc = subnet.reference("VpcId")
    if vpc is None or vpc.type != "AWS::EC2::VPC" or not _is_ours(vpc):
        raise Unknown
    return vpc


def route_table_of(subnet: Resource) -> Resource:
    """Return the route table of a subnet.

    Raises:
        Unknown: The template does not associate one, or other stacks can change it.
    """
    key = ("SubnetId", "AWS::EC2::SubnetRouteTableAssociation")
    if subnet.template.referring(None, *key):
        raise Unknown
    associations = subnet.template.referring(subnet.logical_id, *key)
    tables = [association.reference("RouteTableId") for association in associations]
    if len(tables) != 1 or tables[0] is None or not _is_ours(tables[0]):
        raise Unknown
    return tables[0]


def leads_out(table: Resource) -> bool:
    """Return whether functions can leave their VPC by a route table.

    They cannot by an internet gateway, because they have no public address.

    Raises:
        Unknown: The table of a route is unknown.
    """
    if table.template.referring(None, "RouteTableId", "AWS::EC2::Route"):
        raise Unknown
    return table.template.once(_leads_out, table.logical_id)


def _leads_out(template: Template, table: str) -> bool:
    for route in template.referring(table, "RouteTableId", "AWS::EC2::Route"):
        gateway = route.reference("GatewayId")
        if gateway is None or gateway.type != "AWS::EC2::InternetGateway":
            return True  # such as a NAT or transit gateway, which may lead anywhere
    return False


def endpoints(vpc: Resource, table: Resource) -> frozenset[str]:
    """Return the services that a VPC has endpoints for, in the subnets of a route table.

    Raises:
        Unknown: The VPC, service or table of an endpoint is unknown.
    """
    services = vpc.template.once(_endpoints, vpc.logical_id, table.logical_id)
    if services is None:
        raise Unknown
    return services


def _endpoints(template: Template, vpc: str, table: str) -> frozenset[str] | None:
    """Return what `endpoints` does; None for an unknown part."""
    key = ("VpcId", "AWS::EC2::VPCEndpoint")
    if template.referring(None, *key):
        return None
    services = set()
    for endpoint in template.referring(vpc, *key):
        service = endpoint.get("ServiceName")
        if not isinstance(service, str):
            return None
        name = service.rsplit(".", 1)[-1]
        if is_unresolved(name):
            return None
        kind = endpoint.get("VpcEndpointType")
        if kind in (None, "Gateway"):
            tables = endpoint.get("RouteTableIds")
            if is_unresolved(tables):
                return None
            if not isinstance(tables, list):
                continue
            owners = [template.referred(item) for item in tables]
            if None in owners:
                return None
            if not any(item and item.logical_id == table for item in owners):
                continue
        services.add(name)
    return frozenset(services)


def _is_ours(resource: Resource) -> bool:
    """Return whether no other stack can refer to a resource."""
    return resource.logical_id not in resource.template.exported


def security_groups_of(template: Template, values: object) -> list[Resource]:
    """Return the security groups that a list names.

    Raises:
        Unknown: A resource is not in the template, or other stacks can change it.
    """
    if not isinstance(values, list) or not values:
        raise Unknown
    found = []
    for value in values:
        group = template.referred(value)
        if group is None or group.type != "AWS::EC2::SecurityGroup" or not _is_ours(group):
            raise Unknown
        found.append(group)
    return found
