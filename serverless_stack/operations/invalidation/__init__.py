"""CloudFront invalidations: `plan` the fewest paths, then `send` them, and cache tags."""

from serverless_stack.operations.invalidation.cache_tags import distributions_without_tags
from serverless_stack.operations.invalidation.client import (
    Invalidation,
    InvalidationError,
    Progress,
    caller_reference,
    send,
    wait_for,
)
from serverless_stack.operations.invalidation.planner import InvalidationPlan, plan

__all__ = [
    "Invalidation",
    "InvalidationError",
    "InvalidationPlan",
    "Progress",
    "caller_reference",
    "distributions_without_tags",
    "plan",
    "send",
    "wait_for",
]
