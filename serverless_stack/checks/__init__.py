"""Checks of templates and values against what AWS refuses at deploy time.

Example:
    >>> from serverless_stack.checks import check_template
    >>> check_template({"Resources": {}})
    []
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from serverless_stack.checks.engine.findings import Finding, Severity

if TYPE_CHECKING:
    from serverless_stack.checks.engine.rules import Rule

__all__ = ["Finding", "Severity", "check_template", "check_templates", "rules"]

# Constructs import the limits of services below this package. The rules, which take longer to
# import, are loaded by the first call.


def check_template(template: Mapping[str, object], region: str | None = None) -> list[Finding]:
    """Check one template, from any source.

    Values that are known only at deploy time cause no findings.

    Args:
        template: The template in plain dictionaries and lists, as parsed from JSON or YAML.
        region: The region that it is deployed to, such as ``eu-west-1``. Default: unknown, which
            skips the rules that depend on it.

    Returns:
        All findings, by resource and rule. Acknowledged ones are included, with their reason.

    Raises:
        TypeError: The template is not a mapping.
    """
    return check_templates({"": template}, {"": region})


def check_templates(
    templates: Mapping[str, Mapping[str, object]], regions: Mapping[str, str | None] | None = None
) -> list[Finding]:
    """Check the templates of an app, each on its own and all of them together.

    Args:
        templates: The templates, by name.
        regions: The regions that they are deployed to, by name, as far as known.

    Returns:
        All findings, as `check_template` returns them, with the names of their templates.

    Raises:
        TypeError: A template is not a mapping.
    """
    from serverless_stack.checks.engine import runner

    return runner.check_templates(templates, regions or {}, rules())


def rules() -> "tuple[Rule, ...]":
    """Return all rules, by id."""
    from serverless_stack.checks.catalog import RULES

    return RULES
