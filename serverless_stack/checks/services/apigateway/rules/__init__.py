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

__all__ = ["access", "apis", "domains", "http", "methods", "paths", "stages"]
