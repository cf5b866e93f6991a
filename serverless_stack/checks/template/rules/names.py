"""Rules on logical ids, exports and outputs."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.template.sections import is_transformed, section

RULES = RuleList()

_NAME = re.compile(r"[A-Za-z0-9]{1,255}")
# Not those of conditions: CloudFormation takes any, as quick starts of AWS show.
_SECTIONS: Final = ("Parameters", "Mappings", "Resources", "Outputs")


@RULES.template("TEMPLATE-030", page="CloudFormation template Resources syntax")
def logical_ids(template: Template) -> Iterator[Violation]:
    """Logical ids must have 1 to 255 letters and digits.

    CloudFormation refuses other ids.
    """
    for name in _SECTIONS:
        for logical_id in section(template, name):
            special = str(logical_id).startswith("Fn::")  # Fn::Transform and Fn::ForEach
            if not special and not _NAME.fullmatch(str(logical_id)):
                requirement = "have names of 1 to 255 letters and digits"
                yield violation(
                    name,
                    requirement,
                    logical_id,
                    resource=logical_id if name == "Resources" else "",
                )


@RULES.template("TEMPLATE-031", page="Get exported outputs from a deployed CloudFormation stack")
def export_names(template: Template) -> Iterator[Violation]:
    """Export names must be unique within a stack.

    CloudFormation refuses the second export.
    """
    seen: dict[str, str] = {}
    for path, name in _exports(template):
        if name in seen:
            yield violation(path, f"differ from that of `{seen[name]}`", name)
        seen.setdefault(name, path)


@RULES.app("TEMPLATE-032", page="Get exported outputs from a deployed CloudFormation stack")
def export_names_of_an_app(templates: Mapping[str, Template]) -> Iterator[Violation]:
    """Export names must be unique within an account and region.

    The second stack of the app fails if both are deployed to one account and region. Put the
    stack's name into the export.
    """
    seen: dict[tuple[str, str | None], tuple[str, str]] = {}
    for template_name, template in templates.items():
        for path, name in _exports(template):
            first, first_path = seen.setdefault((name, template.region), (template_name, path))
            if first != template_name and "${" not in name:
                requirement = f"differ from that of `{first_path}` of {first}"
                made = violation(
                    path, f"{requirement}, if both are in one account and region", name
                )
                yield made._replace(template=template_name)


@RULES.template("TEMPLATE-033", page="CloudFormation template Outputs syntax")
def outputs(template: Template) -> Iterator[Violation]:
    """Outputs must have a text value.

    CloudFormation refuses outputs without a value, and lists and mappings. Join lists by
    `Fn::Join`.
    """
    if is_transformed(template):
        return
    for name, described in section(template, "Outputs").items():
        path = f"Outputs.{name}"
        if not isinstance(described, dict) or "Value" not in described:
            yield violation(path, "have a `Value`", type(described).__name__)
            continue
        for value in template.resolver.scenarios(described["Value"]):
            if isinstance(value, list | dict):
                advice = "be a string; join a list by Fn::Join"
                yield violation(f"{path}.Value", advice, type(value).__name__)


def _exports(template: Template) -> Iterator[tuple[str, str]]:
    """Yield the names of exports that are known, with their paths.

    Those that have the name of the stack in them, and nothing else that is not known, are known.
    """
    for output, described in section(template, "Outputs").items():
        if isinstance(described, dict) and "Condition" not in described:
            for value in template.resolver.scenarios(mapping(described.get("Export")).get("Name")):
                if isinstance(value, str) and value and not is_unresolved(value):
                    yield f"Outputs.{output}.Export.Name", value
