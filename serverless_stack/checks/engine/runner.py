"""Checking a template by all rules."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping

from serverless_stack import checks
from serverless_stack.checks.engine.findings import Finding
from serverless_stack.checks.engine.registry import RULES, Problem, Rule
from serverless_stack.checks.engine.template import Resource, Template

_loaded: list[Rule] = []


def rules() -> tuple[Rule, ...]:
    """All rules, by id. They are loaded when they are asked for first."""
    if not _loaded:
        for module in pkgutil.walk_packages(checks.__path__, f"{checks.__name__}."):
            if module.name.rsplit(".", 1)[-1] == "rules":
                importlib.import_module(module.name)
        _loaded.extend(RULES[id] for id in sorted(RULES))
    return tuple(_loaded)


def check_template(template: Mapping[str, object], region: str | None = None) -> list[Finding]:
    """See ``serverless_stack.checks.check_template``."""
    return check_templates({"": template}, {"": region})


def check_templates(
    templates: Mapping[str, Mapping[str, object]], regions: Mapping[str, str | None]
) -> list[Finding]:
    """See ``serverless_stack.checks.check_templates``."""
    views = {name: Template(template, regions.get(name)) for name, template in templates.items()}
    found = {
        (each.template, each.resource, each.rule, each.property, each.message): each
        for rule in rules()
        for each in _findings(rule, views)
    }
    return [found[key] for key in sorted(found)]


def _findings(rule: Rule, templates: Mapping[str, Template]) -> Iterator[Finding]:
    if rule.check_app is not None:
        yield from _made(rule, templates, "", "", rule.check_app(templates))
    for name, template in templates.items():
        if rule.check_template is not None:
            yield from _made(rule, templates, name, "", rule.check_template(template))
        if rule.check is not None:
            for resource in template.of_type(*rule.types):
                problems = (each for each in rule.check(resource) if _is_known(resource, each))
                yield from _made(rule, templates, name, resource.logical_id, problems)


def _is_known(resource: Resource, problem: Problem) -> bool:
    """Whether a problem is of a property that is there or is not, whatever is known later."""
    other = resource.template.resource(problem.resource) if problem.resource else resource
    return other is None or other.is_seen(problem.property)


def _made(
    rule: Rule,
    templates: Mapping[str, Template],
    name: str,
    logical_id: str,
    problems: Iterable[Problem],
) -> Iterator[Finding]:
    for problem in problems:
        resource, template = problem.resource or logical_id, problem.template or name
        yield Finding(
            rule=rule.id,
            resource=resource,
            property=problem.property,
            value=problem.value,
            message=problem.message,
            severity=rule.severity,
            page=rule.page,
            template=template,
        ).accepted(_reason(templates[template], resource, rule.id))


def _reason(template: Template, logical_id: str, id: str) -> str | None:
    """The reason that the metadata of a resource, or of the template, gives for a rule.

    None if it does not speak of the rule; empty if it gives no reason.
    """
    resource = template.resource(logical_id)
    metadata = template.source.get("Metadata") if resource is None else None
    metadata = metadata if resource is None else resource.attributes.get("Metadata")
    ours = metadata.get("serverless-stack") if isinstance(metadata, dict) else None
    listed = ours.get("acknowledge") if isinstance(ours, dict) else None
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and each.get("id") == id:
            return str(each.get("reason") or "")
    return None
