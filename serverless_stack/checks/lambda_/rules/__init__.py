"""Rules on the Lambda resources of a template."""

from serverless_stack.checks.lambda_.rules import (
    code,
    function,
    invocations,
    permissions,
    sources,
    versions,
)

__all__ = ["code", "function", "invocations", "permissions", "sources", "versions"]
