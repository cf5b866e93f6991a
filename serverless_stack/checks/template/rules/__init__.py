"""Rules on templates as a whole, whatever is in them."""

from serverless_stack.checks.template.rules import (
    attributes,
    cycles,
    limits,
    names,
    parameters,
    properties,
    references,
)

__all__ = ["attributes", "cycles", "limits", "names", "parameters", "properties", "references"]
