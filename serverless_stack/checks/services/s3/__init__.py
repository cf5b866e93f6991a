"""Amazon S3: limits on values, and rules on templates."""

from serverless_stack.checks.services.s3.limits.lifecycle import (
    Move,
    day_problems,
    lifecycle_problems,
    multipart_filter_problems,
    rule_id_problems,
    size_filter_problems,
    transition_problems,
)
from serverless_stack.checks.services.s3.limits.naming import bucket_name_problems
from serverless_stack.checks.services.s3.limits.notifications import (
    filters_overlap,
    key_filter_problems,
)

__all__ = [
    "Move",
    "bucket_name_problems",
    "day_problems",
    "filters_overlap",
    "key_filter_problems",
    "lifecycle_problems",
    "multipart_filter_problems",
    "rule_id_problems",
    "size_filter_problems",
    "transition_problems",
]
