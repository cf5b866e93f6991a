"""What keeps environments of a function ready: pings, provisioned concurrency, snapshots."""

from typing import Final

from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.connect import add_environment
from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.function.alias import find_live_alias, live_alias
from serverless_stack.constructs.function.warmth import Warmth
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import SERVERLESS

_WRAPPER: Final = "serverless_stack.runtime.warmth.handler"
_TARGETS_OF_A_RULE: Final = 5  # "Amazon EventBridge quotas"
# Pings arrive at about the same time. Each holds its environment, so that the next one needs
# another.
_HOLD_MILLISECONDS: Final = 200
_LOST_PING_REASON: Final = "a ping that is lost is followed by the next one"


def keep_warm(
    scope: Construct, function: lambda_.Function, warmth: Warmth, entry: str, profile: Profile
) -> None:
    """Keep environments of a function ready.

    Args:
        scope: The construct of the function.
        function: The function.
        warmth: How it is kept warm.
        entry: Its entry point.
        profile: Its profile.
    """
    raw = default_child(function, lambda_.CfnFunction)
    if warmth.kind == "snap_start":
        raw.snap_start = lambda_.CfnFunction.SnapStartProperty(apply_on="PublishedVersions")
        live_alias(scope, function)
    elif warmth.kind == "provisioned":
        _provision(live_alias(scope, function), warmth)
    else:
        raw.handler = _WRAPPER
        variables = {
            contract.USER_HANDLER: entry,
            contract.PING_TOKEN: stack_of(scope).stack_id,
        }
        add_environment(function, variables)
        _ping(scope, find_live_alias(scope) or function, warmth, profile)


def _provision(alias: lambda_.Alias, warmth: Warmth) -> None:
    if warmth.max_capacity is None:
        raw = default_child(alias, lambda_.CfnAlias)
        raw.provisioned_concurrency_config = (
            lambda_.CfnAlias.ProvisionedConcurrencyConfigurationProperty(
                provisioned_concurrent_executions=warmth.concurrency
            )
        )
        return
    # The number in the template would undo the scaling with each deployment.
    scaling = alias.add_auto_scaling(
        min_capacity=warmth.concurrency, max_capacity=warmth.max_capacity
    )
    scaling.scale_on_utilization(utilization_target=warmth.target_utilization)


def _ping(scope: Construct, target: lambda_.IFunction, warmth: Warmth, profile: Profile) -> None:
    """Create the rules, each of which calls the function by five targets at most."""
    every = int((warmth.every or minutes(5)).to_minutes())
    hold = _HOLD_MILLISECONDS if warmth.concurrency > 1 else 0
    token = stack_of(scope).stack_id
    event = f'{{"{contract.PING_KEY}":"{token}","{contract.PING_HOLD_KEY}":{hold}}}'
    home = Construct(scope, "Warmth")
    for first in range(0, warmth.concurrency, _TARGETS_OF_A_RULE):
        last = min(first + _TARGETS_OF_A_RULE, warmth.concurrency)
        rule = events.CfnRule(
            home,
            f"Rule{first // _TARGETS_OF_A_RULE or ''}",
            description=f"Keeps {path_of(scope)} warm",
            schedule_expression=f"rate({every} minute{'' if every == 1 else 's'})",
            targets=[
                events.CfnRule.TargetProperty(
                    id=f"Ping{number}",
                    arn=target.function_arn,
                    input=event,
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_retry_attempts=0, maximum_event_age_in_seconds=60
                    ),
                )
                for number in range(first, last)
            ],
        )
        acknowledge(rule, "EventBusDLQ", _LOST_PING_REASON, packs=(SERVERLESS,), profile=profile)
        lambda_.CfnPermission(
            home,
            f"Permission{first // _TARGETS_OF_A_RULE or ''}",
            action="lambda:InvokeFunction",
            function_name=target.function_arn,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
        )
