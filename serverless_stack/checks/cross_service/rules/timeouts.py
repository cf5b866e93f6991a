"""Functions that may run longer than who waits for them."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross_service.functions import functions_in, timeout
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

REST_MILLISECONDS: Final = 29_000
HTTP_MILLISECONDS: Final = 30_000


@RULES.resource(
    "CROSS-SERVICE-001",
    "AWS::ApiGateway::Method",
    page="Amazon API Gateway quotas",
    severity=Severity.WARNING,
)
def rest_api(method: Resource) -> Iterator[Violation]:
    """A function answers before its REST API gives up."""
    if method.get("Integration.ResponseTransferMode") not in (None, "BUFFERED"):
        return
    parameters = method.get("Integration.RequestParameters")
    names = [str(name) for name in parameters] if isinstance(parameters, dict) else []
    if any(name.lower().endswith("x-amz-invocation-type") for name in names):
        return  # it does not wait
    if method.get("Integration.Type") in ("AWS", "AWS_PROXY"):
        waits = method.get("Integration.TimeoutInMillis")
        limit = REST_MILLISECONDS if waits is None else method.number("Integration.TimeoutInMillis")
        yield from _too_long(method, "Integration.Uri", limit)


@RULES.resource(
    "CROSS-SERVICE-002",
    "AWS::ApiGatewayV2::Integration",
    page="Amazon API Gateway quotas",
    severity=Severity.WARNING,
)
def http_api(integration: Resource) -> Iterator[Violation]:
    """A function answers before its HTTP API gives up."""
    api = integration.reference("ApiId")
    if api is None or api.get("ProtocolType") != "HTTP":
        return
    if integration.get("IntegrationType") == "AWS_PROXY":
        waits = integration.get("TimeoutInMillis")
        limit = HTTP_MILLISECONDS if waits is None else integration.number("TimeoutInMillis")
        yield from _too_long(integration, "IntegrationUri", limit)


def _too_long(waiting: Resource, path: str, limit: float | None) -> Iterator[Violation]:
    for function in functions_in(waiting.template, waiting.get(path)):
        seconds = timeout(function)
        if limit is not None and seconds is not None and seconds * 1000 > limit:
            requirement = (
                f"be {limit / 1000:g} seconds at most, after which {waiting.logical_id} gives up "
                "while the function runs on"
            )
            shown = int(seconds) if seconds == int(seconds) else seconds
            nearest = f"{limit / 1000:g}"
            yield violation("Timeout", requirement, shown, nearest, resource=function.logical_id)
