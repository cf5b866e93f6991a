"""Acknowledge what an API does not have by default, with the argument that adds it."""

from aws_cdk import aws_apigateway as apigateway

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    acknowledge,
    skip_in_checkov,
)
from serverless_stack.constructs.api.auth import Auth
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS, NIST, PCI

_VALIDATION = "every request is passed to the function unchanged, and the function validates it"
_AUTHORIZER = "the function checks its callers; the argument `auth` says who they are"
_CACHE = "answers may depend on the caller; the argument `cache` says which of them are kept"
_WEB_ACL = "requests are throttled; AWS WAF is billed by the month, and `waf` adds it"
_ACCESS_LOG = "the logs were turned off by the argument `access_log`"


def acknowledge_missing(
    api: apigateway.RestApi,
    profile: Profile,
    *,
    auth: Auth,
    has_cache: bool,
    has_waf: bool,
    has_logs: bool,
) -> None:
    """Acknowledge the findings about what the API does not have.

    Args:
        api: The API.
        profile: Its profile.
        auth: Who may call it.
        has_cache: Whether it has a cache.
        has_waf: Whether it has a web ACL.
        has_logs: Whether requests and errors are logged.
    """
    acknowledge(api, "APIG2", _VALIDATION, profile=profile)
    if auth.kind == "public":
        acknowledge(api, "APIG4", _AUTHORIZER, profile=profile)
        acknowledge(api, "COG4", _AUTHORIZER, profile=profile)
        for method in api.methods:
            skip_in_checkov(method, {"CKV_AWS_59": _AUTHORIZER}, profile=profile)
    if not has_cache:
        acknowledge(
            api, "APIGWCacheEnabledAndEncrypted", _CACHE, packs=ALL_STANDARDS, profile=profile
        )
        skip_in_checkov(api.deployment_stage, {"CKV_AWS_120": _CACHE}, profile=profile)
    if not has_waf:
        acknowledge(api, "APIG3", _WEB_ACL, profile=profile)
        acknowledge(api, "APIGWAssociatedWithWAF", _WEB_ACL, packs=(NIST, PCI), profile=profile)
    if not has_logs:
        for rule in ("APIG1", "APIG6"):
            acknowledge(api, rule, _ACCESS_LOG, packs=(AWS_SOLUTIONS,), profile=profile)
        rule = "APIGWExecutionLoggingEnabled"
        acknowledge(api, rule, _ACCESS_LOG, packs=ALL_STANDARDS, profile=profile)
