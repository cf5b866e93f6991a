"""AWS WAF in front of an API: a web ACL with AWS's managed rules, or an existing one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from aws_cdk import Aws, Fn, RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs.profiles.profile import Profile

_REGIONAL_ARN = re.compile(r"arn:[^:]+:wafv2:[^:]+:\d{12}:regional/webacl/[^/]+/[^/]+")
# The managed rule groups, and the rules of each that only count. Bodies of more than 8 KB are
# counted and not blocked, because uploads have them.
_RULE_GROUPS = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
}


@dataclass(frozen=True)
class Waf:
    """Whether AWS WAF protects an API, and by which web ACL.

    Create it with ``Waf()``, ``Waf.existing(arn)`` or ``Waf.none()``.

    ``Waf()`` creates a web ACL with AWS's managed rules for common attacks, and its log group. At
    AWS's list price in us-east-1 it costs $8 a month, $1 more with a rate rule, and $0.60 per
    million requests ("AWS WAF pricing").

    Attributes:
        rate_per_5_minutes: Requests of one IP address in five minutes above which it is blocked.
            Default: no limit per address.
        kind: ``managed``, ``existing`` or ``none``.
        arn: The ARN of an existing web ACL, else None.
    """

    rate_per_5_minutes: int | None = None
    kind: Literal["managed", "existing", "none"] = "managed"
    arn: str | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def existing(cls, arn: str) -> Waf:
        """Use a regional web ACL of the same region.

        Args:
            arn: Its ARN.
        """
        return cls(kind="existing", arn=arn)

    @classmethod
    def none(cls) -> Waf:
        """Use no web ACL."""
        return cls(kind="none")


def waf_problems(waf: Waf) -> list[str]:
    """Check a web ACL for an API.

    Args:
        waf: The protection.

    Returns:
        One message per problem.
    """
    arn = waf.arn
    if arn is None or is_unresolved(arn) or _REGIONAL_ARN.fullmatch(arn):
        return []
    return [
        "`waf` must have the ARN of a regional web ACL "
        f"(arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID), got: {arn!r}"
    ]


def attach_waf(
    scope: Construct,
    stage_arn: str,
    profile: Profile,
    waf: Waf,
    *,
    log_retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
) -> wafv2.CfnWebACL | None:
    """Associate a web ACL with a stage.

    Args:
        scope: The construct of the API.
        stage_arn: The ARN of the stage.
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
        managed = _managed_web_acl(scope, waf)
        arn = managed.attr_arn
        group = log_group(
            scope,
            "WebAclLogs",
            profile,
            retention=log_retention,
            removal_policy=removal_policy,
            # AWS WAF requires the prefix. The id of the stack keeps the name free for a new stack
            # when the log group outlives this one.
            name=f"aws-waf-logs-{Fn.select(2, Fn.split('/', Aws.STACK_ID))}-{scope.node.addr[:12]}",
        )
        destination = Stack.of(scope).format_arn(
            service="logs", resource=f"log-group:{group.log_group_name}"
        )
        wafv2.CfnLoggingConfiguration(
            scope, "WebAclLogging", resource_arn=arn, log_destination_configs=[destination]
        )
    if arn is not None:
        wafv2.CfnWebACLAssociation(
            scope, "WebAclAssociation", resource_arn=stage_arn, web_acl_arn=arn
        )
    return managed


def _managed_web_acl(scope: Construct, waf: Waf) -> wafv2.CfnWebACL:
    return wafv2.CfnWebACL(
        scope,
        "WebAcl",
        description=description_of(scope, "In front of"),
        scope="REGIONAL",
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        rules=[
            *(
                _managed_rule(name, priority, counted_rules)
                for priority, (name, counted_rules) in enumerate(_RULE_GROUPS.items())
            ),
            *([] if waf.rate_per_5_minutes is None else [_rate_rule(waf.rate_per_5_minutes)]),
        ],
        visibility_config=_metric("WebAcl"),
    )


def _managed_rule(
    name: str, priority: int, counted_rules: tuple[str, ...]
) -> wafv2.CfnWebACL.RuleProperty:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=name,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count)
                    for rule in counted_rules
                ]
                or None,
            )
        ),
        visibility_config=_metric(name),
    )


def _rate_rule(requests: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RatePerAddress",
        priority=len(_RULE_GROUPS),
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=requests, evaluation_window_sec=300
            )
        ),
        visibility_config=_metric("RatePerAddress"),
    )


def _metric(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
    )
