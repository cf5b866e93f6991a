"""Rules on the names of properties."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.template.properties import PROPERTIES
from serverless_stack.checks.template.sections import is_transformed
from serverless_stack.checks.template.suggestions import nearest

RULES = RuleList()

_PAGE = "AWS resource and property types reference"
# A name that is less similar may be a property that AWS has added since.
_MISSPELLED = 0.85
_MAX_PROPERTIES = 100
_MAX_SUGGESTIONS = 500


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
    meant = resource.template.once(_meant)
    for name in others[:_MAX_PROPERTIES]:
        yield name, meant.get((resource.type, name))


def _meant(template: Template) -> dict[tuple[str, str], str | None]:
    """Return the properties that were meant, by type and name, for a limited number of names."""
    meant: dict[tuple[str, str], str | None] = {}
    for resource in template.of_type(*PROPERTIES):
        lower = {name.lower(): name for name in PROPERTIES[resource.type]}
        names = [name for name in resource.properties if name not in PROPERTIES[resource.type]]
        for name in names[:_MAX_PROPERTIES]:
            if len(meant) == _MAX_SUGGESTIONS:
                return meant
            key = (resource.type, name)
            if key not in meant:
                similar = nearest(name.lower(), lower, _MISSPELLED)
                meant[key] = lower[similar] if similar else None
    return meant
