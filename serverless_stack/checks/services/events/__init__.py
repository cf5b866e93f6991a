"""Amazon EventBridge: rules on values, for constructs, and on templates (``rules``)."""

from serverless_stack.checks.services.events.limits import schedule_problems

__all__ = ["schedule_problems"]
