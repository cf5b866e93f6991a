"""Amazon EventBridge: limits on values, and rules on templates."""

from serverless_stack.checks.services.events.limits import schedule_problems

__all__ = ["schedule_problems"]
