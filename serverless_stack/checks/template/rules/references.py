"""Rules on references within a template."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Link, Template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.engine.violations import Violation
from serverless_stack.checks.template.sections import is_transformed, section
from serverless_stack.checks.template.suggestions import Suggestions

RULES = RuleList()

_PSEUDO: Final = frozenset(
    f"AWS::{name}"
    for name in (
        *("AccountId", "NoValue", "NotificationARNs", "Partition"),
        *("Region", "StackId", "StackName", "URLSuffix"),
    )
)


@RULES.template("TEMPLATE-010", page="Ref")
def references(template: Template) -> Iterator[Violation]:
    """`Ref` must name a resource, parameter or pseudo parameter.

    CloudFormation refuses references to what is not in the template, and to resources from
    conditions.
    """
    if is_transformed(template):
        return
    resources = section(template, "Resources").keys()
    parameters = section(template, "Parameters").keys()
    of_condition, of_resource = Suggestions(parameters), Suggestions({*resources, *parameters})
    for link in template.links:
        if link.kind != "Ref" or link.target in _PSEUDO or link.target in parameters:
            continue
        if link.section == "Conditions":
            requirement = "refer to a parameter, which is all that a condition can refer to"
            yield _violation(link, requirement, of_condition.nearest(link.target))
        elif link.target not in resources:
            requirement = "refer to a resource or parameter of the template"
            yield _violation(link, requirement, of_resource.nearest(link.target))


@RULES.template("TEMPLATE-011", page="Fn::GetAtt")
def attributes(template: Template) -> Iterator[Violation]:
    """`Fn::GetAtt` must name a resource of the template.

    CloudFormation refuses attributes of resources that are not in the template.
    """
    yield from _dangling(
        template, "GetAtt", "Resources", "be an attribute of a resource of the template"
    )


@RULES.template("TEMPLATE-012", page="DependsOn attribute")
def dependencies(template: Template) -> Iterator[Violation]:
    """`DependsOn` must name resources of the template.

    CloudFormation refuses dependencies on resources that are not in the template.
    """
    yield from _dangling(template, "DependsOn", "Resources", "name a resource of the template")


@RULES.template("TEMPLATE-013", page="CloudFormation template Conditions syntax")
def conditions(template: Template) -> Iterator[Violation]:
    """Conditions in use must be defined.

    CloudFormation refuses names that are not in the template's `Conditions`.
    """
    yield from _dangling(template, "Condition", "Conditions", "name a condition of the template")


@RULES.template("TEMPLATE-014", page="Fn::FindInMap")
def mappings(template: Template) -> Iterator[Violation]:
    """`Fn::FindInMap` must name a mapping of the template.

    CloudFormation refuses mappings that are not in the template.
    """
    yield from _dangling(template, "FindInMap", "Mappings", "look into a mapping of the template")


@RULES.template(
    "TEMPLATE-015", page="CloudFormation template Conditions syntax", severity=Severity.WARNING
)
def left_out(template: Template) -> Iterator[Violation]:
    """References to conditional resources must be conditional.

    The deployment fails with an unresolved dependency when the condition is false. Use `Fn::If`, or
    put the same condition on the resource.
    """
    resources = section(template, "Resources")
    for link in template.links:
        if link.kind not in ("Ref", "GetAtt") or link.branches:
            continue
        within = mapping(section(template, link.section).get(link.source)).get("Condition")
        condition = mapping(resources.get(link.target)).get("Condition")
        if within is not None or not isinstance(condition, str):
            continue
        if template.resolver.condition(condition) is None:
            requirement = f"be within Fn::If, as {link.target} is there only if {condition} holds"
            yield _violation(link, requirement, None)


def _dangling(template: Template, kind: str, name: str, requirement: str) -> Iterator[Violation]:
    """Yield the references of a kind to names that a section of the template does not have."""
    if is_transformed(template):
        return
    named = section(template, name).keys()
    suggestions = Suggestions(named)
    for link in template.links:
        if link.kind == kind and link.target not in named:
            yield _violation(link, requirement, suggestions.nearest(link.target))


def _violation(link: Link, requirement: str, closest: str | None) -> Violation:
    """Return the violation of a reference."""
    path = link.path if link.section == "Resources" else f"{link.section}.{link.source}"
    if link.section != "Resources" and link.path:
        path = f"{path}.{link.path}"
    message = f"`{path}` must {requirement}, got: {link.target!r}"
    if closest is not None:
        message += f" (nearest: {closest})"
    resource = link.source if link.section == "Resources" else ""
    return Violation(path, link.target, message, resource)
