"""Rules on the CloudFront resources of a template."""

from serverless_stack.checks.cloudfront.rules import (
    behaviors,
    distribution,
    edge,
    functions,
    origins,
    policies,
)

__all__ = ["behaviors", "distribution", "edge", "functions", "origins", "policies"]
