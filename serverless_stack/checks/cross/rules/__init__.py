"""Rules on what resources of several services make together."""

from serverless_stack.checks.cross.rules import (
    caches,
    certificates,
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
    regions,
    timeouts,
)

__all__ = [
    "caches",
    "certificates",
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
    "regions",
    "timeouts",
]
