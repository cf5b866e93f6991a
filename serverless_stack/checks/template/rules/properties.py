"""Properties that a type of resources does not have."""

import difflib
from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.template.properties import PROPERTIES
from serverless_stack.checks.template.sections import is_transformed

RULES = RuleList()

_KNOWN: Final = {type_: frozenset(names.split()) for type_, names in PROPERTIES.items()}
_PAGE = "AWS resource and property types reference"
# Less alike, it may be a property that AWS has added since.
_MISSPELT = 0.85


@RULES.resource("TEMPLATE-053", *PROPERTIES, page=_PAGE)
def misspelt(resource: Resource) -> Iterator[Violation]:
    """Property names must be spelled correctly.

    CloudFormation refuses properties that a resource type does not have. The finding names the
    property that was probably meant.
    """
    for name, meant in _unknown(resource):
        if meant is not None:
            yield violation(name, f"be a property of {resource.type}", name, meant)


@RULES.resource("TEMPLATE-054", *PROPERTIES, page=_PAGE, severity=Severity.WARNING)
def unknown(resource: Resource) -> Iterator[Violation]:
    """Properties must be known to the resource type.

    CloudFormation refuses properties that a resource type does not have. The property may be newer
    than this version of the rules.
    """
    for name, meant in _unknown(resource):
        if meant is None:
            yield violation(name, f"be a property of {resource.type}", name)


def _unknown(resource: Resource) -> Iterator[tuple[str, str | None]]:
    """The properties that a type does not have, each with the one that is meant."""
    known = _KNOWN[resource.type]
    others = [name for name in resource.properties if name not in known]
    if not others or is_transformed(resource.template):
        return
    lower = {name.lower(): name for name in known}
    for name in map(str, others):
        alike = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=_MISSPELT)
        yield name, lower[alike[0]] if alike else None
