"""Rules on functions in a VPC, and the services that they call."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross_service import network
from serverless_stack.checks.cross_service.functions import FUNCTION, functions_in
from serverless_stack.checks.cross_service.policies import grants_of, role_of
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_MAPPING: Final = "AWS::Lambda::EventSourceMapping"
# The prefix of a service's actions, and the ends of the names of its endpoints.
_ENDPOINTS: Final = {
    "dynamodb": ("dynamodb",),
    "events": ("events",),
    "firehose": ("kinesis-firehose",),
    "kinesis": ("kinesis-streams",),
    "lambda": ("lambda",),
    "s3": ("s3",),
    "secretsmanager": ("secretsmanager",),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "states": ("states", "sync-states"),
}
# What Lambda itself does for a function with the function's role, from outside of the network.
_READS_SOURCES: Final = frozenset(
    [
        *("sqs:receivemessage", "sqs:deletemessage", "sqs:getqueueattributes"),
        *("sqs:changemessagevisibility", "sqs:getqueueurl"),
        *("kinesis:describestream", "kinesis:describestreamsummary", "kinesis:getrecords"),
        *("kinesis:getsharditerator", "kinesis:listshards", "kinesis:liststreams"),
        *("kinesis:subscribetoshard", "kinesis:describestreamconsumer"),
        *("dynamodb:describestream", "dynamodb:getrecords", "dynamodb:getsharditerator"),
        *("dynamodb:liststreams",),
    ]
)
_SENDS_RESULTS: Final = frozenset(
    [
        *("sqs:sendmessage", "sqs:getqueueattributes", "sqs:getqueueurl", "sns:publish"),
        *("lambda:invokefunction", "events:putevents", "s3:putobject", "s3:listbucket"),
    ]
)


@RULES.resource(
    "CROSS-SERVICE-030",
    FUNCTION,
    page="Enable internet access for VPC-connected Lambda functions",
    severity=Severity.WARNING,
)
def endpoints(function: Resource) -> Iterator[Violation]:
    """Functions in a VPC require a route to the services that they call.

    A subnet without NAT gateway or endpoint does not reach the service, and each call hangs until
    the function times out. Add a VPC endpoint or a NAT gateway.
    """
    role = role_of(function)
    if role is None or function.get("VpcConfig") is None or _has_proxy(function):
        return
    try:
        reached = _reached(function)
    except network.Unknown:
        return
    if reached is None:
        return
    template = function.template
    for service, action in template.once(_called, role, _is_fed(function), _reports(function)):
        if reached.intersection(_ENDPOINTS[service]):
            continue
        requirement = (
            f"have a route to {service}, for which its role has {action}: an endpoint for "
            f"{_ENDPOINTS[service][0]} in the network, or a NAT gateway"
        )
        yield violation(
            "VpcConfig.SubnetIds",
            requirement,
            f"endpoints for {', '.join(sorted(reached)) or 'nothing'}",
        )


def _reached(function: Resource) -> frozenset[str] | None:
    """Return the endpoints that all subnets of a function have; None if one has a route out."""
    found: frozenset[str] | None = None
    for subnet in network.subnets_of(function):
        table = network.route_table_of(subnet)
        if network.leads_out(table) or function.get("VpcConfig.Ipv6AllowedForDualStack"):
            return None
        here = network.endpoints(network.vpc_of(subnet), table)
        found = here if found is None else found & here
    return found


def _called(_: Template, role: Resource, fed: bool, reports: bool) -> list[tuple[str, str]]:
    """Return the services that a function itself calls with a role, each with an action.

    Lambda calls others with the role, from outside of the VPC.

    Args:
        role: The role.
        fed: Whether Lambda reads event sources of the function.
        reports: Whether Lambda sends results of the function.
    """
    by_lambda = (_READS_SOURCES if fed else frozenset()) | (
        _SENDS_RESULTS if reports else frozenset()
    )
    called: dict[str, str] = {}
    for grant in grants_of(role):
        for action in grant.actions:
            service, colon, _name = action.lower().partition(":")
            if action.lower() not in by_lambda and colon and service in _ENDPOINTS:
                called.setdefault(service, action)
    return sorted(called.items())


def _is_fed(function: Resource) -> bool:
    return function.logical_id in function.template.once(_configured, False, _MAPPING)


def _reports(function: Resource) -> bool:
    reporting = function.template.once(
        _configured, True, "AWS::Lambda::EventInvokeConfig", _MAPPING
    )
    return function.get("DeadLetterConfig") is not None or function.logical_id in reporting


def _configured(template: Template, destined: bool, *types: str) -> set[str]:
    """Return the functions that resources of some types name.

    Args:
        template: The template.
        destined: Whether to count only resources that send results to a destination.
        types: The types.
    """
    return {
        function.logical_id
        for resource in template.of_type(*types)
        if not destined or resource.get("DestinationConfig") is not None
        for function in functions_in(template, resource.get("FunctionName"))
    }


def _has_proxy(function: Resource) -> bool:
    variables = function.get("Environment.Variables")
    if variables is None:
        return False
    if not isinstance(variables, dict):
        return True
    names = {str(name).upper() for name in variables}
    return bool(names & {"HTTPS_PROXY", "HTTP_PROXY"}) or any(
        name.startswith("AWS_ENDPOINT_URL") for name in names
    )
