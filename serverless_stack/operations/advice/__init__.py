"""Recommendation of an ElastiCache cache for a list of needs; pure Python without dependencies."""

from serverless_stack.operations.advice.adviser import Advice, Alternative, Conflict, advise
from serverless_stack.operations.advice.table import NEEDS, OPTIONS, Fact, Fit, Need, Option, fact

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
    "advise",
    "fact",
]
