"""Amazon CloudWatch Logs: rules on values, for constructs, and on templates (``rules``)."""

from serverless_stack.checks.services.logs.limits import (
    log_group_name_problems,
    retention_problems,
)

__all__ = ["log_group_name_problems", "retention_problems"]
