"""Amazon API Gateway: limits on values, and rules on templates."""

from serverless_stack.checks.services.apigateway.limits import (
    BURST,
    CACHE_SIZES_GB,
    CACHE_TTL_SECONDS,
    COMPRESSION_BYTES,
    INTEGRATION_TIMEOUT_MS,
    QUOTA,
    RATE_PER_SECOND,
    access_log_format_problems,
    binary_media_type_problems,
    cache_size_problems,
    path_part_problems,
    stage_name_problems,
)

__all__ = [
    "BURST",
    "CACHE_SIZES_GB",
    "CACHE_TTL_SECONDS",
    "COMPRESSION_BYTES",
    "INTEGRATION_TIMEOUT_MS",
    "QUOTA",
    "RATE_PER_SECOND",
    "access_log_format_problems",
    "binary_media_type_problems",
    "cache_size_problems",
    "path_part_problems",
    "stage_name_problems",
]
