"""Amazon S3: limits on values, and rules on templates."""

from serverless_stack.checks.services.s3.limits.configurations import (
    INVENTORY_FIELDS,
    MAX_CONFIGURATIONS,
    acceleration_problems,
    account_problems,
    archive_tier_problems,
    configuration_id_problems,
    prefix_problems,
    tag_filter_problems,
)
from serverless_stack.checks.services.s3.limits.cors import (
    MAX_CORS_RULES,
    cors_header_problems,
    cors_method_problems,
    cors_origin_problems,
)
from serverless_stack.checks.services.s3.limits.lifecycle import (
    MAX_RULE_ID,
    Move,
    day_problems,
    lifecycle_problems,
    multipart_filter_problems,
    rule_id_problems,
    size_filter_problems,
    transition_problems,
)
from serverless_stack.checks.services.s3.limits.lifecycle_sets import RuleShape, rule_set_problems
from serverless_stack.checks.services.s3.limits.naming import (
    bucket_name_problems,
    name_prefix_problems,
)
from serverless_stack.checks.services.s3.limits.notifications import (
    filters_overlap,
    key_filter_problems,
)
from serverless_stack.checks.services.s3.limits.object_lock import retention_problems

__all__ = [
    "INVENTORY_FIELDS",
    "MAX_CONFIGURATIONS",
    "MAX_CORS_RULES",
    "MAX_RULE_ID",
    "Move",
    "RuleShape",
    "acceleration_problems",
    "account_problems",
    "archive_tier_problems",
    "bucket_name_problems",
    "configuration_id_problems",
    "cors_header_problems",
    "cors_method_problems",
    "cors_origin_problems",
    "day_problems",
    "filters_overlap",
    "key_filter_problems",
    "lifecycle_problems",
    "multipart_filter_problems",
    "name_prefix_problems",
    "prefix_problems",
    "retention_problems",
    "rule_id_problems",
    "rule_set_problems",
    "size_filter_problems",
    "tag_filter_problems",
    "transition_problems",
]
