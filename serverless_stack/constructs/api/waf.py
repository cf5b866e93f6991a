"""AWS WAF in front of the stages of an API."""

from collections.abc import Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.constructs._internal.waf import Waf, create_web_acl
from serverless_stack.constructs.profiles.profile import Profile


def attach_waf(
    scope: Construct,
    stages: Mapping[str, apigateway.Stage],
    profile: Profile,
    waf: Waf,
    *,
    log_retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
) -> wafv2.CfnWebACL | None:
    """Associate a web ACL with every stage.

    Args:
        scope: The construct of the API.
        stages: The stages, by name.
        profile: The profile of the construct.
        waf: Which web ACL.
        log_retention: How long the log of a managed web ACL is kept. Default: set by the profile.
        removal_policy: What happens to that log when the stack is deleted. Default: set by the
            profile.

    Returns:
        The web ACL, if one was created.
    """
    managed, arn = None, waf.arn
    if waf.kind == "managed":
        managed = create_web_acl(
            scope,
            waf,
            "REGIONAL",
            profile,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        arn = managed.attr_arn
    for place, (name, stage) in enumerate(stages.items() if arn is not None else ()):
        wafv2.CfnWebACLAssociation(
            scope,
            f"WebAclAssociation-{name}" if place else "WebAclAssociation",
            resource_arn=stage.stage_arn,
            web_acl_arn=str(arn),
        )
    return managed
