"""Rules on secrets."""

from serverless_stack.checks.secrets.rules import plain_text, told

__all__ = ["plain_text", "told"]
