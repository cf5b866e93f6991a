"""Rules on the IAM resources of a template."""

from serverless_stack.checks.services.iam.rules import sizes, statements

RULES = [
    *sizes.RULES,
    *statements.RULES,
]
