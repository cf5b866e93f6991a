"""Domain names of distributions and their certificates."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross.distributions import DISTRIBUTION
from serverless_stack.checks.cross.regions import region_of
from serverless_stack.checks.registry import Problem, must, rule
from serverless_stack.checks.template import Resource

_PAGE: Final = "Requirements for using SSL/TLS certificates with CloudFront"
_CERTIFICATE: Final = "DistributionConfig.ViewerCertificate"


@rule("XS-090", DISTRIBUTION, page=_PAGE)
def alias(distribution: Resource) -> Iterator[Problem]:
    """A distribution with a domain name of its own has a certificate for it."""
    aliases = distribution.items("DistributionConfig.Aliases")
    given = distribution.get(_CERTIFICATE)
    if not aliases or (given is not None and not isinstance(given, dict)):
        return
    names = [name for name in given or {} if name in ("AcmCertificateArn", "IamCertificateId")]
    default = distribution.boolean(f"{_CERTIFICATE}.CloudFrontDefaultCertificate")
    if not names and (not given or default):
        wanted = f"have an AcmCertificateArn for {aliases[0]}"
        yield must(_CERTIFICATE, wanted, given)


@rule("XS-091", DISTRIBUTION, page=_PAGE)
def certificate_region(distribution: Resource) -> Iterator[Problem]:
    """The certificate of a distribution is in us-east-1."""
    path = f"{_CERTIFICATE}.AcmCertificateArn"
    region = region_of(distribution, path, "AWS::CertificateManager::Certificate")
    if region not in (None, "us-east-1"):
        yield must(path, "be of a certificate in us-east-1", region, "us-east-1")
