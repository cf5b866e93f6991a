"""Reading the sections of a template."""

from collections.abc import Mapping

from serverless_stack.checks.engine.template import Template
from serverless_stack.checks.engine.values import mapping


def section(template: Template, name: str) -> Mapping[str, object]:
    """Return a section of a template; empty if it is absent or not a mapping."""
    return mapping(template.source.get(name))


def is_transformed(template: Template) -> bool:
    """Return whether CloudFormation transforms the template before it deploys it.

    Macros, modules and the Serverless Application Model add resources, parameters and outputs,
    which the checks do not see.
    """
    return template.once(_is_transformed)


def _is_transformed(template: Template) -> bool:
    transform = template.source.get("Transform")
    listed = transform if isinstance(transform, list) else [transform]
    if any(item is not None for item in listed):
        return True
    sections = ("Resources", "Outputs", "Conditions", "Mappings", "Parameters")
    resources = [mapping(item) for item in section(template, "Resources").values()]
    return any(
        str(name).startswith("Fn::")
        for item in (template.source, *(section(template, s) for s in sections))
        for name in item
    ) or any("Fn::Transform" in item or _is_module(item) for item in resources)


def _is_module(resource: Mapping[str, object]) -> bool:
    return str(resource.get("Type")).endswith("::MODULE")
