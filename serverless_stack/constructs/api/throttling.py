"""Throttle and UsagePlan: how many requests an API, a route or a customer may send."""

import math
from dataclasses import dataclass

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class Throttle:
    """How many requests all callers together may send.

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


@dataclass(frozen=True)
class UsagePlan:
    """How many requests the holder of an API key may send.

    Attributes:
        rate: Steady requests per second of one key, 0 or more.
        burst: Requests at once above that rate, 0 or more.
    """

    rate: float
    burst: int

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


def usage_plan_problems(plan: UsagePlan, argument: str) -> list[str]:
    """Check a usage plan.

    Args:
        plan: The usage plan.
        argument: The argument, as the caller wrote it.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.between(f"{argument}.rate", plan.rate, 0, math.inf)
    problems.between(f"{argument}.burst", plan.burst, 0, math.inf)
    return problems.messages
