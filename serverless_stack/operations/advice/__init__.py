"""Which ElastiCache to take, from what you need of it: pure, and without a dependency."""

from serverless_stack.operations.advice.advising import advise
from serverless_stack.operations.advice.facts import NEEDS, OPTIONS, fact
from serverless_stack.operations.advice.values import (
    Advice,
    Alternative,
    Conflict,
    Fact,
    Fit,
    Need,
    Option,
    Reason,
)

__all__ = [
    "NEEDS",
    "OPTIONS",
    "Advice",
    "Alternative",
    "Conflict",
    "Fact",
    "Fit",
    "Need",
    "Option",
    "Reason",
    "advise",
    "fact",
]
