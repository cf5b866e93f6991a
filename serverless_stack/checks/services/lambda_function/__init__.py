"""AWS Lambda: limits on values, and rules on templates."""

from serverless_stack.checks.services.lambda_function.limits import (
    EPHEMERAL_STORAGE_MIB,
    MAX_SECURITY_GROUPS,
    MEMORY_SIZE_MIB,
    TIMEOUT_SECONDS,
    description_problems,
    environment_name_problems,
    environment_size_problems,
    environment_value_problems,
    function_name_problems,
    handler_problems,
    runtime_problems,
    vpc_problems,
)

__all__ = [
    "EPHEMERAL_STORAGE_MIB",
    "MAX_SECURITY_GROUPS",
    "MEMORY_SIZE_MIB",
    "TIMEOUT_SECONDS",
    "description_problems",
    "environment_name_problems",
    "environment_size_problems",
    "environment_value_problems",
    "function_name_problems",
    "handler_problems",
    "runtime_problems",
    "vpc_problems",
]
