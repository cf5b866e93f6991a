"""Rules on functions in a VPC, and the services that they call."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross_service import network
from serverless_stack.checks.cross_service.functions import FUNCTION, functions_in
from serverless_stack.checks.cross_service.policies import Grant, grants_of, role_of
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

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
    missing: dict[str, str] = {}
    for grant in grants_of(function.template, role):
        for action in _called(function, grant):
            service = action.partition(":")[0].lower()
            if service in _ENDPOINTS and not reached.intersection(_ENDPOINTS[service]):
                missing.setdefault(service, action)
    for service, action in sorted(missing.items()):
        requirement = (
            f"have a route to {service}, for which its role has {action}: an endpoint for "
            f"{_ENDPOINTS[service][0]} in the network, or a NAT gateway"
        )
        yield violation(
            "VpcConfig.SubnetIds",
            requirement,
            f"endpoints for {', '.join(sorted(reached)) or 'nothing'}",
        )


def _reached(function: Resource) -> set[str] | None:
    """Return the endpoints that all subnets of a function have; None if one leads out."""
    found: set[str] | None = None
    for subnet in network.subnets_of(function):
        table = network.route_table_of(subnet)
        if network.leads_out(table) or function.get("VpcConfig.Ipv6AllowedForDualStack"):
            return None
        here = set(network.endpoints(network.vpc_of(subnet), table))
        found = here if found is None else found & here
    return found


def _called(function: Resource, grant: Grant) -> Iterator[str]:
    """Yield the actions of a grant that the function itself can only be meant to call."""
    # A policy of its own for what only Lambda does is not the function's business.
    by_lambda: set[str] = set()
    if _is_fed(function):
        by_lambda |= _READS_SOURCES
    if _reports(function):
        by_lambda |= _SENDS_RESULTS
    for action in grant.actions:
        if action.lower() not in by_lambda and ":" in action:
            yield action


def _is_fed(function: Resource) -> bool:
    template = function.template
    return any(
        item.logical_id == function.logical_id
        for mapping in template.of_type("AWS::Lambda::EventSourceMapping")
        for item in functions_in(template, mapping.get("FunctionName"))
    )


def _reports(function: Resource) -> bool:
    template = function.template
    types = ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping")
    return function.get("DeadLetterConfig") is not None or any(
        item.logical_id == function.logical_id
        for config in template.of_type(*types)
        if config.get("DestinationConfig") is not None
        for item in functions_in(template, config.get("FunctionName"))
    )


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
