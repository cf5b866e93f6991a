"""Rules on the names of properties."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.template.properties import PROPERTIES
from serverless_stack.checks.template.sections import is_transformed
from serverless_stack.checks.template.suggestions import nearest

RULES = RuleList()

_PAGE = "AWS resource and property types reference"
# A name that is less similar may be a property that AWS has added since.
_MISSPELLED = 0.85
_MAX_PROPERTIES = 100


@RULES.resource("TEMPLATE-053", *PROPERTIES, page=_PAGE)
def misspelled(resource: Resource) -> Iterator[Violation]:
    """Property names must be spelled correctly.

    CloudFormation refuses properties that a resource type does not have. The finding names the
    property that was probably meant.
    """
    for name, meant in _unlisted(resource):
        if meant is not None:
            yield violation(name, f"be a property of {resource.type}", name, meant)


@RULES.resource("TEMPLATE-054", *PROPERTIES, page=_PAGE, severity=Severity.WARNING)
def unknown(resource: Resource) -> Iterator[Violation]:
    """Properties must be known to the resource type.

    CloudFormation refuses properties that a resource type does not have. The property may be newer
    than this version of the rules.
    """
    for name, meant in _unlisted(resource):
        if meant is None:
            yield violation(name, f"be a property of {resource.type}", name)


def _unlisted(resource: Resource) -> Iterator[tuple[str, str | None]]:
    """Yield the properties that a type does not have, each with the one that was meant."""
    known = PROPERTIES[resource.type]
    others = [name for name in resource.properties if name not in known]
    if not others or is_transformed(resource.template):
        return
    lower = {name.lower(): name for name in known}
    for name in map(str, others[:_MAX_PROPERTIES]):
        similar = nearest(name.lower(), lower, _MISSPELLED)
        yield name, lower[similar] if similar else None
