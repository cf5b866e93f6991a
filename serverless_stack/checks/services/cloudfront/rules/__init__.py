"""Rules on the CloudFront resources of a template."""

from serverless_stack.checks.services.cloudfront.rules import (
    behaviors,
    distribution,
    edge,
    functions,
    origins,
    policies,
)

__all__ = ["behaviors", "distribution", "edge", "functions", "origins", "policies"]
