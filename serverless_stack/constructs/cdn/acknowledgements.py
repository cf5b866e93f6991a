"""Acknowledge what a distribution does not have by default, with the argument that adds it."""

from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.constructs._internal.acknowledge import (
    Finding,
    acknowledge_all,
    acknowledge_rule_of_cdk,
    skip_in_checkov,
)
from serverless_stack.constructs.profiles.profile import Profile

_CERTIFICATE = (
    "CloudFront chooses the minimum TLS version of its own domain names; `domain` replaces it"
)
_COUNTRIES = "the distribution answers in all countries; the argument `countries` restricts it"
_WEB_ACL = "AWS WAF is billed by the month; the argument `waf` adds a web ACL"
_ACCESS_LOG = "requests are logged by standard logging (v2), or `access_log` turned the log off"


def acknowledge_missing(
    distribution: cloudfront.Distribution,
    profile: Profile,
    *,
    has_certificate: bool,
    has_countries: bool,
    has_web_acl: bool,
    has_log: bool,
) -> None:
    """Acknowledge the findings about what the distribution does not have.

    Args:
        distribution: The distribution.
        profile: Its profile.
        has_certificate: Whether it has a certificate.
        has_countries: Whether it is restricted to countries.
        has_web_acl: Whether it has a web ACL.
        has_log: Whether requests are logged.
    """
    findings, skips = [], {}
    if not has_certificate:
        findings.append(Finding("CFR4", _CERTIFICATE))
        skips["CKV_AWS_174"] = _CERTIFICATE
    if not has_countries:
        findings.append(Finding("CFR1", _COUNTRIES))
    if not has_web_acl:
        findings.append(Finding("CFR2", _WEB_ACL))
        skips["CKV_AWS_68"] = _WEB_ACL
    if not has_log:
        findings.append(Finding("CFR3", _ACCESS_LOG))
        skips["CKV_AWS_86"] = _ACCESS_LOG
    acknowledge_all(distribution, findings, profile=profile)
    skip_in_checkov(distribution, skips, profile=profile)


def acknowledge_replaced_errors(distribution: cloudfront.Distribution) -> None:
    """Acknowledge that an error page replaces the answers of an API, which was asked for.

    Args:
        distribution: The distribution.
    """
    reason = "the error page was asked to, by `replace_api_errors=True`"
    acknowledge_rule_of_cdk(distribution, "serverless-stack::CROSS-SERVICE-023", reason)
