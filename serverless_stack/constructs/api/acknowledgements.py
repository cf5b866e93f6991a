"""Acknowledge what an API does not have by default, with the argument that adds it."""

from collections.abc import Sequence

from aws_cdk import aws_apigateway as apigateway

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    Finding,
    acknowledge_all,
    skip_in_checkov,
)
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import NIST, PCI

_VALIDATION = "every request is passed to the function unchanged, and the function validates it"
_CACHE = "answers may depend on the caller; the argument `cache` says which of them are kept"
_WEB_ACL = "requests are throttled; AWS WAF is billed by the month, and `waf` adds it"
_ACCESS_LOG = "the logs were turned off by the argument `access_log`"


def acknowledge_missing(
    api: apigateway.RestApi,
    stage: apigateway.Stage,
    profile: Profile,
    findings: Sequence[Finding],
    *,
    has_cache: bool,
    has_waf: bool,
    has_logs: bool,
) -> None:
    """Acknowledge the findings about what the API does not have.

    Args:
        api: The API.
        stage: Its first stage.
        profile: Its profile.
        findings: Findings to acknowledge before them.
        has_cache: Whether it has a cache.
        has_waf: Whether it has a web ACL.
        has_logs: Whether requests and errors are logged.
    """
    missing = [Finding("APIG2", _VALIDATION)]
    if not has_cache:
        missing.append(Finding("APIGWCacheEnabledAndEncrypted", _CACHE, ALL_STANDARDS))
        skip_in_checkov(stage, {"CKV_AWS_120": _CACHE}, profile=profile)
    if not has_waf:
        missing.append(Finding("APIG3", _WEB_ACL))
        missing.append(Finding("APIGWAssociatedWithWAF", _WEB_ACL, (NIST, PCI)))
    if not has_logs:
        missing += [Finding("APIG1", _ACCESS_LOG), Finding("APIG6", _ACCESS_LOG)]
        missing.append(Finding("APIGWExecutionLoggingEnabled", _ACCESS_LOG, ALL_STANDARDS))
    acknowledge_all(api, [*findings, *missing], profile=profile)
