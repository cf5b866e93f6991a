"""Rules on HTTP and WebSocket APIs."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template
from serverless_stack.checks.engine.violations import Violation, check_range, violation

RULES = RuleList()

_API = "AWS::ApiGatewayV2::Api"
_ROUTE = "AWS::ApiGatewayV2::Route"
_STAGE = "AWS::ApiGatewayV2::Stage"
_INTEGRATION = "AWS::ApiGatewayV2::Integration"
_AUTHORIZER = "AWS::ApiGatewayV2::Authorizer"
_ROUTES = "Create routes for HTTP APIs in API Gateway"
_APIS = "Apis (Amazon API Gateway V2 API Reference)"
_INTEGRATIONS = "Integration (Amazon API Gateway V2 API Reference)"
_HTTP_ROUTE = re.compile(r"\$default|(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /\S*")
_SELECTION = ("$request.method $request.path", "${request.method} ${request.path}")
_STAGE_NAME = re.compile(r"\$default|[a-zA-Z0-9_-]{1,128}")


def _protocol(resource: Resource) -> str | None:
    api = resource.reference("ApiId")
    return api.text("ProtocolType") if api is not None and api.type == _API else None


@RULES.resource("APIGATEWAY-070", _API, page=_APIS)
def api(api: Resource) -> Iterator[Violation]:
    """APIs must have the properties of their protocol only.

    API Gateway refuses a WebSocket API without a `RouteSelectionExpression` or with properties of
    HTTP APIs, and an HTTP API with another route selection than by method and path.
    """
    protocol = api.text("ProtocolType")
    selection = api.get("RouteSelectionExpression")
    if protocol == "WEBSOCKET":
        if selection is None:
            path = "RouteSelectionExpression"
            yield violation(path, "be set for a WebSocket API", None, "$request.body.action")
        for name in ("CorsConfiguration", "Target", "RouteKey", "CredentialsArn"):
            if api.get(name) is not None:
                yield violation(name, "be absent for a WebSocket API", api.get(name))
    is_known = isinstance(selection, str) and not is_unresolved(selection)
    if protocol == "HTTP" and is_known and selection not in _SELECTION:
        path = "RouteSelectionExpression"
        yield violation(path, f"be {_SELECTION[0]} for an HTTP API", selection, _SELECTION[0])


@RULES.resource("APIGATEWAY-071", _API, page="Configure CORS for HTTP APIs in API Gateway")
def cors(api: Resource) -> Iterator[Violation]:
    """`AllowOrigins` must name origins if credentials are allowed.

    API Gateway refuses `*` together with `AllowCredentials`, and a `MaxAge` outside -1 to 86,400
    seconds. List the origins.
    """
    place = "CorsConfiguration"
    if api.boolean(f"{place}.AllowCredentials"):
        path = f"{place}.AllowOrigins"
        if "*" in api.known(path):
            yield violation(path, "not have * with `AllowCredentials`", "*")
    yield from check_range(api, f"{place}.MaxAge", -1, 86400, "seconds")


@RULES.resource("APIGATEWAY-072", _ROUTE, page=_ROUTES)
def route_key(route: Resource) -> Iterator[Violation]:
    """`RouteKey` must be $default, or a verb and a path.

    API Gateway refuses other route keys on HTTP APIs. Write `GET /orders/{id}`.
    """
    key = route.text("RouteKey")
    if key is not None and _protocol(route) == "HTTP" and not _HTTP_ROUTE.fullmatch(key):
        verb, _, path = key.partition(" ")
        nearest = f"{verb.upper()} /{path.lstrip('/')}"
        hint = nearest if _HTTP_ROUTE.fullmatch(nearest) else None
        yield violation("RouteKey", "be $default, or a verb, a space and a path", key, hint)


@RULES.template("APIGATEWAY-073", page=_ROUTES)
def one_route(template: Template) -> Iterator[Violation]:
    """`RouteKey` must be unique within an API.

    The second route fails because it already exists. Remove one of them.
    """
    seen: dict[tuple[str, str], str] = {}
    for route in template.of_type(_ROUTE):
        api, key = route.get("ApiId"), route.text("RouteKey")
        if not isinstance(api, Reference) or key is None or "Condition" in route.attributes:
            continue
        first = seen.setdefault((api.logical_id, key), route.logical_id)
        if first != route.logical_id:
            requirement = f"differ from the route {first}"
            yield violation("RouteKey", requirement, key, resource=route.logical_id)


@RULES.resource("APIGATEWAY-074", _ROUTE, page=_ROUTES)
def authorization(route: Resource) -> Iterator[Violation]:
    """`AuthorizationType` of a route must match its authorizer.

    API Gateway refuses a JWT or CUSTOM route without an `AuthorizerId`, or with an authorizer of
    another type.
    """
    kind = route.text("AuthorizationType")
    if kind in ("JWT", "CUSTOM") and route.get("AuthorizerId") is None:
        yield violation("AuthorizerId", f"be set with the `AuthorizationType` {kind}", None)
    authorizer = route.reference("AuthorizerId")
    found = authorizer.text("AuthorizerType") if authorizer is not None else None
    requirement = {"JWT": "JWT", "REQUEST": "CUSTOM"}.get(found or "")
    if requirement is not None and kind is not None and kind != requirement:
        rule = f"be {requirement} with an authorizer of {found}"
        yield violation("AuthorizationType", rule, kind, requirement)


@RULES.resource("APIGATEWAY-075", _INTEGRATION, page=_INTEGRATIONS)
def integration(integration: Resource) -> Iterator[Violation]:
    """Integrations must have the properties that their API requires.

    API Gateway refuses time-outs and integration types that the protocol does not support, Lambda
    integrations of HTTP APIs without a `PayloadFormatVersion`, and VPC links without a
    `ConnectionId`.
    """
    protocol = _protocol(integration)
    if protocol is not None:
        most = 29_000 if protocol == "WEBSOCKET" else 30_000
        yield from check_range(integration, "TimeoutInMillis", 50, most, "milliseconds")
    kind = integration.text("IntegrationType")
    version = integration.get("PayloadFormatVersion")
    if protocol == "HTTP" and kind == "AWS_PROXY" and version is None:
        path = "PayloadFormatVersion"
        yield violation(path, "be set for a function behind an HTTP API", None, "2.0")
    if protocol == "HTTP" and kind in ("AWS", "HTTP", "MOCK"):
        yield violation("IntegrationType", "be AWS_PROXY or HTTP_PROXY for an HTTP API", kind)
    linked = integration.text("ConnectionType") == "VPC_LINK"
    if linked and integration.get("ConnectionId") is None:
        yield violation("ConnectionId", "be set with VPC_LINK", None)


@RULES.resource("APIGATEWAY-076", _STAGE, page="Stages for HTTP APIs in API Gateway")
def stage_name(stage: Resource) -> Iterator[Violation]:
    """`StageName` must be $default or 1 to 128 plain characters.

    API Gateway refuses other names, and `$default` on WebSocket APIs.
    """
    name = stage.text("StageName")
    if name is None:
        return
    if not _STAGE_NAME.fullmatch(name):
        requirement = "be $default, or 1 to 128 letters, digits, hyphens and underscores"
        yield violation("StageName", requirement, name)
    elif name == "$default" and _protocol(stage) == "WEBSOCKET":
        yield violation("StageName", "not be $default for a WebSocket API", name, "prod")


@RULES.resource(
    "APIGATEWAY-077", _AUTHORIZER, page="Control access to HTTP APIs with JWT authorizers"
)
def authorizer(authorizer: Resource) -> Iterator[Violation]:
    """Authorizers must have the properties that their type requires.

    API Gateway refuses a JWT authorizer without an issuer that begins with https://, an audience or
    an identity source in the request, and a request authorizer without an `AuthorizerUri`.
    """
    yield from check_range(authorizer, "AuthorizerResultTtlInSeconds", 0, 3600, "seconds")
    kind = authorizer.text("AuthorizerType")
    if kind == "JWT":
        issuer = authorizer.get("JwtConfiguration.Issuer")
        path = "JwtConfiguration.Issuer"
        if issuer is None:
            yield violation(path, "be set for a JWT authorizer", None)
        elif isinstance(issuer, str) and issuer[:1] not in "${#" and "://" not in issuer:
            yield violation(path, "begin with https://", issuer, f"https://{issuer}")
        if authorizer.get("JwtConfiguration.Audience") in (None, []):
            yield violation("JwtConfiguration.Audience", "have an audience", None)
        for source in authorizer.known("IdentitySource"):
            if not source.startswith("$request."):
                nearest = "$request.header.Authorization"
                yield violation("IdentitySource", "begin with $request.", source, nearest)
    if kind == "REQUEST" and authorizer.get("AuthorizerUri") is None:
        yield violation("AuthorizerUri", "be set with the `AuthorizerType` REQUEST", None)
