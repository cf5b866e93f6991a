"""Rules on the Lambda resources of a template."""

from serverless_stack.checks.services.lambda_function.rules import (
    code,
    function,
    invocations,
    permissions,
    sources,
    versions,
)

__all__ = ["code", "function", "invocations", "permissions", "sources", "versions"]
