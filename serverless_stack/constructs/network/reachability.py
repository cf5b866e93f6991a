"""Whether a connected function can reach the services that it calls from a VPC."""

from collections.abc import Sequence
from dataclasses import dataclass

import jsii
from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct, IValidation

from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.places import (
    allows_all_outbound,
    isolated_subnets,
    security_groups_of,
    subnet_id_of,
)
from serverless_stack.constructs._internal.tree import node_of, path_of, stack_of
from serverless_stack.constructs.network.vpc import (
    add_endpoint,
    add_gateway_endpoint,
    is_isolated_vpc,
)


@dataclass(frozen=True)
class Service:
    """A service of AWS that functions call.

    Attributes:
        label: Its name for people.
        construct_id: The id of its endpoint in a VPC that this library created.
        name: The end of the name of its endpoint service.
        constant: The name of the endpoint service in CDK.
        gateway: Whether it has a gateway endpoint instead of an interface endpoint.
        remedy: What else helps a function without a way.
    """

    label: str
    construct_id: str
    name: str
    constant: str
    gateway: bool = False
    remedy: str = ""


SECRETS_MANAGER = Service("Secrets Manager", "SecretsManager", "secretsmanager", "SECRETS_MANAGER")
DYNAMODB = Service("DynamoDB", "DynamoDb", "dynamodb", "DYNAMODB", gateway=True)
LAMBDA = Service("the API of Lambda", "Lambda", "lambda", "LAMBDA_")
SNS = Service("SNS", "Sns", "sns", "SNS")
SQS = Service("SQS", "Sqs", "sqs", "SQS")


def open_way(
    function: lambda_.Function,
    vpc: ec2.IVpc,
    service: Service,
    groups: Sequence[ec2.ISecurityGroup] | None = None,
) -> None:
    """Open a function a way to a service, or warn at synthesis that it has none.

    A VPC that this library created gets an endpoint, once for each service. AWS bills an interface
    endpoint by the hour; the gateway endpoint of DynamoDB is free.

    Args:
        function: The function, which calls the service.
        vpc: The VPC of the function.
        service: The service.
        groups: The security groups of the function. Default: looked up.
    """
    if not isinstance(vpc, ec2.Vpc) or not is_isolated_vpc(vpc):
        node_of(function).add_validation(_AtSynthesis(function, vpc, service))
        return
    if service.gateway:
        add_gateway_endpoint(vpc, service.construct_id, ec2.GatewayVpcEndpointAwsService.DYNAMODB)
        # The addresses of a gateway are those of the service, which are no security group.
        node_of(function).add_validation(_AtSynthesis(function, vpc, service))
        return
    endpoint = add_endpoint(vpc, service.construct_id, service.constant)
    if groups is None:
        groups = security_groups_of(function)
    for group in groups:
        if not allows_all_outbound(group):
            for target in endpoint.connections.security_groups:
                group.add_egress_rule(
                    target, ec2.Port.tcp(443), description_of(endpoint, "Calls of")
                )


@jsii.implements(IValidation)
class _AtSynthesis:
    """Warns when the tree is complete: an endpoint may be created after ``connect``."""

    def __init__(self, function: lambda_.Function, vpc: ec2.IVpc, service: Service) -> None:
        self._function = function
        self._vpc = vpc
        self._service = service

    def validate(self) -> list[str]:
        """Warn if there is no way; report no error, for routes may be created elsewhere."""
        function, service = self._function, self._service
        if _is_isolated(function, self._vpc) and not _has_endpoint(self._vpc, service.name):
            Annotations.of(function).add_warning_v2(
                f"serverless-stack:NoWayTo{service.construct_id}",
                f"{path_of(function)} calls {service.label}, but its subnets in "
                f"{path_of(self._vpc)} have no way to it: add {_remedy(service)}",
            )
        elif any(map(_is_closed, function.connections.security_groups)):
            Annotations.of(function).add_warning_v2(
                f"serverless-stack:ClosedTo{service.construct_id}",
                f"{path_of(function)} calls {service.label}, but no rule of its security group "
                "opens port 443: call `add_egress_rule` of the group, or create it with "
                "`allow_all_outbound=True`",
            )
        return []


def _remedy(service: Service) -> str:
    """Return what to add for a function without a way."""
    kind = "gateway" if service.gateway else "interface"
    endpoint = (
        f"{'a' if kind == 'gateway' else 'an'} {kind} endpoint (`vpc.add_{kind}_endpoint` with "
        f"`{kind.capitalize()}VpcEndpointAwsService.{service.constant}`)"
    )
    if not service.remedy:
        return f"{endpoint}, or use subnets with a NAT gateway"
    return f"{endpoint}, use subnets with a NAT gateway, {service.remedy}"


def _is_closed(group: ec2.ISecurityGroup) -> bool:
    """Whether a security group that was created here lets nothing out to port 443."""
    raw = node_of(group).default_child
    if allows_all_outbound(group) or not isinstance(raw, ec2.CfnSecurityGroup):
        return False
    rules = stack_of(raw).resolve(raw.security_group_egress) or []
    near = [
        child for child in node_of(group).children if isinstance(child, ec2.CfnSecurityGroupEgress)
    ]
    ports = [(rule.get("fromPort"), rule.get("toPort"), rule.get("ipProtocol")) for rule in rules]
    ports += [(rule.from_port, rule.to_port, rule.ip_protocol) for rule in near]
    return not any(_covers_https(*port) for port in ports)


def _covers_https(first: object, last: object, protocol: object) -> bool:
    if protocol == "-1":
        return True
    if isinstance(first, int | float) and isinstance(last, int | float):
        return first <= 443 <= last
    return protocol != "icmp"


def _is_isolated(function: lambda_.Function, vpc: ec2.IVpc) -> bool:
    """Whether all subnets of a function are isolated ones of a VPC."""
    raw = node_of(function).default_child
    if not isinstance(raw, lambda_.CfnFunction):
        return False
    config = raw.vpc_config
    if not isinstance(config, lambda_.CfnFunction.VpcConfigProperty):
        return False
    isolated = set(map(subnet_id_of, isolated_subnets(vpc)))
    used = set(config.subnet_ids or [])
    return bool(used) and used <= isolated


def _has_endpoint(vpc: ec2.IVpc, service: str) -> bool:
    """Whether a VPC has an endpoint of a service; an imported one may have it elsewhere."""
    if not isinstance(vpc, ec2.Vpc):
        return True
    constructs: list[IConstruct] = [*node_of(vpc).children, *node_of(stack_of(vpc)).find_all()]
    return any(_is_endpoint(construct, service) for construct in constructs)


def _is_endpoint(construct: IConstruct, service: str) -> bool:
    raw = (
        construct if isinstance(construct, ec2.CfnVPCEndpoint) else node_of(construct).default_child
    )
    name = raw.service_name if isinstance(raw, ec2.CfnVPCEndpoint) else None
    return name is not None and service in name
