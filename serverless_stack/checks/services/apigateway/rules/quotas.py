"""Rules on the quotas of a REST, HTTP or WebSocket API, which AWS raises on request."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template, identity
from serverless_stack.checks.engine.values import parsed_json
from serverless_stack.checks.engine.violations import Violation
from serverless_stack.checks.services.apigateway.operations import API, paths_of
from serverless_stack.checks.services.iam.documents import size_of

RULES = RuleList()

MAX_RESOURCES: Final = 300
MAX_AUTHORIZERS: Final = 10
MAX_STAGES: Final = 10
MAX_POLICY: Final = 8192

_REST: Final = "Quotas for configuring and running a REST API in API Gateway"
_UNLESS: Final = "unless AWS has raised the quota"
_SPLIT: Final = "; handle many paths by one `{proxy+}`, or split the API"
_POLICY_IN_DEFINITION: Final = "x-amazon-apigateway-policy"


def _counted(template: Template, type_: str, api: str) -> Iterator[tuple[str, str, int]]:
    """Yield the first resource of a type of each API, the API, and how many there are.

    Resources that exist under a condition are not counted.
    """
    found: dict[object, list[Resource]] = {}
    for resource in template.always(type_):
        key = identity(resource.get(api))
        if key is not None:
            found.setdefault(key, []).append(resource)
    for resources in found.values():
        owner = resources[0].get(api)
        named = owner.logical_id if isinstance(owner, Reference) else str(owner)
        yield resources[0].logical_id, named, len(resources)


def _above(
    template: Template, type_: str, api: str, maximum: int, noun: str, advice: str = ""
) -> Iterator[Violation]:
    for logical_id, owner, count in _counted(template, type_, api):
        if count > maximum:
            message = f"`{api}` must have at most {maximum} {noun} {_UNLESS}, got: {count}"
            yield Violation(api, count, f"{message} of {owner}{advice}", logical_id)


@RULES.template("APIGATEWAY-090", page=_REST, severity=Severity.WARNING)
def resources(template: Template) -> Iterator[Violation]:
    """APIs with more than 300 resources or routes require a raised quota.

    API Gateway refuses the 301st path of a REST API, and the 301st route of an HTTP API. Handle
    many paths by one `{proxy+}`, split the API, or request an increase.
    """
    for type_, api_id, noun in (
        ("AWS::ApiGateway::Resource", "RestApiId", "resources"),
        ("AWS::ApiGatewayV2::Route", "ApiId", "routes"),
    ):
        yield from _above(template, type_, api_id, MAX_RESOURCES, noun, _SPLIT)
    for api in template.of_type(API):
        count = len(paths_of(api))
        if count > MAX_RESOURCES:
            message = f"`Body.paths` must have at most {MAX_RESOURCES} resources {_UNLESS}"
            yield Violation("Body.paths", count, f"{message}, got: {count}{_SPLIT}", api.logical_id)


@RULES.template("APIGATEWAY-091", page=_REST, severity=Severity.WARNING)
def authorizers(template: Template) -> Iterator[Violation]:
    """APIs with more than 10 authorizers require a raised quota.

    API Gateway refuses the 11th authorizer. Share an authorizer among routes, several user pools
    in one Cognito authorizer, or request an increase.
    """
    for type_, api in (
        ("AWS::ApiGateway::Authorizer", "RestApiId"),
        ("AWS::ApiGatewayV2::Authorizer", "ApiId"),
    ):
        yield from _above(template, type_, api, MAX_AUTHORIZERS, "authorizers")


@RULES.template("APIGATEWAY-092", page=_REST, severity=Severity.WARNING)
def stages(template: Template) -> Iterator[Violation]:
    """APIs with more than 10 stages require a raised quota.

    API Gateway refuses the 11th stage. Use an API of its own for each environment, or request an
    increase.
    """
    yield from _above(template, "AWS::ApiGateway::Stage", "RestApiId", MAX_STAGES, "stages")
    yield from _above(template, "AWS::ApiGatewayV2::Stage", "ApiId", MAX_STAGES, "stages")


@RULES.resource("APIGATEWAY-093", API, page=_REST, severity=Severity.WARNING)
def policy(api: Resource) -> Iterator[Violation]:
    """Resource policies of more than 8,192 characters require a raised quota.

    API Gateway refuses a longer `Policy`. Merge statements and address ranges, filter addresses in
    AWS WAF, or request an increase.
    """
    for path in ("Policy", f"Body.{_POLICY_IN_DEFINITION}"):
        document = api.get(path)
        if isinstance(document, str):
            document = parsed_json(document)
        size = size_of(document, spaces=False)
        if size > MAX_POLICY:
            message = f"`{path}` must have at most {MAX_POLICY:,} characters {_UNLESS}"
            unknown = "; values known only at deploy time are not counted"
            yield Violation(path, size, f"{message}, got: {size:,} or more{unknown}")
