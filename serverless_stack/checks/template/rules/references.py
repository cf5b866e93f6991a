"""What a template refers to must be in it."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Link, Template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.engine.violations import Violation
from serverless_stack.checks.template.nearest import nearest
from serverless_stack.checks.template.sections import is_transformed, section

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
    for link in template.links:
        if link.kind != "Ref" or link.target in _PSEUDO or link.target in parameters:
            continue
        if link.section == "Conditions":
            requirement = "refer to a parameter, which is all that a condition can refer to"
            yield _told(link, requirement, nearest(link.target, parameters))
        elif link.target not in resources:
            requirement = "refer to a resource or parameter of the template"
            yield _told(link, requirement, nearest(link.target, {*resources, *parameters}))


@RULES.template("TEMPLATE-011", page="Fn::GetAtt")
def attributes(template: Template) -> Iterator[Violation]:
    """`Fn::GetAtt` must name a resource of the template.

    CloudFormation refuses attributes of resources that are not in the template.
    """
    yield from _unknown(
        template, "GetAtt", "Resources", "be an attribute of a resource of the template"
    )


@RULES.template("TEMPLATE-012", page="DependsOn attribute")
def dependencies(template: Template) -> Iterator[Violation]:
    """`DependsOn` must name resources of the template.

    CloudFormation refuses dependencies on resources that are not in the template.
    """
    yield from _unknown(template, "DependsOn", "Resources", "name a resource of the template")


@RULES.template("TEMPLATE-013", page="CloudFormation template Conditions syntax")
def conditions(template: Template) -> Iterator[Violation]:
    """Conditions in use must be defined.

    CloudFormation refuses names that are not in the template's `Conditions`.
    """
    yield from _unknown(template, "Condition", "Conditions", "name a condition of the template")


@RULES.template("TEMPLATE-014", page="Fn::FindInMap")
def mappings(template: Template) -> Iterator[Violation]:
    """`Fn::FindInMap` must name a mapping of the template.

    CloudFormation refuses mappings that are not in the template.
    """
    yield from _unknown(template, "FindInMap", "Mappings", "look into a mapping of the template")


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
            yield _told(link, requirement, None)


def _unknown(template: Template, kind: str, name: str, requirement: str) -> Iterator[Violation]:
    """Find the links of a kind to what a section of the template does not have."""
    if is_transformed(template):
        return
    named = section(template, name).keys()
    for link in template.links:
        if link.kind == kind and link.target not in named:
            yield _told(link, requirement, nearest(link.target, named))


def _told(link: Link, requirement: str, closest: str | None) -> Violation:
    """Say what is wrong with a reference."""
    path = link.path if link.section == "Resources" else f"{link.section}.{link.source}"
    if link.section != "Resources" and link.path:
        path = f"{path}.{link.path}"
    message = f"`{path}` must {requirement}, got: {link.target!r}"
    if closest is not None:
        message += f" (nearest: {closest})"
    resource = link.source if link.section == "Resources" else ""
    return Violation(path, link.target, message, resource)
