"""Rules on APIs as origins of distributions."""

from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.cross_service.distributions import DISTRIBUTION, Route, routes
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

# "Use managed origin request policies": those that send the viewer's Host header on.
_ALL_VIEWER: Final = {
    "216adef6-5c7f-47e4-b989-5492eafa07d3": "AllViewer",
    "33f36d7e-f396-46d9-90e0-52428a34d9dc": "AllViewerAndCloudFrontHeaders-2022-06",
}
_EXCEPT_HOST: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac (AllViewerExceptHostHeader)"


@RULES.resource(
    "CROSS-SERVICE-020",
    DISTRIBUTION,
    page="Use managed origin request policies",
    severity=Severity.WARNING,
)
def host_header(distribution: Resource) -> Iterator[Violation]:
    """APIs behind CloudFront must not receive the viewer's Host header.

    API Gateway and function URLs find their API by the Host header, and answer status 403 to the
    viewer's. Use the managed policy AllViewerExceptHostHeader.
    """
    for route in routes(distribution):
        if route.is_api and not route.is_rewritten:
            yield from _sends_host(route)


@RULES.resource(
    "CROSS-SERVICE-021",
    DISTRIBUTION,
    page="Control access to REST APIs using IAM permissions",
    severity=Severity.WARNING,
)
def signed_api(distribution: Resource) -> Iterator[Violation]:
    """APIs behind CloudFront must not require IAM authorization.

    CloudFront does not sign requests to API Gateway, and changes the host that clients have signed,
    so that each request is denied. Use another authorizer.
    """
    for route in routes(distribution):
        api = route.rest_api
        if api is None or route.is_rewritten:
            continue
        method = distribution.template.once(_signed_methods).get(api.logical_id)
        if method is not None:
            requirement = (
                "lead to an API without IAM authorization, as CloudFront does not sign requests "
                "to an API and changes the host that viewers sign for"
            )
            yield violation(f"{route.path}.TargetOriginId", requirement, method)


@RULES.resource(
    "CROSS-SERVICE-022",
    DISTRIBUTION,
    page="Restrict access to an AWS Lambda function URL origin",
    severity=Severity.WARNING,
)
def signed_function_url(distribution: Resource) -> Iterator[Violation]:
    """Function URLs with IAM authorization require an origin access control.

    CloudFront signs requests to a function URL only with an origin access control of type `lambda`.
    Each request is denied without it.
    """
    for route in routes(distribution):
        url = route.url
        if url is None or route.is_rewritten or route.has_control():
            continue
        if url.get("AuthType") == "AWS_IAM":
            path = f"{route.origin}.OriginAccessControlId"
            requirement = (
                f"be an origin access control of type lambda, as {url.logical_id} takes signed "
                "requests only"
            )
            yield violation(path, requirement, None)


def _signed_methods(template: Template) -> Mapping[str, str]:
    """Return the first method or route with IAM authorization of each API."""
    signed: dict[str, str] = {}
    for method in template.of_type("AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route"):
        api = method.reference("RestApiId") or method.reference("ApiId")
        preflight = method.get("HttpMethod") == "OPTIONS"  # which is never signed
        if api is not None and method.get("AuthorizationType") == "AWS_IAM" and not preflight:
            signed.setdefault(api.logical_id, method.logical_id)
    return signed


def _sends_host(route: Route) -> Iterator[Violation]:
    distribution = route.distribution
    path = f"{route.path}.OriginRequestPolicyId"
    managed = distribution.text(path)
    if managed in _ALL_VIEWER:
        shown = f"{managed} ({_ALL_VIEWER[managed]})"
        yield violation(path, "not send the Host header to an API", shown, _EXCEPT_HOST)
    policy = distribution.reference(path)
    if policy is not None and _has_host(policy, "OriginRequestPolicyConfig.HeadersConfig"):
        yield violation(path, "not send the Host header to an API", policy.logical_id, _EXCEPT_HOST)
    path = f"{route.path}.CachePolicyId"
    policy = distribution.reference(path)
    headers = "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig"
    if policy is not None and _has_host(policy, headers):
        yield violation(path, "not send the Host header to an API", policy.logical_id)
    path = f"{route.path}.ForwardedValues.Headers"
    for header in distribution.items(path):
        if isinstance(header, str) and header.lower() in ("*", "host"):
            yield violation(path, "not send the Host header to an API", header)


def _has_host(policy: Resource, path: str) -> bool:
    behaviour = policy.get(f"{path}.HeaderBehavior")
    if behaviour in ("allViewer", "allViewerAndWhitelistCloudFront"):
        return True
    value = policy.get(f"{path}.Headers")
    if isinstance(value, dict):  # some templates nest the list
        value = value.get("Items")
    names = (
        [item.lower() for item in value if isinstance(item, str)] if isinstance(value, list) else []
    )
    if behaviour == "whitelist":
        return "host" in names
    is_known = isinstance(value, list) and len(names) == len(value)
    return behaviour == "allExcept" and is_known and "host" not in names and not _unknown(names)


def _unknown(names: list[str]) -> bool:
    return any("${token[" in name for name in names)
