"""AWS WAF in front of an API or a distribution: AWS's managed rules, or an existing web ACL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.names import description_of, stack_uuid
from serverless_stack.constructs._internal.tree import stack_of
from serverless_stack.constructs.profiles.profile import Profile

Scope = Literal["REGIONAL", "CLOUDFRONT"]
_ARNS: dict[Scope, tuple[re.Pattern[str], str]] = {
    "REGIONAL": (
        re.compile(r"arn:[^:]+:wafv2:([^:]+):\d{12}:regional/webacl/[^/]+/[^/]+"),
        "a regional web ACL (arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID)",
    ),
    "CLOUDFRONT": (
        re.compile(r"arn:[^:]+:wafv2:(us-east-1):\d{12}:global/webacl/[^/]+/[^/]+"),
        "a web ACL with the scope CLOUDFRONT "
        "(arn:aws:wafv2:us-east-1:ACCOUNT:global/webacl/NAME/ID)",
    ),
}
RATE_PER_5_MINUTES = (10, 2_000_000_000)  # "Rate-based rule high-level settings in AWS WAF"
# The managed rule groups that need no settings of their own and cost nothing extra ("AWS Managed
# Rules rule groups list").
_PREFIX = "AWSManagedRules"
_GROUPS = (
    "AmazonIpReputationList",
    "CommonRuleSet",
    "KnownBadInputsRuleSet",
    "AdminProtectionRuleSet",
    "AnonymousIpList",
    "LinuxRuleSet",
    "PHPRuleSet",
    "SQLiRuleSet",
    "UnixRuleSet",
    "WindowsRuleSet",
    "WordPressRuleSet",
)
MANAGED_GROUPS = tuple(f"{_PREFIX}{name}" for name in _GROUPS)
_DEFAULT_GROUPS = MANAGED_GROUPS[:3]
# Rules that only count. Uploads have bodies of more than 8 KB.
_COUNTED_RULES = {"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",)}


@dataclass(frozen=True)
class Waf:
    """Whether AWS WAF protects an API or a distribution, and by which web ACL.

    Create it with ``Waf()``, ``Waf.existing(arn)`` or ``Waf.none()``.

    ``Waf()`` creates a web ACL with AWS's managed rules for common attacks, a rate rule, and a log
    group. At AWS's list price in us-east-1 it costs $9 a month, $1 of that for each group and for
    the rate rule, and $0.60 per million requests ("AWS WAF pricing").

    Attributes:
        rate_per_5_minutes: Requests of one IP address in five minutes above which it is blocked
            until it sends fewer, 10-2,000,000,000. An office or a mobile network may share one
            address. None: no limit per address.
        managed_groups: The managed rule groups of AWS to apply, by their names. Default: those
            against addresses with a bad reputation, common attacks and known bad inputs.
        kind: ``managed``, ``existing`` or ``none``.
        arn: The ARN of an existing web ACL, else None.
    """

    rate_per_5_minutes: int | None = 2000
    managed_groups: Sequence[str] = _DEFAULT_GROUPS
    kind: Literal["managed", "existing", "none"] = "managed"
    arn: str | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def existing(cls, arn: str) -> Waf:
        """Use a web ACL that exists.

        Args:
            arn: Its ARN: for an API, of a regional web ACL in the region of the stack; for a
                distribution, of one with the scope CLOUDFRONT.
        """
        return cls(kind="existing", arn=arn)

    @classmethod
    def none(cls) -> Waf:
        """Use no web ACL."""
        return cls(kind="none")


def waf_problems(waf: Waf, scope: Scope, region: str) -> list[str]:
    """Check a web ACL.

    Args:
        waf: The protection.
        scope: What it protects: ``REGIONAL`` for an API, ``CLOUDFRONT`` for a distribution.
        region: The region of the stack; a token passes.

    Returns:
        One message per problem.
    """
    problems = Problems()
    if waf.arn is not None and not is_unresolved(waf.arn):
        pattern, description = _ARNS[scope]
        found = pattern.fullmatch(waf.arn)
        if found is None:
            problems.fail(f"`waf` must have the ARN of {description}, got: {waf.arn!r}")
        elif scope == "REGIONAL" and not is_unresolved(region) and found[1] != region:
            problems.fail(
                f"`waf` must have a web ACL in {region}, the region of the stack, got: {waf.arn!r}"
            )
    if waf.rate_per_5_minutes is not None:
        rate = waf.rate_per_5_minutes
        problems.between("waf.rate_per_5_minutes", rate, *RATE_PER_5_MINUTES, "requests")
    for name in waf.managed_groups:
        problems.require(
            name in MANAGED_GROUPS,
            f"`waf.managed_groups` must have names of {', '.join(MANAGED_GROUPS)}, got: {name!r}; "
            "create a web ACL with other groups by CDK and pass Waf.existing(arn)",
        )
    problems.add(
        f"`waf.managed_groups` must not repeat a group, got: {name!r} more than once"
        for name in repeated(waf.managed_groups)
    )
    problems.require(
        waf.kind != "managed" or waf.managed_groups or waf.rate_per_5_minutes is not None,
        "`waf` must have a managed group or a rate, got: neither; Waf.none() is no web ACL",
    )
    return problems.messages


def create_web_acl(
    scope: Construct,
    waf: Waf,
    kind: Scope,
    profile: Profile,
    *,
    log_retention: logs.RetentionDays | None = None,
    removal_policy: RemovalPolicy | None = None,
) -> wafv2.CfnWebACL:
    """Create a web ACL with its log group.

    Args:
        scope: The parent construct, in us-east-1 for the kind ``CLOUDFRONT``.
        waf: Its rules.
        kind: What it protects: ``REGIONAL`` for an API, ``CLOUDFRONT`` for a distribution.
        profile: The profile of the parent.
        log_retention: How long its log is kept. Default: set by the profile.
        removal_policy: What happens to that log when the stack is deleted. Default: set by the
            profile.
    """
    web_acl = _web_acl(scope, waf, kind)
    group = log_group(
        scope,
        "WebAclLogs",
        profile,
        retention=log_retention,
        removal_policy=removal_policy,
        # AWS WAF requires the prefix. The id of the stack keeps the name free for a new stack
        # when the log group outlives this one.
        name=f"aws-waf-logs-{stack_uuid()}-{scope.node.addr[:12]}",
    )
    destination = stack_of(scope).format_arn(
        service="logs", resource=f"log-group:{group.log_group_name}"
    )
    wafv2.CfnLoggingConfiguration(
        scope,
        "WebAclLogging",
        resource_arn=web_acl.attr_arn,
        log_destination_configs=[destination],
    )
    return web_acl


def _web_acl(scope: Construct, waf: Waf, kind: Scope) -> wafv2.CfnWebACL:
    return wafv2.CfnWebACL(
        scope,
        "WebAcl",
        description=description_of(scope, "In front of"),
        scope=kind,
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        rules=[
            *(
                _managed_rule(name, priority, _COUNTED_RULES.get(name, ()))
                for priority, name in enumerate(waf.managed_groups)
            ),
            *(
                []
                if waf.rate_per_5_minutes is None
                else [_rate_rule(waf.rate_per_5_minutes, len(waf.managed_groups))]
            ),
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


def _rate_rule(requests: int, priority: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RatePerAddress",
        priority=priority,
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
