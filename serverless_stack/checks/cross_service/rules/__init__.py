"""Rules on resources of several services together."""

from serverless_stack.checks.cross_service.rules import (
    answers,
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

RULES = [
    *answers.RULES,
    *caches.RULES,
    *deployments.RULES,
    *endpoints.RULES,
    *fallbacks.RULES,
    *grants.RULES,
    *invocations.RULES,
    *loops.RULES,
    *names.RULES,
    *origins.RULES,
    *permissions.RULES,
    *queues.RULES,
    *timeouts.RULES,
]
