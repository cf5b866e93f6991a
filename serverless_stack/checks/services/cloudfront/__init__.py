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
from serverless_stack.checks.services.cloudfront.limits.origins import (
    custom_header_problems,
    failover_problems,
    port_problems,
    shield_problems,
)
from serverless_stack.checks.services.cloudfront.limits.patterns import (
    covers,
    number_problems,
    order_problems,
)
from serverless_stack.checks.services.cloudfront.limits.policies import (
    cache_key_problems,
    csp_problems,
    response_header_problems,
)

__all__ = [
    "alias_problems",
    "cache_key_problems",
    "certificate_problems",
    "country_problems",
    "covers",
    "csp_problems",
    "custom_header_problems",
    "failover_problems",
    "invalidation_path_problems",
    "number_problems",
    "object_path_problems",
    "order_problems",
    "origin_domain_problems",
    "origin_path_problems",
    "path_pattern_problems",
    "pattern_problems",
    "port_problems",
    "response_header_problems",
    "shield_problems",
    "web_acl_problems",
]
