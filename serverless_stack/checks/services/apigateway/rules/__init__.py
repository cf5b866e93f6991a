"""Rules on the API Gateway resources of a template."""

from serverless_stack.checks.services.apigateway.rules import (
    access,
    apis,
    domains,
    http,
    methods,
    paths,
    stages,
)

RULES = [
    *access.RULES,
    *apis.RULES,
    *domains.RULES,
    *http.RULES,
    *methods.RULES,
    *paths.RULES,
    *stages.RULES,
]
