"""Rules on functions that run longer than their callers wait."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross_service.functions import functions_in, timeout
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

REST_SECONDS: Final = 29.0
HTTP_SECONDS: Final = 30.0
_PAGE: Final = "Amazon API Gateway quotas"


@RULES.template("CROSS-SERVICE-001", page=_PAGE, severity=Severity.WARNING)
def rest_api(template: Template) -> Iterator[Violation]:
    """`Timeout` must not exceed the time that the REST API waits.

    API Gateway answers status 504 after its integration time-out, 29 seconds by default, while the
    function runs on and is billed. Shorten the function's time-out, or invoke it asynchronously.
    """
    yield from _too_long(template, _rest_callers(template))


@RULES.template("CROSS-SERVICE-002", page=_PAGE, severity=Severity.WARNING)
def http_api(template: Template) -> Iterator[Violation]:
    """`Timeout` must not exceed the time that the HTTP API waits.

    API Gateway answers status 503 after its integration time-out, 30 seconds by default, while the
    function runs on and is billed. Shorten the function's time-out, or invoke it asynchronously.
    """
    yield from _too_long(template, _http_callers(template))


def _rest_callers(template: Template) -> Iterator[tuple[Resource, str, float]]:
    """Yield the methods that wait for a function, the path of its URI, and for how long."""
    for method in template.of_type("AWS::ApiGateway::Method"):
        parameters = method.get("Integration.RequestParameters")
        names = [str(name).lower() for name in parameters] if isinstance(parameters, dict) else []
        asynchronous = any(name.endswith("x-amz-invocation-type") for name in names)
        streamed = method.get("Integration.ResponseTransferMode") not in (None, "BUFFERED")
        if method.get("Integration.Type") in ("AWS", "AWS_PROXY") and not asynchronous | streamed:
            path = "Integration.TimeoutInMillis"
            waits = REST_SECONDS * 1000 if method.get(path) is None else method.number(path)
            if waits is not None:
                yield method, "Integration.Uri", waits / 1000


def _http_callers(template: Template) -> Iterator[tuple[Resource, str, float]]:
    for integration in template.of_type("AWS::ApiGatewayV2::Integration"):
        api = integration.reference("ApiId")
        proxy = integration.get("IntegrationType") == "AWS_PROXY"
        if api is not None and api.get("ProtocolType") == "HTTP" and proxy:
            path = "TimeoutInMillis"
            waits = (
                HTTP_SECONDS * 1000 if integration.get(path) is None else integration.number(path)
            )
            if waits is not None:
                yield integration, "IntegrationUri", waits / 1000


def _too_long(
    template: Template, waits: Iterator[tuple[Resource, str, float]]
) -> Iterator[Violation]:
    """Yield one violation per function, whatever the number of its callers."""
    waiting: dict[tuple[str, float], tuple[float, set[str]]] = {}
    for caller, path, seconds in waits:
        for function in functions_in(template, caller.get(path)):
            runs = timeout(function)
            if runs is not None and runs > seconds:
                shortest, names = waiting.get((function.logical_id, runs), (seconds, set()))
                waiting[function.logical_id, runs] = (
                    min(shortest, seconds),
                    names | {caller.logical_id},
                )
    for (logical_id, runs), (seconds, names) in waiting.items():
        callers = f"{min(names)} stops"
        if len(names) > 1:
            callers = f"{min(names)} and {len(names) - 1} more stop"
        requirement = (
            f"be at most {seconds:g} seconds, after which {callers} waiting while "
            "the function runs on"
        )
        yield violation("Timeout", requirement, runs, f"{seconds:g}", resource=logical_id)
