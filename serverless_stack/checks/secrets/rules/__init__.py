"""Rules on secrets."""

from serverless_stack.checks.secrets.rules import plain_text, told

RULES = [
    *plain_text.RULES,
    *told.RULES,
]
