"""Rules on the API Gateway resources of a template."""

from serverless_stack.checks.services.apigateway.rules import (
    access,
    apis,
    caching,
    domains,
    http,
    methods,
    mocks,
    paths,
    quotas,
    stages,
    streaming,
)

RULES = [
    *access.RULES,
    *apis.RULES,
    *caching.RULES,
    *domains.RULES,
    *http.RULES,
    *methods.RULES,
    *mocks.RULES,
    *paths.RULES,
    *quotas.RULES,
    *stages.RULES,
    *streaming.RULES,
]
