"""Rules on domain names of APIs and their mappings."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.apigateway import limits as values
from serverless_stack.checks.services.apigateway.operations import API

RULES = RuleList()

_DOMAIN = "AWS::ApiGateway::DomainName"
_SECURITY = "Security policies for REST APIs in API Gateway"
_DOMAINS = "Custom domain name for public REST APIs in API Gateway"


@RULES.resource("APIGATEWAY-060", _DOMAIN, "AWS::ApiGatewayV2::DomainName", page=_DOMAINS)
def domain_name(domain: Resource) -> Iterator[Violation]:
    """`DomainName` must be a domain name in lower case.

    API Gateway refuses other names, with a scheme or path for example.
    """
    name = domain.text("DomainName")
    if name is not None and not values.DOMAIN_NAME.fullmatch(name):
        nearest = name.lower() if values.DOMAIN_NAME.fullmatch(name.lower()) else None
        yield violation("DomainName", "be a domain name in lower case", name, nearest)


@RULES.resource("APIGATEWAY-061", _DOMAIN, page=_DOMAINS)
def certificate(domain: Resource) -> Iterator[Violation]:
    """Certificates must be in the region of the endpoint.

    API Gateway refuses a certificate of another region: edge-optimized domain names need one in
    us-east-1, regional ones in the region of the stack, each in its own property.
    """
    types = domain.items("EndpointConfiguration.Types")
    own = domain.template.region
    for path, region in (("CertificateArn", "us-east-1"), ("RegionalCertificateArn", own)):
        if path == "CertificateArn" and types == ["PRIVATE"]:
            continue
        arn = domain.get(path)
        parts = arn.split(":") if isinstance(arn, str) else []
        is_known = len(parts) > 5 and not is_unresolved(parts[3]) and region is not None
        if is_known and parts[3] != region:
            yield violation(path, f"be of {region}", arn)
    if types == ["REGIONAL"] and domain.get("CertificateArn") is not None:
        requirement = "be absent for a regional domain name, which has a `RegionalCertificateArn`"
        yield violation("CertificateArn", requirement, domain.get("CertificateArn"))
    if types == ["EDGE"] and domain.get("RegionalCertificateArn") is not None:
        requirement = "be absent for an edge-optimized domain name, which has a `CertificateArn`"
        yield violation("RegionalCertificateArn", requirement, domain.get("RegionalCertificateArn"))


@RULES.resource(
    "APIGATEWAY-062", _DOMAIN, page="How to turn on mutual TLS authentication in API Gateway"
)
def mutual_tls(domain: Resource) -> Iterator[Violation]:
    """Mutual TLS requires a regional domain name and a trust store in S3.

    API Gateway refuses mutual TLS on edge-optimized domain names and with TLS 1.0. Set the endpoint
    type to `REGIONAL` and `TruststoreUri` to an address that begins with s3://.
    """
    path = "MutualTlsAuthentication.TruststoreUri"
    uri = domain.get(path)
    if uri is None:
        return
    if isinstance(uri, str) and not uri.startswith(("${", "{{")) and not uri.startswith("s3://"):
        yield violation(path, "begin with s3://", uri)
    if domain.items("EndpointConfiguration.Types") in ([], ["EDGE"]):
        types = "EndpointConfiguration.Types"
        if not is_unresolved(domain.get(types)):
            yield violation(types, "be REGIONAL for mutual TLS", domain.get(types), "REGIONAL")
    if domain.text("SecurityPolicy") == "TLS_1_0":
        yield violation("SecurityPolicy", "be TLS_1_2 for mutual TLS", "TLS_1_0", "TLS_1_2")


@RULES.resource("APIGATEWAY-063", "AWS::ApiGateway::BasePathMapping", page=_DOMAINS)
def base_path(mapping: Resource) -> Iterator[Violation]:
    """`BasePath` must have allowed characters and no slash around it.

    API Gateway refuses the mapping otherwise. Leave the property out to map the whole domain.
    """
    path = mapping.text("BasePath")
    if path and not values.BASE_PATH.fullmatch(path):
        nearest = path.strip("/")
        hint = nearest if values.BASE_PATH.fullmatch(nearest) else None
        requirement = "have letters, digits and $-_.+!*'() only, and no slash around it"
        yield violation("BasePath", requirement, path, hint)


@RULES.resource("APIGATEWAY-064", API, _DOMAIN, page=_SECURITY)
def endpoint_access_mode(resource: Resource) -> Iterator[Violation]:
    """Enhanced security policies require an `EndpointAccessMode`.

    API Gateway refuses a `SecurityPolicy` that begins with SecurityPolicy_ without one. Set it to
    STRICT, or to BASIC while you move traffic to the policy.
    """
    policy = resource.text("SecurityPolicy")
    if policy is not None and policy.startswith("SecurityPolicy_"):
        mode = resource.get("EndpointAccessMode")
        if mode in (None, ""):
            requirement = f"be set with the `SecurityPolicy` {policy}"
            yield violation("EndpointAccessMode", requirement, mode, "STRICT")


@RULES.resource("APIGATEWAY-065", API, _DOMAIN, page=_SECURITY)
def endpoint_of_policy(resource: Resource) -> Iterator[Violation]:
    """Enhanced security policies must be for the endpoint type.

    API Gateway refuses policies that end in _EDGE on regional and private endpoints, and all others
    on edge-optimized ones.
    """
    policy = resource.text("SecurityPolicy")
    types = resource.get("EndpointConfiguration.Types")
    if policy is None or not policy.startswith("SecurityPolicy_") or not isinstance(types, list):
        return
    kind = types[0] if len(types) == 1 else None
    if kind not in ("EDGE", "REGIONAL", "PRIVATE"):
        return
    if policy.endswith("_EDGE") != (kind == "EDGE"):
        nearest = f"SecurityPolicy_{'TLS13_2025_EDGE' if kind == 'EDGE' else 'TLS13_1_3_2025_09'}"
        yield violation("SecurityPolicy", f"be one for {kind} endpoints", policy, nearest)


@RULES.resource(
    "APIGATEWAY-066",
    "AWS::ApiGateway::BasePathMapping",
    page="How to turn on mutual TLS authentication in API Gateway",
    severity=Severity.WARNING,
)
def default_endpoint(mapping: Resource) -> Iterator[Violation]:
    """Mutual TLS requires the default endpoint to be off.

    The API deploys, but clients without a certificate reach it at its `execute-api` address. Set
    `DisableExecuteApiEndpoint` to true.
    """
    domain, api = mapping.reference("DomainName"), mapping.reference("RestApiId")
    if domain is None or api is None or api.type != API:
        return
    if domain.get("MutualTlsAuthentication.TruststoreUri") is None:
        return
    if is_unresolved(domain.get("MutualTlsAuthentication")) or api.get("Policy") is not None:
        return
    path = "DisableExecuteApiEndpoint"
    body = api.get("Body")
    by_definition = is_unresolved(body) or api.get("BodyS3Location") is not None
    if isinstance(body, dict):
        text = str(body.get("x-amazon-apigateway-endpoint-configuration", "")) + str(
            body.get("servers", "")
        )
        by_definition = "disableExecuteApiEndpoint" in text
    if not by_definition and api.get(path) in (None, False, "false"):
        requirement = f"be true, as {domain.logical_id} requires mutual TLS"
        yield violation(path, requirement, api.get(path), "true", resource=api.logical_id)
