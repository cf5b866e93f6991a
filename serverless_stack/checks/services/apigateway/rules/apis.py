"""Rules on REST APIs themselves."""

from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_length,
    check_range,
    violation,
)
from serverless_stack.checks.services.apigateway import limits as values
from serverless_stack.checks.services.apigateway.rules.stages import DEPLOYMENT

RULES = RuleList()

_API = "AWS::ApiGateway::RestApi"
_DOMAIN = "AWS::ApiGateway::DomainName"
_REST_API = "RestApi (Amazon API Gateway API Reference)"
_ENDPOINTS = "API endpoint types for REST APIs in API Gateway"
_TYPES = ("EDGE", "REGIONAL", "PRIVATE")


@RULES.resource("APIGATEWAY-020", _API, page="Payload compression for REST APIs in API Gateway")
def compression(api: Resource) -> Iterator[Violation]:
    """`MinimumCompressionSize` must be between 0 and 10 MiB.

    API Gateway refuses the API with any other size. Leave the property out to turn compression off.
    """
    path = "MinimumCompressionSize"
    yield from check_range(api, path, *values.COMPRESSION_BYTES, "bytes")


@RULES.resource("APIGATEWAY-021", _API, page="Binary media types for REST APIs in API Gateway")
def binary_media_types(api: Resource) -> Iterator[Violation]:
    """`BinaryMediaTypes` must be distinct media types.

    API Gateway refuses entries that are not media types, such as `image/png` or `*/*`, and entries
    that are repeated.
    """
    known = api.known("BinaryMediaTypes")
    for message in values.binary_media_type_problems(known, "BinaryMediaTypes"):
        yield Violation("BinaryMediaTypes", known, message)


@RULES.resource("APIGATEWAY-022", _API, _DOMAIN, page=_ENDPOINTS)
def endpoint_type(api: Resource) -> Iterator[Violation]:
    """`EndpointConfiguration` must have one endpoint type.

    API Gateway refuses several types, types other than `EDGE`, `REGIONAL` and `PRIVATE`, and VPC
    endpoints for an API that is not private.
    """
    path = "EndpointConfiguration.Types"
    types = api.items(path)
    if len(types) > 1:
        yield violation(path, "have one type", types, types[0])
    for item in api.known(path):
        if item not in _TYPES:
            yield violation(path, f"be one of {', '.join(_TYPES)}", item, "REGIONAL")
    endpoints = "EndpointConfiguration.VpcEndpointIds"
    if api.items(endpoints) and types and types[0] in ("EDGE", "REGIONAL"):
        yield violation(endpoints, f"be absent with the type {types[0]}", api.get(endpoints))


@RULES.resource("APIGATEWAY-023", DEPLOYMENT, page="Private REST APIs in API Gateway")
def private_policy(deployment: Resource) -> Iterator[Violation]:
    """Private APIs require a resource policy.

    API Gateway refuses to deploy a private API without a `Policy`. Add one that allows
    `execute-api:Invoke` from your VPC or VPC endpoints.
    """
    api = deployment.reference("RestApiId")
    if api is None or api.type != _API or api.items("EndpointConfiguration.Types") != ["PRIVATE"]:
        return
    if api.get("Policy") is None and api.get("Body") is None and api.get("BodyS3Location") is None:
        yield violation("Policy", "be set for a private API", None, resource=api.logical_id)


@RULES.resource("APIGATEWAY-024", _API, page=_REST_API)
def name(api: Resource) -> Iterator[Violation]:
    """REST APIs must have a name or one definition, and a short description.

    API Gateway refuses an API with neither a `Name` nor an OpenAPI definition, with both `Body` and
    `BodyS3Location`, or with a `Description` of more than 1,024 characters.
    """
    described = api.get("Body") is not None or api.get("BodyS3Location") is not None
    if not described and api.get("Name") in (None, "") and api.get("CloneFrom") is None:
        yield violation("Name", "be set without a `Body`", api.get("Name"))
    if api.get("Body") is not None and api.get("BodyS3Location") is not None:
        yield violation("BodyS3Location", "be absent with a `Body`", "both")
    yield from check_length(api, "Description", 1024)


@RULES.resource(
    "APIGATEWAY-025", "AWS::ApiGateway::Model", page="Model (Amazon API Gateway API Reference)"
)
def model(model: Resource) -> Iterator[Violation]:
    """`Name` of a model must have letters and digits only.

    API Gateway refuses to create the model otherwise. Leave out hyphens, underscores and spaces.
    """
    name = model.text("Name")
    if name is not None and not (name.isascii() and name.isalnum()):
        nearest = "".join(letter for letter in name if letter.isascii() and letter.isalnum())
        yield violation("Name", "have letters and digits only", name, nearest or None)


@RULES.resource(
    "APIGATEWAY-026", "AWS::ApiGateway::GatewayResponse", page="Gateway responses for REST APIs"
)
def gateway_response(response: Resource) -> Iterator[Violation]:
    """Gateway responses must map headers from accepted sources.

    API Gateway refuses names that do not begin with `gatewayresponse.header.`, values that are
    neither in single quotes nor from the request, and status codes that are not between 100 and
    599.
    """
    for name, value in response.mapping("ResponseParameters").items():
        if not str(name).startswith("gatewayresponse.header."):
            nearest = f"gatewayresponse.header.{str(name).rsplit('.', 1)[-1]}"
            requirement = "have names that begin with gatewayresponse.header."
            yield violation("ResponseParameters", requirement, name, nearest)
        is_known = isinstance(value, str) and not is_unresolved(value)
        sources = ("'", "method.request.", "context.", "stageVariables.")
        if is_known and not str(value).startswith(sources):
            requirement = "be a string in single quotes, or come from the request"
            yield violation(f"ResponseParameters.{name}", requirement, value, f"'{value}'")
    code = response.text("StatusCode")
    if code is not None and not (len(code) == 3 and code.isdecimal() and "1" <= code[0] <= "5"):
        yield violation("StatusCode", "be between 100 and 599", code)


@RULES.resource(
    "APIGATEWAY-027", "AWS::ApiGateway::VpcLink", page="VpcLink (Amazon API Gateway API Reference)"
)
def vpc_link(link: Resource) -> Iterator[Violation]:
    """`TargetArns` must be one Network Load Balancer.

    A VPC link of a REST API cannot be created for several targets or for an Application Load
    Balancer. Use a VPC link of an HTTP API for those.
    """
    targets = link.items("TargetArns")
    if len(targets) > 1:
        yield violation("TargetArns", "have one load balancer", len(targets), 1)
    for path in link.paths("TargetArns"):
        balancer = link.reference(path)
        kind = None if balancer is None else balancer.text("Type") or "application"
        if balancer is None or not balancer.type.endswith("V2::LoadBalancer"):
            continue
        if kind != "network" and not is_unresolved(balancer.get("Type")):
            yield violation(path, "be a Network Load Balancer", kind, "network")
