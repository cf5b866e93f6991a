"""Rules on the CloudFront resources of a template."""

from serverless_stack.checks.services.cloudfront.rules import (
    behaviors,
    certificates,
    distribution,
    edge,
    functions,
    origins,
    policies,
)

RULES = [
    *behaviors.RULES,
    *certificates.RULES,
    *distribution.RULES,
    *edge.RULES,
    *functions.RULES,
    *origins.RULES,
    *policies.RULES,
]
