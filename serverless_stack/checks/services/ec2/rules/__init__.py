"""Rules on the VPC resources of a template."""

from serverless_stack.checks.services.ec2.rules import endpoints, groups, networks

RULES = [
    *endpoints.RULES,
    *groups.RULES,
    *networks.RULES,
]
