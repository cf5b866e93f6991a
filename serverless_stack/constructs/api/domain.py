"""Domain: a domain name of your own for an API, with its certificate and DNS records."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.api.tls import Tls, tls_problems

_EDGE_REGION = "us-east-1"


@dataclass(frozen=True)
class Domain:
    """A domain name for an API, or a path of one.

    Several APIs, or versions of one, share a domain by their base paths: the first creates it, the
    others take it with ``Domain.existing(first.domain_name, base_path="v2")``.

    Attributes:
        name: The domain name, in lower case, such as ``api.example.com``.
        certificate: A certificate of AWS Certificate Manager for the name: in the region of the
            stack or, with ``edge``, in us-east-1. Default: created, and validated in the
            ``hosted_zone``.
        hosted_zone: The public zone of Route 53 that gets an A and an AAAA record for the name.
            Default: none; create a CNAME record for ``domain_name.domain_name_alias_domain_name``.
        base_path: The first segment of the path, or several, such as ``v1``, which API Gateway
            removes. Default: none; the whole domain is the API's.
        mutual_tls: The trust store in S3 by which callers are admitted by their certificates.
            Default: callers show none.
        edge: Whether requests enter AWS at the nearest edge location. Default: in the region of
            the stack.
        tls: Which TLS versions and ciphers callers may use. Default: TLS 1.2 or newer.
        disable_default_endpoint: Whether the API has no other address than this one. Default: yes
            with ``mutual_tls``, which could be evaded otherwise.
        stage: The stage that answers. Default: the first one.
        existing_domain: A domain that exists already; see ``Domain.existing``.
    """

    name: str
    certificate: acm.ICertificate | acm.Certificate | None = None
    hosted_zone: route53.IHostedZone | route53.HostedZone | None = None
    base_path: str | None = None
    mutual_tls: apigateway.MTLSConfig | None = None
    edge: bool = False
    tls: Tls | None = None
    disable_default_endpoint: bool | None = None
    stage: str | None = None
    existing_domain: apigateway.IDomainName | apigateway.DomainName | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def existing(
        cls,
        domain: apigateway.IDomainName | apigateway.DomainName,
        *,
        base_path: str | None = None,
        disable_default_endpoint: bool | None = None,
        stage: str | None = None,
    ) -> Domain:
        """Use a domain that another API or stack has created.

        Args:
            domain: The domain: ``domain_name`` of another ``ProxyApi``, or one of CDK.
            base_path: The first segment of the path, or several. Default: the whole domain, which
                then has no other API.
            disable_default_endpoint: Whether the API has no other address. Default: it has.
            stage: The stage that answers. Default: the first one.
        """
        return cls(
            domain.domain_name,
            base_path=base_path,
            disable_default_endpoint=disable_default_endpoint,
            stage=stage,
            existing_domain=domain,
        )

    @property
    def disables_default_endpoint(self) -> bool:
        """Whether the API has no other address than this one."""
        if self.disable_default_endpoint is None:
            return self.mutual_tls is not None
        return self.disable_default_endpoint

    @property
    def url(self) -> str:
        """The URL of the API, with a slash at its end."""
        return f"https://{self.name}/{f'{self.base_path}/' if self.base_path else ''}"


def domain_problems(domain: Domain, stages: list[str], region: str, *, private: bool) -> list[str]:
    """Check the domain of an API.

    Args:
        domain: The domain.
        stages: The names of the API's stages.
        region: The region of the stack; may be a token.
        private: Whether the API can be reached from a VPC only.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.require(
        not private, "`domain` must be None for a private API, got: a domain, which is public"
    )
    if domain.base_path is not None:
        problems.add(rules.base_path_problems(domain.base_path, "domain.base_path"))
        problems.require(
            not domain.edge or "/" not in domain.base_path,
            "`domain.base_path` must be one segment for an edge-optimized domain, got: "
            f"{domain.base_path!r}",
        )
    problems.require(
        domain.stage is None or domain.stage in stages,
        f"`domain.stage` must be one of `stages`: {', '.join(stages)}, got: {domain.stage!r}",
    )
    if domain.existing_domain is not None:
        return problems.messages
    problems.add(rules.domain_name_problems(domain.name, "domain.name"))
    problems.require(
        domain.certificate is not None or domain.hosted_zone is not None,
        "`domain` must have a `certificate`, or a `hosted_zone` in which one is validated, got: "
        "neither",
    )
    _check_certificate(problems, domain, region)
    if domain.hosted_zone is not None:
        problems.require(
            not isinstance(domain.hosted_zone, route53.PrivateHostedZone),
            "`domain.hosted_zone` must be a public one, in which callers find the name, got: "
            f"{path_of(domain.hosted_zone)}; pass a PublicHostedZone",
        )
        zone = domain.hosted_zone.zone_name.rstrip(".")
        problems.require(
            is_unresolved(zone)
            or is_unresolved(domain.name)
            or domain.name == zone
            or domain.name.endswith(f".{zone}"),
            f"`domain.name` must be in the `hosted_zone` {zone}, got: {domain.name!r}",
        )
    if domain.tls is not None:
        problems.add(tls_problems(domain.tls, "domain.tls", edge=domain.edge))
    if domain.mutual_tls is not None:
        problems.require(not domain.edge, "`domain.edge` must be False for mutual TLS, got: True")
        problems.require(
            domain.tls is None or domain.tls.policy_name == "TLS_1_2",
            "`domain.tls` must be TLS_1_2, or left out, for mutual TLS, got: "
            f"{domain.tls.policy_name if domain.tls else None}",
        )
    return problems.messages


def _check_certificate(problems: Problems, domain: Domain, region: str) -> None:
    wanted = _EDGE_REGION if domain.edge else region
    if domain.certificate is None:
        problems.require(
            is_unresolved(region) or region == wanted,
            f"`domain.certificate` must be given for an edge-optimized domain in {region}, because "
            f"it has to be in {_EDGE_REGION}, got: none; create it in a stack there",
        )
        return
    parts = domain.certificate.certificate_arn.split(":")
    actual = parts[3] if len(parts) > 3 else None
    if actual is None or is_unresolved(actual) or is_unresolved(wanted):
        return
    problems.require(
        actual == wanted,
        f"`domain.certificate` must be in {wanted}, got: one in {actual}",
    )


def add_domain(
    scope: Construct, api: apigateway.RestApi, stage: apigateway.Stage, domain: Domain
) -> apigateway.IDomainName:
    """Create a domain, unless it exists, with its records, and map the API to it.

    Args:
        scope: The construct of the API.
        api: The API.
        stage: The stage that answers.
        domain: The domain.
    """
    front = domain.existing_domain or _create(scope, domain)
    if domain.base_path is not None and "/" in domain.base_path:
        apigatewayv2.CfnApiMapping(
            scope,
            "BasePathMapping",
            api_id=api.rest_api_id,
            api_mapping_key=domain.base_path,
            domain_name=front.domain_name,
            stage=stage.stage_name,
        )
    else:
        apigateway.BasePathMapping(
            scope,
            "BasePathMapping",
            domain_name=front,
            rest_api=api,
            base_path=domain.base_path,
            stage=stage,
        )
    return front


def _create(scope: Construct, domain: Domain) -> apigateway.DomainName:
    zone = domain.hosted_zone
    certificate = domain.certificate or acm.Certificate(
        scope,
        "Certificate",
        domain_name=domain.name,
        validation=acm.CertificateValidation.from_dns(zone),
    )
    kind = apigateway.EndpointType.EDGE if domain.edge else apigateway.EndpointType.REGIONAL
    front = apigateway.DomainName(
        scope,
        "Domain",
        domain_name=domain.name,
        certificate=certificate,
        endpoint_type=kind,
        security_policy=apigateway.SecurityPolicy.TLS_1_2,
        mtls=domain.mutual_tls,
    )
    if domain.tls is not None:
        raw = default_child(front, apigateway.CfnDomainName)
        raw.security_policy = domain.tls.policy_name
        raw.endpoint_access_mode = domain.tls.access_mode_name
    if zone is not None:
        target = route53.RecordTarget.from_alias(targets.ApiGatewayDomain(front))
        for construct_id, record in (("Ipv4", route53.ARecord), ("Ipv6", route53.AaaaRecord)):
            # The dot keeps CDK from adding the name of the zone to a token.
            record(scope, construct_id, zone=zone, record_name=f"{domain.name}.", target=target)
    return front
