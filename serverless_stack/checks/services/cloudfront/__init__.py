"""Amazon CloudFront: limits on values, and rules on templates."""

from serverless_stack.checks.services.cloudfront.limits.distribution import (
    alias_problems,
    certificate_problems,
    country_problems,
    object_path_problems,
    origin_domain_problems,
    origin_path_problems,
    path_pattern_problems,
    pattern_problems,
    web_acl_problems,
)
from serverless_stack.checks.services.cloudfront.limits.invalidations import (
    invalidation_path_problems,
)

__all__ = [
    "alias_problems",
    "certificate_problems",
    "country_problems",
    "invalidation_path_problems",
    "object_path_problems",
    "origin_domain_problems",
    "origin_path_problems",
    "path_pattern_problems",
    "pattern_problems",
    "web_acl_problems",
]
