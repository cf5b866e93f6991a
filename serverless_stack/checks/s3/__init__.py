"""Amazon S3: rules on values, for constructs, and on templates (``rules``)."""

from serverless_stack.checks.s3.values import (
    bucket_name_problems,
    day_problems,
    lifecycle_problems,
)

__all__ = ["bucket_name_problems", "day_problems", "lifecycle_problems"]
