"""What stands before and behind an API: AWS WAF, and a certificate that proves who it is."""

from aws_cdk import Aws, Fn, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs.profiles.profile import Profile

# AWS's own rules; bodies of more than 8 KB are counted, not refused, because uploads have them.
_RULES = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
}


def protect(
    scope: Construct,
    stage: apigateway.Stage,
    profile: Profile,
    *,
    web_acl: bool | str,
    log_retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
) -> wafv2.CfnWebACL | None:
    """Put AWS WAF before a stage.

    Args:
        scope: The construct of the API.
        stage: Its stage.
        profile: Its profile.
        web_acl: Whether to make a web ACL, or the ARN of one.
        log_retention: How long the web ACL's log is kept. None takes the profile's.
        removal_policy: What happens to that log when the stack is deleted. None takes the
            profile's.

    Returns:
        The web ACL that was made, or None.
    """
    if web_acl is False:
        return None
    made = None
    if web_acl is True:
        made = _web_acl(scope)
        logged = log_group(
            scope,
            "WebAclLogs",
            profile,
            retention=log_retention,
            removal_policy=removal_policy,
            # WAF wants this beginning, and the stack's id keeps a log that outlives it apart.
            name=f"aws-waf-logs-{Fn.select(2, Fn.split('/', Aws.STACK_ID))}-{scope.node.addr[:12]}",
        )
        wafv2.CfnLoggingConfiguration(
            scope,
            "WebAclLogging",
            resource_arn=made.attr_arn,
            log_destination_configs=[
                Stack.of(scope).format_arn(
                    service="logs", resource=f"log-group:{logged.log_group_name}"
                )
            ],
        )
    wafv2.CfnWebACLAssociation(
        scope,
        "WebAclAssociation",
        resource_arn=stage.stage_arn,
        web_acl_arn=made.attr_arn if made else str(web_acl),
    )
    return made


def _web_acl(scope: Construct) -> wafv2.CfnWebACL:
    kinds = wafv2.CfnWebACL
    rules = [
        kinds.RuleProperty(
            name=name,
            priority=priority,
            override_action=kinds.OverrideActionProperty(none={}),
            statement=kinds.StatementProperty(
                managed_rule_group_statement=kinds.ManagedRuleGroupStatementProperty(
                    vendor_name="AWS",
                    name=name,
                    rule_action_overrides=[
                        kinds.RuleActionOverrideProperty(
                            name=counted,
                            action_to_use=kinds.RuleActionProperty(count={}),
                        )
                        for counted in only_counted
                    ]
                    or None,
                )
            ),
            visibility_config=_seen_as(name),
        )
        for priority, (name, only_counted) in enumerate(_RULES.items())
    ]
    return kinds(
        scope,
        "WebAcl",
        description=f"Before {scope.node.path}"[:256],
        scope="REGIONAL",
        default_action=kinds.DefaultActionProperty(allow={}),
        rules=rules,
        visibility_config=_seen_as("WebAcl"),
    )


def _seen_as(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
    )


def execution_log_group(
    scope: Construct,
    api: apigateway.RestApi,
    profile: Profile,
    *,
    retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
) -> logs.LogGroup:
    """Make the log group of an API's own errors before API Gateway makes one that never ends.

    Args:
        scope: The construct of the API.
        api: The API.
        profile: Its profile.
        retention: How long it is kept. None takes the profile's.
        removal_policy: What happens to it when the stack is deleted. None takes the profile's.
    """
    stage = api.deployment_stage
    raw = stage.node.default_child
    assert isinstance(raw, apigateway.CfnStage)  # it is what a Stage makes
    made = log_group(
        scope,
        "ExecutionLogs",
        profile,
        retention=retention,
        removal_policy=removal_policy,
        # "Set up CloudWatch logging for REST APIs"; the stage itself comes after its log group.
        name=f"API-Gateway-Execution-Logs_{api.rest_api_id}/{raw.stage_name}",
    )
    stage.node.add_dependency(made)
    return made


def identify(scope: Construct, api: apigateway.RestApi) -> None:
    """Give a stage a certificate by which what is behind the API knows it.

    Args:
        scope: The construct of the API.
        api: The API.
    """
    raw = api.deployment_stage.node.default_child
    assert isinstance(raw, apigateway.CfnStage)  # it is what a Stage makes
    certificate = apigateway.CfnClientCertificate(
        scope, "ClientCertificate", description=scope.node.path
    )
    raw.client_certificate_id = certificate.ref
