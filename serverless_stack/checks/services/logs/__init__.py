"""Amazon CloudWatch Logs: limits on values, and rules on templates."""

from serverless_stack.checks.services.logs.limits import (
    log_group_name_problems,
    retention_problems,
)

__all__ = ["log_group_name_problems", "retention_problems"]
