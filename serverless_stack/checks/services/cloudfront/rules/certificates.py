"""Rules on the domain names and certificates of distributions."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.cloudfront.limits import distribution as values
from serverless_stack.checks.services.cloudfront.rules.distribution import DISTRIBUTION

RULES = RuleList()

_CERTIFICATES = "ViewerCertificate (Amazon CloudFront API Reference)"
_CERTIFICATE = "DistributionConfig.ViewerCertificate"


@RULES.resource(
    "CLOUDFRONT-004", DISTRIBUTION, page="Requirements for using alternate domain names"
)
def certificate_of_aliases(distribution: Resource) -> Iterator[Violation]:
    """`Aliases` require a certificate.

    CloudFront refuses alternate domain names without a certificate that covers them. Add an ACM
    certificate of us-east-1 to `ViewerCertificate`.
    """
    aliases = distribution.items("DistributionConfig.Aliases")
    own = ("AcmCertificateArn", "IamCertificateId")
    if aliases and all(distribution.get(f"{_CERTIFICATE}.{name}") is None for name in own):
        path = "DistributionConfig.Aliases"
        yield violation(path, f"be used with a certificate in `{_CERTIFICATE}`", len(aliases))


@RULES.resource(
    "CLOUDFRONT-005", DISTRIBUTION, page="Requirements for using alternate domain names"
)
def aliases(distribution: Resource) -> Iterator[Violation]:
    """`Aliases` must be distinct domain names.

    CloudFront refuses names with a scheme, path or misplaced wildcard, and names that are repeated.
    """
    path = "DistributionConfig.Aliases"
    known = distribution.known(path)
    for message in values.alias_problems(known, path):
        yield Violation(path, known, message)


@RULES.template("CLOUDFRONT-006", page="Requirements for using alternate domain names")
def alias_of_one_distribution(template: Template) -> Iterator[Violation]:
    """`Aliases` must belong to one distribution.

    The second distribution fails, because a domain name can belong to one distribution in all of
    AWS. Remove it from one of them.
    """
    owners: dict[str, str] = {}
    for distribution in template.of_type(DISTRIBUTION):
        for alias in distribution.known("DistributionConfig.Aliases"):
            owner = owners.setdefault(alias.lower(), distribution.logical_id)
            if owner != distribution.logical_id and "Condition" not in distribution.attributes:
                yield violation(
                    "DistributionConfig.Aliases",
                    f"not have a domain name of another distribution ({owner})",
                    alias,
                    resource=distribution.logical_id,
                )


@RULES.resource(
    "CLOUDFRONT-007",
    DISTRIBUTION,
    page="Requirements for using SSL/TLS certificates with CloudFront",
)
def certificate_region(distribution: Resource) -> Iterator[Violation]:
    """Certificates must be in us-east-1.

    CloudFront only accepts certificates of AWS Certificate Manager in us-east-1, whatever the
    region of the stack. Create the certificate there and pass its ARN.
    """
    path = f"{_CERTIFICATE}.AcmCertificateArn"
    arn = distribution.get(path)
    if isinstance(arn, str):
        for message in values.certificate_problems(arn, path):
            yield Violation(path, arn, message)
    region = distribution.template.region
    certificate = distribution.reference(path)
    is_acm = certificate is not None and certificate.type == "AWS::CertificateManager::Certificate"
    if is_acm and region not in (None, "us-east-1"):
        yield violation(path, "be of AWS Certificate Manager in us-east-1", region)


@RULES.resource("CLOUDFRONT-008", DISTRIBUTION, page=_CERTIFICATES, severity=Severity.WARNING)
def tls_policy_without_certificate(distribution: Resource) -> Iterator[Violation]:
    """`MinimumProtocolVersion` requires a certificate of your own.

    The distribution deploys, but CloudFront's own certificate always accepts TLSv1. Use an
    alternate domain name with a certificate.
    """
    path = f"{_CERTIFICATE}.MinimumProtocolVersion"
    version = distribution.text(path)
    own = ("AcmCertificateArn", "IamCertificateId")
    if any(distribution.get(f"{_CERTIFICATE}.{name}") is not None for name in own):
        return
    if version not in (None, "TLSv1"):
        yield violation(
            path, "be used with a certificate; without one, CloudFront takes TLSv1", version
        )


@RULES.resource("CLOUDFRONT-009", DISTRIBUTION, page=_CERTIFICATES)
def viewer_certificate(distribution: Resource) -> Iterator[Violation]:
    """`ViewerCertificate` must have one certificate and a matching protocol.

    CloudFront refuses several certificates, a certificate without an `SslSupportMethod`, and
    minimum protocol versions that the method does not support.
    """
    if not distribution.mapping(_CERTIFICATE):
        return
    acm = distribution.get(f"{_CERTIFICATE}.AcmCertificateArn")
    iam = distribution.get(f"{_CERTIFICATE}.IamCertificateId")
    default = distribution.boolean(f"{_CERTIFICATE}.CloudFrontDefaultCertificate")
    given = [name for name, it in (("acm", acm), ("iam", iam), ("default", default)) if it]
    if len(given) > 1:
        yield violation(_CERTIFICATE, "have one certificate only", ", ".join(given))
    method = distribution.get(f"{_CERTIFICATE}.SslSupportMethod")
    if (acm or iam) and method is None:
        yield violation(
            f"{_CERTIFICATE}.SslSupportMethod", "be set with a certificate", None, "sni-only"
        )
    version = distribution.text(f"{_CERTIFICATE}.MinimumProtocolVersion")
    if method == "vip" and version not in (None, "SSLv3", "TLSv1"):
        path = f"{_CERTIFICATE}.MinimumProtocolVersion"
        yield violation(path, "be SSLv3 or TLSv1 with the `SslSupportMethod` vip", version, "TLSv1")
    if method == "sni-only" and version == "SSLv3":
        path = f"{_CERTIFICATE}.MinimumProtocolVersion"
        yield violation(path, "be TLSv1 or higher with sni-only", version, "TLSv1")
