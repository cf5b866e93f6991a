"""What an API does not have until the user decides, and why that may stay so."""

from aws_cdk import aws_apigateway as apigateway

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    acknowledge,
    skip_in_checkov,
)
from serverless_stack.constructs.api.caching import ApiCache
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS, NIST, PCI

_VALIDATION = "every path and verb goes to the function as it came, and the function validates it"
_AUTHORIZER = "the function decides whom it answers until the API has an `authorizer`"
_NOT_COGNITO = "the API has an `authorizer`, which is not a user pool of Cognito"
_CACHE = "an answer may differ by who asks; `cache` says which may be kept, and by what they differ"
_WEB_ACL = "requests are throttled; AWS WAF is billed by the month, and `web_acl` adds it"
_ACCESS_LOG = "`access_log` was turned off, for an account without a CloudWatch role"


def acknowledge_decisions(
    api: apigateway.RestApi,
    profile: Profile,
    *,
    authorizer: apigateway.IAuthorizer | None,
    cache: ApiCache | None,
    protected: bool,
    logged: bool,
) -> None:
    """Acknowledge the findings of each decision that was not made.

    Args:
        api: The API.
        profile: Its profile.
        authorizer: Who lets requests in, or None.
        cache: The cache, or None.
        protected: Whether a web ACL is before it.
        logged: Whether requests and errors are logged.
    """
    acknowledge(api, "APIG2", _VALIDATION, profile=profile)
    if authorizer is None:
        acknowledge(api, "APIG4", _AUTHORIZER, profile=profile)
        acknowledge(api, "COG4", _AUTHORIZER, profile=profile)
        for method in api.methods:
            skip_in_checkov(method, {"CKV_AWS_59": _AUTHORIZER}, profile=profile)
    elif not isinstance(authorizer, apigateway.CognitoUserPoolsAuthorizer):
        acknowledge(api, "COG4", _NOT_COGNITO, profile=profile)
    if cache is None:
        acknowledge(
            api, "APIGWCacheEnabledAndEncrypted", _CACHE, packs=ALL_STANDARDS, profile=profile
        )
        skip_in_checkov(api.deployment_stage, {"CKV_AWS_120": _CACHE}, profile=profile)
    if not protected:
        acknowledge(api, "APIG3", _WEB_ACL, profile=profile)
        acknowledge(api, "APIGWAssociatedWithWAF", _WEB_ACL, packs=(NIST, PCI), profile=profile)
    if not logged:
        for rule in ("APIG1", "APIG6"):
            acknowledge(api, rule, _ACCESS_LOG, packs=(AWS_SOLUTIONS,), profile=profile)
        rule = "APIGWExecutionLoggingEnabled"
        acknowledge(api, rule, _ACCESS_LOG, packs=ALL_STANDARDS, profile=profile)
