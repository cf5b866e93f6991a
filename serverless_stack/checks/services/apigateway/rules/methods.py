"""Rules on methods of REST APIs and their integrations."""

import re
from collections.abc import Iterator, Mapping

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.values import listed
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.apigateway import limits as values
from serverless_stack.checks.services.apigateway.rules.stages import METHOD

RULES = RuleList()

_MAPPINGS = "Parameter mapping examples for REST APIs in API Gateway"
_QUOTAS = "Amazon API Gateway quotas"
_INTEGRATION = "Integration (Amazon API Gateway API Reference)"
_PLACES = "(querystring|path|header)"
_METHOD_REQUEST = re.compile(rf"method\.request\.{_PLACES}\.[^\s.][^\s]*")
_INTEGRATION_REQUEST = re.compile(rf"integration\.request\.{_PLACES}\.[^\s.][^\s]*")
_METHOD_RESPONSE = re.compile(r"method\.response\.header\.[^\s.][^\s]*")
_REQUEST_VALUE = re.compile(
    r"'.*'|method\.request\.(querystring|path|header|multivaluequerystring|multivalueheader)\.\S+"
    r"|method\.request\.body(\..*|\[.*)?|context\.\S+|stageVariables\.\S+",
    re.DOTALL,
)
_RESPONSE_VALUE = re.compile(
    r"'.*'|integration\.response\.(header|multivalueheader)\.\S+"
    r"|integration\.response\.body(\..*|\[.*)?|context\.\S+|stageVariables\.\S+",
    re.DOTALL,
)
_DECLARED = re.compile(rf"method\.request\.{_PLACES}\.\S+")


def _wrong_place(path: str, name: str, example: str) -> Violation:
    place = example.rsplit(".", 1)[0]
    return violation(
        path, f"have names such as {example}", name, f"{place}.{name.rsplit('.', 1)[-1]}"
    )


@RULES.resource("APIGATEWAY-040", METHOD, page=_MAPPINGS)
def request_parameters(method: Resource) -> Iterator[Violation]:
    """Request parameters must have names and sources of the accepted form.

    API Gateway refuses names other than `method.request.…` and `integration.request.…`, and values
    that are neither static text in single quotes nor taken from the request.
    """
    for name in method.mapping("RequestParameters"):
        if not _METHOD_REQUEST.fullmatch(str(name)) and not is_unresolved(name):
            yield _wrong_place("RequestParameters", str(name), "method.request.querystring.name")
    path = "Integration.RequestParameters"
    for name, value in method.mapping(path).items():
        if not _INTEGRATION_REQUEST.fullmatch(str(name)) and not is_unresolved(name):
            yield _wrong_place(path, str(name), "integration.request.querystring.name")
        is_known = isinstance(value, str) and not is_unresolved(value)
        if is_known and not _REQUEST_VALUE.fullmatch(str(value)):
            requirement = "be a string in single quotes, or come from the request"
            yield violation(f"{path}.{name}", requirement, value, f"'{value}'")


@RULES.resource("APIGATEWAY-041", METHOD, page=_MAPPINGS)
def undeclared_parameters(method: Resource) -> Iterator[Violation]:
    """Request parameters must be declared before they are passed on.

    API Gateway refuses an integration that maps or caches by a parameter that the method does not
    list. Add it to the method's `RequestParameters`.
    """
    if is_unresolved(method.get("RequestParameters")):
        return
    declared = method.mapping("RequestParameters")
    path = "Integration.RequestParameters"
    for name, value in method.mapping(path).items():
        is_known = (
            isinstance(value, str) and _DECLARED.fullmatch(value) and not is_unresolved(value)
        )
        if is_known and value not in declared:
            requirement = "come from one of the method's `RequestParameters`"
            yield violation(f"{path}.{name}", requirement, value)
    for value in method.known("Integration.CacheKeyParameters"):
        passed = value in method.mapping(path)
        if value not in declared and not passed:
            requirement = "have parameters of `RequestParameters`"
            yield violation("Integration.CacheKeyParameters", requirement, value)


def _answers(method: Resource) -> dict[str, Mapping[str, object]]:
    """Return the headers of a method's responses by status code; none if one is unknown."""
    paths = method.paths("MethodResponses")
    codes = {
        str(method.get(f"{path}.StatusCode")): method.mapping(f"{path}.ResponseParameters")
        for path in paths
    }
    said = [*codes, *(method.get(f"{path}.ResponseParameters") for path in paths)]
    return {} if any(map(is_unresolved, said)) else codes


@RULES.resource("APIGATEWAY-042", METHOD, page=_MAPPINGS)
def response_parameters(method: Resource) -> Iterator[Violation]:
    """Response headers must be declared by the method.

    API Gateway refuses an integration response with a header that the `MethodResponses` of the same
    status code do not list, and values from unknown sources. Declare the header there.
    """
    for path in method.paths("MethodResponses"):
        for name in method.mapping(f"{path}.ResponseParameters"):
            if not _METHOD_RESPONSE.fullmatch(str(name)):
                example = "method.response.header.name"
                yield _wrong_place(f"{path}.ResponseParameters", str(name), example)
    codes = _answers(method)
    for path in method.paths("Integration.IntegrationResponses"):
        code = str(method.get(f"{path}.StatusCode"))
        for name, value in method.mapping(f"{path}.ResponseParameters").items():
            if code in codes and name not in codes[code]:
                requirement = f"have headers of the `MethodResponses` with {code}"
                yield violation(f"{path}.ResponseParameters", requirement, name)
            text = isinstance(value, str) and not is_unresolved(value)
            if text and not _RESPONSE_VALUE.fullmatch(str(value)):
                requirement = "be a string in single quotes, or come from the integration"
                yield violation(
                    f"{path}.ResponseParameters.{name}", requirement, value, f"'{value}'"
                )


@RULES.resource("APIGATEWAY-047", METHOD, page=_INTEGRATION, severity=Severity.WARNING)
def response_codes(method: Resource) -> Iterator[Violation]:
    """`StatusCode` of an integration response must be declared by the method.

    The API deploys, but answers status 500 where the code is missing in `MethodResponses`. Declare
    it there.
    """
    codes = _answers(method)
    for path in method.paths("Integration.IntegrationResponses"):
        code = str(method.get(f"{path}.StatusCode"))
        if codes and code not in codes and not is_unresolved(code):
            requirement = "be a `StatusCode` of `MethodResponses`"
            yield violation(f"{path}.StatusCode", requirement, code, next(iter(codes)))


def _is_edge(method: Resource) -> bool | None:
    """Return whether the API is edge-optimized; None if that is unknown."""
    api = method.reference("RestApiId")
    types = [] if api is None else listed(api.get("EndpointConfiguration.Types"))
    if any(is_unresolved(item) for item in types):
        return None
    return api is not None and types in ([], ["EDGE"])


def _is_streamed(method: Resource) -> bool | None:
    """Return whether the integration streams its response; None if that is unknown."""
    mode = method.get("Integration.ResponseTransferMode")
    return None if is_unresolved(mode) else mode == "STREAM"


@RULES.resource("APIGATEWAY-043", METHOD, page=_QUOTAS)
def timeout(method: Resource) -> Iterator[Violation]:
    """`TimeoutInMillis` must be within the limits of the endpoint type.

    API Gateway refuses integration time-outs below 50 milliseconds and, on edge-optimized APIs,
    above 29 seconds. Streamed responses may take 15 minutes.
    """
    path = "Integration.TimeoutInMillis"
    low, high = values.INTEGRATION_TIMEOUT_MS
    streamed = _is_streamed(method)
    if streamed is None:
        return
    if streamed:
        high = values.STREAMING_TIMEOUT_MS
    value = method.number(path)
    bounded = streamed or _is_edge(method)
    if value is not None and (value < low or (value > high and bounded)):
        nearest = low if value < low else high
        yield violation(path, f"be between {low} and {high} milliseconds", int(value), nearest)


@RULES.resource("APIGATEWAY-044", METHOD, page=_QUOTAS, severity=Severity.WARNING)
def timeout_above_quota(method: Resource) -> Iterator[Violation]:
    """`TimeoutInMillis` above 29 seconds requires a raised quota.

    The deployment of a regional or private API fails unless AWS has raised the account's quota for
    integration time-outs. Request an increase, or answer asynchronously.
    """
    path = "Integration.TimeoutInMillis"
    high = values.INTEGRATION_TIMEOUT_MS[1]
    value = method.number(path)
    if _is_streamed(method) is not False:
        return
    if value is not None and value > high and _is_edge(method) is False:
        requirement = f"be at most {high} milliseconds, unless AWS has raised the quota"
        yield violation(path, requirement, int(value), high)


@RULES.resource("APIGATEWAY-045", METHOD, page=_INTEGRATION)
def integration(method: Resource) -> Iterator[Violation]:
    """Integrations must have the properties that their type requires.

    API Gateway refuses an integration without a `Uri` or `IntegrationHttpMethod`, and a VPC link
    without a `ConnectionId` or with a type other than HTTP.
    """
    kind = method.text("Integration.Type")
    if kind in ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY"):
        if method.get("Integration.Uri") is None:
            yield violation("Integration.Uri", f"be set with the `Type` {kind}", None)
        if method.get("Integration.IntegrationHttpMethod") is None:
            path = "Integration.IntegrationHttpMethod"
            yield violation(path, f"be set with the `Type` {kind}", None, "POST")
    link = method.text("Integration.ConnectionType") == "VPC_LINK"
    if link and method.get("Integration.ConnectionId") is None:
        yield violation("Integration.ConnectionId", "be set with VPC_LINK", None)
    if link and kind in ("AWS", "AWS_PROXY", "MOCK"):
        yield violation(
            "Integration.Type", "be HTTP or HTTP_PROXY with VPC_LINK", kind, "HTTP_PROXY"
        )


@RULES.resource(
    "APIGATEWAY-046",
    METHOD,
    page="Lambda proxy integrations in API Gateway",
    severity=Severity.WARNING,
)
def lambda_verb(method: Resource) -> Iterator[Violation]:
    """`IntegrationHttpMethod` must be POST for Lambda functions.

    API Gateway calls Lambda with this verb, and Lambda only accepts POST: requests fail with status
    500 otherwise. The verb of the method itself may differ.
    """
    uri = method.get("Integration.Uri")
    verb = method.text("Integration.IntegrationHttpMethod")
    if (
        isinstance(uri, str)
        and "/functions/" in uri.partition(":lambda:path/")[2]
        and verb not in (None, "POST")
    ):
        yield violation("Integration.IntegrationHttpMethod", "be POST for a function", verb, "POST")
