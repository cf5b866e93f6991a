"""Rules on the size of templates."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Template
from serverless_stack.checks.engine.values import MAX_DEPTH, MAX_VALUES, mapping
from serverless_stack.checks.engine.violations import Violation
from serverless_stack.checks.template.sections import section

RULES = RuleList()

_PAGE: Final = "Understand CloudFormation quotas"
MAX_RESOURCES: Final = 500
MAX_BYTES: Final = 1_000_000
_NEAR: Final = 0.9
_MAX_ENTRIES: Final = {"Outputs": 200, "Parameters": 200, "Mappings": 200}


@RULES.template("TEMPLATE-001", page=_PAGE)
def resources(template: Template) -> Iterator[Violation]:
    """Templates must have at most 500 resources.

    CloudFormation refuses more. Move some to another stack or a nested one.
    """
    count = _resources_in(template)
    if count > MAX_RESOURCES:
        yield _too_many("Resources", count, MAX_RESOURCES, "move some to another or a nested stack")


@RULES.template("TEMPLATE-002", page=_PAGE)
def size(template: Template) -> Iterator[Violation]:
    """Templates must have at most 1,000,000 bytes.

    CloudFormation refuses larger ones, even without indentation. Move resources to another stack or
    a nested one.
    """
    smallest = template.size
    if smallest > MAX_BYTES:
        yield Violation(
            "",
            smallest,
            f"The template must have at most {MAX_BYTES:,} bytes, got: {smallest:,} bytes without "
            "any indentation; move resources to another or a nested stack",
        )


@RULES.template("TEMPLATE-003", page=_PAGE, severity=Severity.WARNING)
def nearly_too_large(template: Template) -> Iterator[Violation]:
    """Templates near the size limit require a split.

    The template, as CDK writes it, has more than 90% of the bytes or of the resources that
    CloudFormation accepts. Move resources to another stack before it fails.
    """
    count = _resources_in(template)
    if MAX_RESOURCES * _NEAR < count <= MAX_RESOURCES:
        advice = "move some to another or a nested stack before there are too many"
        yield _too_many("Resources", count, MAX_RESOURCES, advice)
    smallest = template.size
    if not MAX_BYTES * _NEAR / 2 < smallest <= MAX_BYTES:
        return
    written = len(template.json(1).encode("utf-8", "surrogatepass"))
    if written > MAX_BYTES * _NEAR:
        yield Violation(
            "",
            written,
            f"The template must have at most {MAX_BYTES:,} bytes, got: {written:,} bytes "
            f"({smallest:,} without indentation); move resources to another or a nested stack "
            "before it is too large",
        )


@RULES.template("TEMPLATE-004", page=_PAGE)
def entries(template: Template) -> Iterator[Violation]:
    """Templates must have at most 200 outputs, parameters and mappings.

    CloudFormation refuses more of either. Move some to another stack.
    """
    for name, most in _MAX_ENTRIES.items():
        count = len(section(template, name))
        if count > most:
            yield _too_many(name, count, most, "move some to another stack")
    for name, described in section(template, "Mappings").items():
        count = len(mapping(described))
        if count > _MAX_ENTRIES["Mappings"]:
            yield _too_many(f"Mappings.{name}", count, _MAX_ENTRIES["Mappings"], "split it")


@RULES.template("TEMPLATE-005", page=_PAGE)
def bounds(template: Template) -> Iterator[Violation]:
    """Templates must be trees of bounded depth and size.

    CloudFormation refuses templates whose values contain themselves, or whose aliases expand to
    more than it accepts. Such a template is not checked further.
    """
    if template.excess is not None:
        message = (
            f"The template must be a tree of at most {MAX_DEPTH} levels and {MAX_VALUES:,} values, "
            f"got: {template.excess}; it was not checked"
        )
        yield Violation("", template.excess, message)


def _resources_in(template: Template) -> int:
    return sum(
        1
        for described in section(template, "Resources").values()
        if template.resolver.condition(str(mapping(described).get("Condition"))) is not False
    )


def _too_many(name: str, count: int, most: int, advice: str) -> Violation:
    message = f"`{name}` must have at most {most} entries, got: {count}; {advice}"
    return Violation(name, count, message)
