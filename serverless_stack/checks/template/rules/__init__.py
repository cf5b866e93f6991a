"""Rules on templates as a whole."""

from serverless_stack.checks.template.rules import (
    attributes,
    cycles,
    limits,
    names,
    parameters,
    properties,
    references,
)

RULES = [
    *attributes.RULES,
    *cycles.RULES,
    *limits.RULES,
    *names.RULES,
    *parameters.RULES,
    *properties.RULES,
    *references.RULES,
]
