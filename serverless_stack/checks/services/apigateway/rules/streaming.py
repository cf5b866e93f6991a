"""Rules on integrations that stream their responses."""

import re
from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, known_part
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.apigateway.operations import (
    API,
    Operation,
    known_operations,
)
from serverless_stack.checks.services.apigateway.rules.caching import caching_stages

RULES = RuleList()

_PAGE: Final = "Stream the integration response for your proxy integrations in API Gateway"
_PROXIES: Final = ("AWS_PROXY", "HTTP_PROXY")
_INVOCATION: Final = re.compile(r"functions/.*/(response-streaming-)?invocations$")
_STREAMED: Final = "2021-11-15"
_EXAMPLE: Final = f".../{_STREAMED}/functions/ARN/response-streaming-invocations"


def _streaming(api: Resource) -> Iterator[Operation]:
    return (operation for operation in known_operations(api) if operation.streams)


@RULES.resource("APIGATEWAY-080", API, page=_PAGE)
def proxy(api: Resource) -> Iterator[Violation]:
    """`ResponseTransferMode` STREAM requires a proxy integration.

    API Gateway refuses to stream the response of other types of integrations, and of mocks. Use
    AWS_PROXY or HTTP_PROXY.
    """
    for operation in _streaming(api):
        if operation.kind and operation.kind not in _PROXIES:
            requirement = f"be {' or '.join(_PROXIES)} with the `ResponseTransferMode` STREAM"
            at, owner = operation.at("Type"), operation.resource.logical_id
            yield violation(at, requirement, operation.kind, _PROXIES[0], resource=owner)


@RULES.resource("APIGATEWAY-081", API, page=_PAGE, severity=Severity.WARNING)
def invocation(api: Resource) -> Iterator[Violation]:
    """`ResponseTransferMode` must match the way in which the function is invoked.

    Lambda streams a response only to URIs of the version 2021-11-15 that end in
    `response-streaming-invocations`, and API Gateway reads it only with the mode STREAM: requests
    fail otherwise.
    """
    for operation in known_operations(api):
        mode, uri = (
            operation.integration.get("ResponseTransferMode"),
            operation.integration.get("Uri"),
        )
        if not isinstance(uri, str) or is_unresolved(mode) or operation.kind != "AWS_PROXY":
            continue
        match = _INVOCATION.search(known_part(uri))
        if match is None or bool(match[1]) == operation.streams:
            continue
        owner = operation.resource.logical_id
        if operation.streams:
            requirement = "invoke the function for a streamed response"
            yield violation(operation.at("Uri"), requirement, match[0], _EXAMPLE, resource=owner)
        else:
            at = operation.at("ResponseTransferMode")
            requirement = "be STREAM with a URI of response-streaming-invocations"
            yield violation(at, requirement, mode, "STREAM", resource=owner)


@RULES.resource("APIGATEWAY-082", API, page=_PAGE, severity=Severity.WARNING)
def buffered(api: Resource) -> Iterator[Violation]:
    """Streamed responses must not be cached, compressed or transformed.

    API Gateway does none of these to a response that it does not buffer. Turn caching off for the
    method, compress in the function, and leave out `ResponseTemplates`.
    """
    for operation in _streaming(api):
        owner = operation.resource.logical_id
        at = operation.at("ResponseTransferMode")
        if api.number("MinimumCompressionSize") is not None:
            requirement = f"be BUFFERED with the `MinimumCompressionSize` of {api.logical_id}"
            yield violation(at, requirement, "STREAM", resource=owner)
        for stage in caching_stages(api, operation):
            requirement = f"be BUFFERED with the cache of {stage.logical_id}"
            yield violation(at, requirement, "STREAM", resource=owner)
        if _transforms(operation):
            requirement = "be BUFFERED with response templates"
            yield violation(at, requirement, "STREAM", resource=owner)


def _transforms(operation: Operation) -> bool:
    responses = operation.integration.get("IntegrationResponses")
    found = [mapping(item) for item in responses] if isinstance(responses, list) else []
    found += [mapping(item) for item in mapping(operation.integration.get("Responses")).values()]
    return any(
        mapping(response.get(name))
        for response in found
        for name in ("ResponseTemplates", "responseTemplates")
    )
