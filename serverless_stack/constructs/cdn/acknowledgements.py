"""What a distribution does not have until the user decides: a certificate, countries, a web ACL."""

from collections.abc import Sequence

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs._internal.acknowledge import acknowledge, skip_in_checkov
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS

_CERTIFICATE = (
    "without a `certificate` of an own domain CloudFront sets the least TLS version of its own"
)
_COUNTRIES = "it answers everywhere until `countries` says where its users are"
_WEB_ACL = "a web ACL of CloudFront is made in us-east-1 and shared; `web_acl_id` takes it"
_ACCESS_LOG = "`access_log` was turned off for this distribution"


def acknowledge_decisions(
    distribution: cloudfront.Distribution,
    profile: Profile,
    *,
    certificate: acm.ICertificate | None,
    countries: Sequence[str],
    web_acl_id: str | None,
    log_bucket: s3.IBucket | None,
) -> None:
    """Acknowledge the findings of each decision that was not made.

    Args:
        distribution: The distribution.
        profile: Its profile.
        certificate: The certificate, or None.
        countries: The countries that it answers in; none for all.
        web_acl_id: The web ACL, or None.
        log_bucket: Where its accesses are logged, or None.
    """
    skips = {}
    if certificate is None:
        acknowledge(distribution, "CFR4", _CERTIFICATE, profile=profile)
        skips["CKV_AWS_174"] = _CERTIFICATE
    if not countries:
        acknowledge(distribution, "CFR1", _COUNTRIES, profile=profile)
    if web_acl_id is None:
        acknowledge(distribution, "CFR2", _WEB_ACL, profile=profile)
        skips["CKV_AWS_68"] = _WEB_ACL
    if log_bucket is None:
        acknowledge(distribution, "CFR3", _ACCESS_LOG, packs=(AWS_SOLUTIONS,), profile=profile)
    skip_in_checkov(distribution, skips, profile=profile)
