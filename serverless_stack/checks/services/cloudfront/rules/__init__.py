"""Rules on the CloudFront resources of a template."""

from serverless_stack.checks.services.cloudfront.rules import (
    behaviors,
    certificates,
    distribution,
    edge,
    functions,
    keys,
    numbers,
    origins,
    policies,
    regions,
)

RULES = [
    *behaviors.RULES,
    *certificates.RULES,
    *distribution.RULES,
    *edge.RULES,
    *functions.RULES,
    *keys.RULES,
    *numbers.RULES,
    *origins.RULES,
    *policies.RULES,
    *regions.RULES,
]
