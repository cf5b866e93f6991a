"""Checking templates against rules."""

import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from serverless_stack.checks.engine.findings import Finding, Severity
from serverless_stack.checks.engine.rules import Rule
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.values import listed, mapping
from serverless_stack.checks.engine.violations import Violation, shortened


def check_templates(
    templates: Mapping[str, Mapping[str, object]],
    regions: Mapping[str, str | None],
    rules: Iterable[Rule],
) -> list[Finding]:
    """Return the findings of some rules in the templates of an app.

    Args:
        templates: The templates, by name.
        regions: The regions that they are deployed to, by name, as far as known.
        rules: The rules.

    Raises:
        TypeError: A template is not a mapping.
    """
    for name, template in templates.items():
        if not isinstance(template, Mapping):
            label = f"template `{name}`" if name else "`template`"
            raise TypeError(
                f"{label} must be a mapping, such as json.loads(text), "
                f"got: {type(template).__name__}"
            )
    views = {name: Template(template, regions.get(name)) for name, template in templates.items()}
    findings = {
        (finding.template, finding.resource, finding.rule, finding.property, finding.message): (
            finding
        )
        for rule in rules
        for finding in _findings(rule, views)
    }
    return [findings[key] for key in sorted(findings)]


def _findings(rule: Rule, templates: Mapping[str, Template]) -> Iterator[Finding]:
    if rule.check_app is not None:
        yield from _located(rule, templates, "", "", rule.check_app(templates))
    for name, template in templates.items():
        if rule.check_template is not None:
            yield from _located(rule, templates, name, "", rule.check_template(template))
        if rule.check is not None:
            for resource in template.of_type(*rule.types):
                certain = (v for v in rule.check(resource) if _is_certain(resource, v))
                yield from _located(rule, templates, name, resource.logical_id, certain)


def _is_certain(resource: Resource, violation: Violation) -> bool:
    """Return whether all that the property is in is known before deployment."""
    template = resource.template
    owner = template.resource(violation.resource) if violation.resource else resource
    return owner is None or owner.is_seen(violation.property)


def _located(
    rule: Rule,
    templates: Mapping[str, Template],
    name: str,
    logical_id: str,
    violations: Iterable[Violation],
) -> Iterator[Finding]:
    for violation in _guarded(rule, violations):
        if isinstance(violation, Finding):
            yield replace(violation, resource=logical_id, template=name)
            continue
        resource, template = violation.resource or logical_id, violation.template or name
        yield Finding(
            rule=rule.id,
            resource=resource,
            property=violation.property,
            value=violation.value,
            message=shortened(violation.message),
            severity=rule.severity,
            title=rule.title,
            description=rule.description,
            page=rule.page,
            template=template,
        ).accepted(_reason(templates[template], resource, rule.id))


def _guarded(rule: Rule, violations: Iterable[Violation]) -> Iterator[Violation | Finding]:
    """Yield the violations of a rule, and a warning if the rule fails.

    A fault of ours must not end a synthesis, nor hide what other rules find.
    """
    try:
        yield from violations
    except Exception as error:
        yield fault(rule, error)


def fault(rule: Rule, error: Exception) -> Finding:
    """Return the warning about a rule that failed, without values of the template."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
    return Finding(
        rule=rule.id,
        resource="",
        property="",
        value=kind,
        message=f"{rule.id} was not checked, because of a fault of serverless-stack: {kind}. "
        "Please report it with the template.",
        severity=Severity.WARNING,
        title=rule.title,
        description="The other rules were checked.",
        page=rule.page,
    )


def _reason(template: Template, logical_id: str, id: str) -> str | None:
    """Return the reason by which the metadata of a resource or template acknowledges a rule.

    None if it does not acknowledge the rule; empty if it gives no reason.
    """
    resource = template.resource(logical_id)
    attributes = template.source if resource is None else resource.attributes
    metadata = mapping(attributes.get("Metadata"))
    for entry in listed(mapping(metadata.get("serverless-stack")).get("acknowledge")):
        if isinstance(entry, dict) and entry.get("id") == id:
            return str(entry.get("reason") or "")
    return None
