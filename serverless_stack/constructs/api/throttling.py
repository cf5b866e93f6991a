"""Throttle and UsagePlan: how many requests an API, a route or a customer may send."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.tree import stack_of

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")


@dataclass(frozen=True)
class Throttle:
    """How many requests all callers of a method together may send; more are answered with 429.

    Attributes:
        rate: Steady requests per second, 0 or more. The quota of the account applies as well:
            10,000 in most regions ("Amazon API Gateway quotas").
        burst: Requests at once above that rate, 0 or more. The quota of the account is 5,000 in
            most regions.
    """

    rate: float
    burst: int

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


@dataclass(frozen=True)
class UsagePlan:
    """How many requests the holder of an API key may send; more are answered with 429.

    API Gateway applies these limits as targets, not as guarantees ("Creating and using usage plans
    with API keys").

    Attributes:
        rate: Steady requests per second of one key, 0 or more. Default: no limit of the plan.
        burst: Requests at once above that rate, 0 or more; goes with ``rate``.
        quota: Requests of one key per ``period``, 1 or more. Default: no quota.
        period: The period of the quota: a day, a week or a month.
        name: What tells the plans of an API apart. Renaming a plan replaces it.
    """

    rate: float | None = None
    burst: int | None = None
    quota: int | None = None
    period: apigateway.Period = apigateway.Period.MONTH
    name: str = "Default"

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


def throttle_problems(throttle: Throttle, argument: str = "throttle") -> list[str]:
    """Check a throttle.

    Args:
        throttle: The throttle.
        argument: The argument, as the caller wrote it.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.between(f"{argument}.rate", throttle.rate, *rules.RATE_PER_SECOND)
    problems.between(f"{argument}.burst", throttle.burst, *rules.BURST)
    return problems.messages


def usage_plans_problems(plans: Sequence[UsagePlan], argument: str = "usage_plans") -> list[str]:
    """Check the usage plans of an API.

    Args:
        plans: The usage plans.
        argument: The argument, as the caller wrote it.

    Returns:
        One message per problem.
    """
    problems = Problems()
    for place, plan in enumerate(plans):
        problems.add(usage_plan_problems(plan, f"{argument}[{place}]"))
    problems.add(
        f"`{argument}` must have plans of different names, got: {name!r} more than once; "
        "give each a `name`"
        for name in repeated([plan.name for plan in plans])
    )
    return problems.messages


def usage_plan_problems(plan: UsagePlan, argument: str) -> list[str]:
    """Check a usage plan.

    Args:
        plan: The usage plan.
        argument: The argument, as the caller wrote it.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.require(
        (plan.rate is None) == (plan.burst is None),
        f"`{argument}` must have both `rate` and `burst`, or neither, got: rate={plan.rate}, "
        f"burst={plan.burst}",
    )
    if plan.rate is not None:
        problems.between(f"{argument}.rate", plan.rate, *rules.RATE_PER_SECOND)
    if plan.burst is not None:
        problems.between(f"{argument}.burst", plan.burst, *rules.BURST)
    if plan.quota is not None:
        problems.between(f"{argument}.quota", plan.quota, *rules.QUOTA)
    problems.require(
        not is_unresolved(plan.name) and _NAME.fullmatch(plan.name),
        f"`{argument}.name` must have 1 to 128 letters, digits, dots, hyphens and underscores, "
        f"got: {'a token' if is_unresolved(plan.name) else repr(plan.name)}",
    )
    return problems.messages


def create_usage_plan(
    scope: Construct, plan: UsagePlan, stages: Sequence[apigateway.Stage]
) -> apigateway.UsagePlan:
    """Create a usage plan.

    Args:
        scope: The construct of the API.
        plan: The limits.
        stages: The stages that the holders of its keys may call.
    """
    return apigateway.UsagePlan(
        scope,
        f"UsagePlan-{plan.name}",
        name=f"{stack_of(scope).stack_name}-{scope.node.id}-{plan.name}",
        throttle=(
            None
            if plan.rate is None
            else apigateway.ThrottleSettings(rate_limit=plan.rate, burst_limit=plan.burst)
        ),
        quota=(
            None
            if plan.quota is None
            else apigateway.QuotaSettings(limit=plan.quota, period=plan.period)
        ),
        api_stages=[apigateway.UsagePlanPerApiStage(stage=stage) for stage in stages],
    )
