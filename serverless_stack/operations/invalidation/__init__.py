"""Invalidating CloudFront: planning the fewest paths (pure), then sending them."""

from serverless_stack.operations.invalidation.client import (
    InvalidationError,
    Sent,
    caller_reference,
    send,
    wait_for,
)
from serverless_stack.operations.invalidation.planner import InvalidationPlan, plan
from serverless_stack.operations.invalidation.progress import Progress

__all__ = [
    "InvalidationError",
    "InvalidationPlan",
    "Progress",
    "Sent",
    "caller_reference",
    "plan",
    "send",
    "wait_for",
]
