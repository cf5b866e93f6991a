"""Amazon API Gateway: rules on values, for constructs, and on templates (``rules``)."""

from serverless_stack.checks.apigateway.values import (
    BURST,
    RATE_PER_SECOND,
    stage_name_problems,
)

__all__ = ["BURST", "RATE_PER_SECOND", "stage_name_problems"]
