"""Rules on authorizers, API keys and usage plans of REST APIs."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, check_range, violation
from serverless_stack.checks.services.apigateway.operations import API, operations
from serverless_stack.checks.services.apigateway.rules.stages import METHOD

RULES = RuleList()

_AUTHORIZER = "AWS::ApiGateway::Authorizer"
_AUTHORIZERS = "Authorizer (Amazon API Gateway API Reference)"
_METHOD = "Method (Amazon API Gateway API Reference)"
_USAGE = "Usage plans and API keys for REST APIs in API Gateway"
_KINDS = {"CUSTOM": ("TOKEN", "REQUEST"), "COGNITO_USER_POOLS": ("COGNITO_USER_POOLS",)}
_SOURCES = ("method.request.header.", "method.request.querystring.")
_MORE_SOURCES = (*_SOURCES, "stageVariables.", "context.")
_OFFSETS = {"DAY": (0, 0), "WEEK": (0, 6), "MONTH": (0, 27)}


@RULES.resource("APIGATEWAY-050", METHOD, page=_METHOD)
def authorizer_of_method(method: Resource) -> Iterator[Violation]:
    """`AuthorizationType` must match the authorizer.

    API Gateway refuses a method without the `AuthorizerId` that its type needs, with an authorizer
    of another type, or with scopes that only Cognito user pools have.
    """
    kind = method.text("AuthorizationType")
    given = method.get("AuthorizerId")
    if kind in _KINDS and given is None:
        yield violation("AuthorizerId", f"be set with the `AuthorizationType` {kind}", None)
    scopes = method.items("AuthorizationScopes")
    if scopes and kind not in (None, "COGNITO_USER_POOLS"):
        requirement = "be absent without the `AuthorizationType` COGNITO_USER_POOLS"
        yield violation("AuthorizationScopes", requirement, scopes)
    authorizer = method.reference("AuthorizerId")
    if kind not in _KINDS or authorizer is None or authorizer.type != _AUTHORIZER:
        return
    value = authorizer.text("Type")
    if value is not None and value not in _KINDS[kind]:
        nearest = next(name for name, kinds in _KINDS.items() if value in kinds or name != kind)
        yield violation(
            "AuthorizationType", f"be used with an authorizer of {value}", kind, nearest
        )


@RULES.resource("APIGATEWAY-051", _AUTHORIZER, page=_AUTHORIZERS)
def authorizer(authorizer: Resource) -> Iterator[Violation]:
    """Authorizers must have the properties that their type requires.

    API Gateway refuses a Lambda authorizer without an `AuthorizerUri`, a Cognito one without
    `ProviderARNs`, and a validation expression on a request authorizer.
    """
    kind = authorizer.text("Type")
    if kind in ("TOKEN", "REQUEST") and authorizer.get("AuthorizerUri") is None:
        yield violation("AuthorizerUri", f"be set with the `Type` {kind}", None)
    if kind == "COGNITO_USER_POOLS" and authorizer.get("ProviderARNs") in (None, []):
        yield violation("ProviderARNs", f"have a user pool with the `Type` {kind}", None)
    if kind == "REQUEST" and authorizer.get("IdentityValidationExpression") is not None:
        path = "IdentityValidationExpression"
        yield violation(path, "be absent with the `Type` REQUEST", authorizer.get(path))


@RULES.resource("APIGATEWAY-052", _AUTHORIZER, page=_AUTHORIZERS)
def identity_source(authorizer: Resource) -> Iterator[Violation]:
    """`IdentitySource` must be set in the form that the authorizer's type accepts.

    API Gateway refuses an authorizer that does not say where the caller's identity is. Name one
    header for token and Cognito authorizers; request authorizers accept headers, query strings,
    stage variables and context.
    """
    kind = authorizer.text("Type")
    source = authorizer.get("IdentitySource")
    ttl = authorizer.get("AuthorizerResultTtlInSeconds")
    seconds = authorizer.number("AuthorizerResultTtlInSeconds")
    cached = ttl is None or (seconds is not None and seconds > 0)
    if source in (None, ""):
        if kind in ("TOKEN", "COGNITO_USER_POOLS"):
            nearest = "method.request.header.Authorization"
            yield violation("IdentitySource", f"be set with the `Type` {kind}", source, nearest)
        elif kind == "REQUEST" and cached:
            requirement = (
                "be set with the `Type` REQUEST, unless `AuthorizerResultTtlInSeconds` is 0"
            )
            yield violation(
                "IdentitySource", requirement, source, "method.request.header.Authorization"
            )
        return
    known = authorizer.text("IdentitySource")
    sources = [part.strip() for part in known.split(",")] if known is not None else []
    for item in sources:
        header_only = kind in ("TOKEN", "COGNITO_USER_POOLS")
        accepted = _SOURCES[:1] if header_only else _MORE_SOURCES
        if kind is not None and (
            not item.startswith(accepted) or (header_only and len(sources) > 1)
        ):
            nearest = f"method.request.header.{item.rsplit('.', 1)[-1]}"
            requirement = "be one header" if header_only else f"begin with {', '.join(accepted)}"
            yield violation("IdentitySource", requirement, item, nearest)
            break


@RULES.resource("APIGATEWAY-053", _AUTHORIZER, page=_AUTHORIZERS)
def authorizer_time(authorizer: Resource) -> Iterator[Violation]:
    """`AuthorizerResultTtlInSeconds` must be between 0 and 3600 seconds.

    API Gateway refuses to cache an authorizer's result for longer. 0 turns the cache off.
    """
    yield from check_range(authorizer, "AuthorizerResultTtlInSeconds", 0, 3600, "seconds")


@RULES.resource("APIGATEWAY-054", "AWS::ApiGateway::UsagePlan", page=_USAGE)
def quota(plan: Resource) -> Iterator[Violation]:
    """`Quota` must have a period, a limit and an offset within the period.

    API Gateway refuses a usage plan with an incomplete quota, a limit below 1, or an offset beyond
    its period.
    """
    if not plan.mapping("Quota"):
        return
    period = plan.text("Quota.Period")
    for name in ("Period", "Limit"):
        if plan.get(f"Quota.{name}") is None:
            yield violation(f"Quota.{name}", "be set for a quota", None)
    limit = plan.number("Quota.Limit")
    if limit is not None and limit < 1:
        yield violation("Quota.Limit", "be 1 or more", int(limit), 1)
    if period in _OFFSETS:
        low, high = _OFFSETS[period]
        offset = plan.number("Quota.Offset")
        if offset is not None and not low <= offset <= high:
            requirement = f"be between {low} and {high} with the `Period` {period}"
            yield violation(
                "Quota.Offset", requirement, int(offset), min(max(int(offset), low), high)
            )


@RULES.resource(
    "APIGATEWAY-055", "AWS::ApiGateway::ApiKey", page="Set up API keys for REST APIs in API Gateway"
)
def api_key(key: Resource) -> Iterator[Violation]:
    """`Value` of an API key must have 20 to 128 characters.

    API Gateway refuses shorter and longer keys. Leave the value out to let API Gateway generate it.
    """
    value = key.get("Value")
    if isinstance(value, str) and not is_unresolved(value) and not 20 <= len(value) <= 128:
        nearest = 20 if len(value) < 20 else 128
        yield violation("Value", "have 20 to 128 characters", len(value), nearest)


@RULES.resource(
    "APIGATEWAY-056", "AWS::ApiGateway::UsagePlan", page=_USAGE, severity=Severity.WARNING
)
def plan_without_keys(plan: Resource) -> Iterator[Violation]:
    """Limits of usage plans require methods with `ApiKeyRequired`.

    The plan deploys, but throttles and counts nothing, because API Gateway identifies its callers
    by their API keys. Set `ApiKeyRequired` on the methods.
    """
    if not plan.mapping("Throttle") and not plan.mapping("Quota"):
        return
    for path in plan.paths("ApiStages"):
        api = plan.reference(f"{path}.ApiId")
        found = operations(api) if api is not None and api.type == API else None
        if api is not None and found and all(item.needs_key is False for item in found):
            requirement = "be an API with a method that has `ApiKeyRequired`"
            yield violation(f"{path}.ApiId", requirement, api.logical_id)


@RULES.template("APIGATEWAY-057", page=_USAGE, severity=Severity.WARNING)
def keys_without_plan(template: Template) -> Iterator[Violation]:
    """Methods with `ApiKeyRequired` require a usage plan.

    API Gateway answers status 403 to a key that belongs to no usage plan with the stage. Add an
    `AWS::ApiGateway::UsagePlan` and an `AWS::ApiGateway::UsagePlanKey`.
    """
    if any(template.of_type("AWS::ApiGateway::UsagePlan", "AWS::ApiGateway::UsagePlanKey")):
        return
    for key in template.of_type("AWS::ApiGateway::ApiKey"):
        if key.logical_id in template.exported:
            continue
        for path in key.paths("StageKeys"):
            api = key.reference(f"{path}.RestApiId")
            found = operations(api) if api is not None and api.type == API else None
            if any(item.needs_key for item in found or ()):
                requirement = "be a stage of a usage plan that has the key"
                value = key.text(f"{path}.StageName") or "a stage"
                yield violation(path, requirement, value, resource=key.logical_id)
