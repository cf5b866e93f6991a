"""Amazon EventBridge: rules on values, for constructs, and on templates (``rules``)."""

from serverless_stack.checks.events.values import schedule_problems

__all__ = ["schedule_problems"]
