"""CdnDomain: domain names of your own for a distribution, with certificate and DNS records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.cdn.us_east_1 import (
    US_EAST_1,
    top_stack,
    us_east_1,
    value_between,
)

_Tls = cloudfront.SecurityPolicyProtocol
_TLS_POLICIES = (_Tls.TLS_V1_2_2021, _Tls.TLS_V1_2_2025, _Tls.TLS_V1_3_2025)
_RECORDS = (
    ("Ipv4", route53.ARecord),
    ("Ipv6", route53.AaaaRecord),
    ("Https", route53.HttpsRecord),
)


@dataclass(frozen=True)
class CdnDomain:
    """Domain names of your own for a distribution.

    The certificate is created in us-east-1, where CloudFront needs it, in a second stack if the
    stack of the distribution is not there. Each name gets an A, an AAAA and an HTTPS record; by the
    last one, browsers use HTTP/3 from their first request on.

    Attributes:
        name: The domain name, such as ``example.com`` or ``*.example.com``.
        aliases: Further names of the distribution, such as ``www.example.com``.
        zone: The public hosted zone of Route 53 with all names, or several zones. Default: none;
            create records for the domain name of the distribution where your DNS is.
        certificate: A certificate of AWS Certificate Manager in us-east-1 for all names. It may be
            in another stack of the app. Default: created, and validated in the ``zone``.
        tls: The oldest TLS version and the ciphers that viewers may use: TLS_V1_2_2021,
            TLS_V1_2_2025 or TLS_V1_3_2025 ("Supported protocols and ciphers between viewers and
            CloudFront").
    """

    name: str
    aliases: Sequence[str] = ()
    zone: route53.IHostedZone | route53.HostedZone | Sequence[route53.IHostedZone] | None = None
    certificate: acm.ICertificate | acm.Certificate | None = None
    tls: cloudfront.SecurityPolicyProtocol = _Tls.TLS_V1_2_2021

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @property
    def names(self) -> list[str]:
        """All names, the first one first."""
        return [self.name, *self.aliases]

    @property
    def zones(self) -> list[route53.IHostedZone]:
        """The hosted zones; none if the records are somewhere else."""
        if self.zone is None:
            return []
        return list(self.zone) if isinstance(self.zone, Sequence) else [self.zone]

    def zone_of(self, name: str) -> route53.IHostedZone | None:
        """Return the hosted zone of a name: the one with the longest name that holds it.

        Args:
            name: One of ``names``.
        """
        zones = [zone for zone in self.zones if _holds(zone, name)]
        return max(zones, key=lambda zone: len(zone.zone_name), default=None)


def domain_problems(domain: CdnDomain, scope: Construct) -> list[str]:
    """Check the domain names of a distribution.

    Args:
        domain: The domain names.
        scope: The parent of the distribution's construct.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.add(rules.alias_problems([domain.name], "domain.name"))
    problems.add(rules.alias_problems(domain.aliases, "domain.aliases"))
    problems.require(
        is_unresolved(domain.name)
        or domain.name.lower() not in [alias.lower() for alias in domain.aliases],
        f"`domain.aliases` must not repeat `domain.name`, got: {domain.name!r}",
    )
    problems.require(
        domain.tls in _TLS_POLICIES,
        f"`domain.tls` must be one of {', '.join(policy.name for policy in _TLS_POLICIES)}, "
        f"got: {domain.tls.name}",
    )
    problems.require(
        domain.certificate is not None or domain.zones,
        "`domain` must have a `certificate`, or a `zone` in which one is validated, got: neither",
    )
    if domain.certificate is not None:
        problems.add(_certificate_problems(domain.certificate))
    elif top_stack(scope).region != US_EAST_1 and any(map(is_unresolved, domain.names)):
        problems.fail(
            "`domain` must have names that are known at synthesis unless the stack is in "
            f"{US_EAST_1}, because its certificate is created before this stack, got: a token; "
            "write the name, or give a `certificate`"
        )
    for zone in domain.zones:
        problems.require(
            not isinstance(zone, route53.PrivateHostedZone),
            "`domain.zone` must be public, so that viewers find the names, got: "
            f"{path_of(zone)}; pass a PublicHostedZone",
        )
        if domain.certificate is None:
            problems.add(_validation_problems(zone, scope))
    for name in domain.names if domain.zones else ():
        problems.require(
            domain.zone_of(name),
            f"`domain.zone` must hold all names, got: {name!r} outside "
            f"{', '.join(zone.zone_name for zone in domain.zones)}; pass its zone as well",
        )
    return problems.messages


def _certificate_problems(certificate: acm.ICertificate) -> list[str]:
    arn, region = certificate.certificate_arn, certificate.env.region
    if is_unresolved(arn) and not is_unresolved(region) and region != US_EAST_1:
        return [
            f"`domain.certificate` must be in {US_EAST_1}, got: {path_of(certificate)} in "
            f"{region}; leave it out to have one created there"
        ]
    return rules.certificate_problems(arn, "domain.certificate")


def _validation_problems(zone: route53.IHostedZone, scope: Construct) -> list[str]:
    """List why a certificate in us-east-1 cannot be validated in a zone."""
    stack, home = top_stack(scope), top_stack(zone)
    if not is_unresolved(zone.hosted_zone_id) or stack.region == US_EAST_1:
        return []
    if home.node.addr == stack.node.addr:
        return [
            "`domain.zone` must be of another stack, or imported, because the certificate in "
            f"{US_EAST_1} is created before this stack, got: {path_of(zone)}; pass "
            "HostedZone.from_hosted_zone_attributes(…) or a `certificate`"
        ]
    if is_unresolved(home.region):
        return [
            f"`domain.zone` must be of a stack with a known region, got: {path_of(zone)}; set "
            f"env=cdk.Environment(region=…) of {path_of(home)}"
        ]
    return []


def _holds(zone: route53.IHostedZone, name: str) -> bool:
    if is_unresolved(zone.zone_name) or is_unresolved(name):  # a token in lower case is none
        return True
    outer, inner = zone.zone_name.lower().rstrip("."), name.lower()
    return inner == outer or inner.endswith(f".{outer}")


def certificate_of(scope: Construct, domain: CdnDomain) -> acm.ICertificate:
    """Return the certificate of a distribution; create it in us-east-1 if none is given.

    Args:
        scope: The construct of the distribution.
        domain: Its domain names.
    """
    given = domain.certificate
    if given is not None:
        arn = value_between(given, scope, "Arn", given.certificate_arn)
        if arn == given.certificate_arn:
            return given
        return acm.Certificate.from_certificate_arn(scope, "Certificate", arn)
    place = us_east_1(scope)
    there = {zone.node.addr: _zone_in(place.scope, zone) for zone in domain.zones}
    zones = {
        name: there[zone.node.addr]
        for name in domain.names
        if (zone := domain.zone_of(name)) is not None
    }
    certificate = acm.Certificate(
        place.scope,
        "Certificate",
        domain_name=domain.name,
        subject_alternative_names=list(domain.aliases) or None,
        validation=acm.CertificateValidation.from_dns_multi_zone(zones),
    )
    if not place.is_second_stack:
        return certificate
    arn = place.value("CertificateArn", certificate.certificate_arn)
    return acm.Certificate.from_certificate_arn(scope, "Certificate", arn)


def _zone_in(scope: Construct, zone: route53.IHostedZone) -> route53.IHostedZone:
    """Return a zone for use in another stack, maybe in another region."""
    if stack_of(scope).node.addr == stack_of(zone).node.addr:
        return zone
    zone_id = value_between(zone, scope, "Id", zone.hosted_zone_id)
    return route53.HostedZone.from_hosted_zone_attributes(
        scope, f"Zone{zone.node.addr[-8:]}", hosted_zone_id=zone_id, zone_name=zone.zone_name
    )


def add_records(
    scope: Construct, domain: CdnDomain, distribution: cloudfront.IDistribution
) -> None:
    """Create an A, an AAAA and an HTTPS record for each name, if there are zones.

    Args:
        scope: The construct of the distribution.
        domain: Its domain names.
        distribution: The distribution.
    """
    target = route53.RecordTarget.from_alias(targets.CloudFrontTarget(distribution))
    for place, name in enumerate(domain.names):
        zone = domain.zone_of(name)
        if zone is None:
            continue
        suffix = place if is_unresolved(name) else name
        for construct_id, record in _RECORDS:
            record(
                scope,
                f"{construct_id}-{suffix}" if place else construct_id,
                zone=zone,
                record_name=f"{name}.",  # the dot keeps CDK from adding the zone to a token
                target=target,
            )
