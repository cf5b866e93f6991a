"""Rules on the Lambda resources of a template."""

from serverless_stack.checks.services.lambda_function.rules import (
    code,
    function,
    invocations,
    permissions,
    sources,
    versions,
)

RULES = [
    *code.RULES,
    *function.RULES,
    *invocations.RULES,
    *permissions.RULES,
    *sources.RULES,
    *versions.RULES,
]
