"""Rules on what resources of several services make together."""

from serverless_stack.checks.cross_service.rules import (
    caches,
    deployments,
    endpoints,
    fallbacks,
    grants,
    invocations,
    loops,
    names,
    origins,
    permissions,
    queues,
    timeouts,
)

__all__ = [
    "caches",
    "deployments",
    "endpoints",
    "fallbacks",
    "grants",
    "invocations",
    "loops",
    "names",
    "origins",
    "permissions",
    "queues",
    "timeouts",
]
