"""Rules on secrets."""

from serverless_stack.checks.secrets.rules import exposed, plain_text

RULES = [
    *exposed.RULES,
    *plain_text.RULES,
]
