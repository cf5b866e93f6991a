"""What AWS refuses at deploy time, told before: rules on values and on whole templates.

Example:
    >>> from serverless_stack.checks import check_template
    >>> check_template({"Resources": {}})
    []
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from serverless_stack.checks.engine.findings import Finding, Severity

if TYPE_CHECKING:
    from serverless_stack.checks.engine.registry import Rule

__all__ = ["Finding", "Severity", "check_template", "check_templates", "rules"]


def check_template(template: Mapping[str, object], region: str | None = None) -> list[Finding]:
    """Find what AWS refuses in a template, and what it does not do as the template says.

    Any template will do: from our constructs, from others, or written by hand. Values that are
    known only at deploy time are never judged.

    Args:
        template: The template as plain dictionaries and lists, as JSON or YAML gives it.
        region: The region that it is deployed to, such as ``eu-west-1``; None is not known.

    Returns:
        What was found, by resource and rule. Nothing is left out: what the template acknowledges
        has its reason in `acknowledged`.
    """
    # Constructs use the rules on values only: they do not load what is for templates.
    from serverless_stack.checks.engine import runner as engine

    return engine.check_template(template, region)


def check_templates(
    templates: Mapping[str, Mapping[str, object]], regions: Mapping[str, str | None] | None = None
) -> list[Finding]:
    """Check the templates of an app, each alone and all together.

    Args:
        templates: The templates by name, which findings tell.
        regions: The regions that they are deployed to, by the same names, as far as known.

    Returns:
        What was found, as `check_template` gives it.
    """
    from serverless_stack.checks.engine import runner as engine

    return engine.check_templates(templates, regions or {})


def rules() -> "tuple[Rule, ...]":
    """All rules on templates, by id."""
    from serverless_stack.checks.engine import runner as engine

    return engine.rules()
