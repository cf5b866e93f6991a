"""Rules on parameters and their defaults."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.template.sections import section

RULES = RuleList()

_PAGE: Final = "CloudFormation template Parameters syntax"
_NUMBER = re.compile(r"\s*-?[0-9]+(\.[0-9]+)?\s*")


@RULES.template("TEMPLATE-040", page=_PAGE)
def defaults(template: Template) -> Iterator[Violation]:
    """`Default` of a parameter must be a value that the parameter accepts.

    CloudFormation refuses defaults of another type, outside the limits, or not among the allowed
    values.
    """
    for name, described in section(template, "Parameters").items():
        parameter = mapping(described)
        default = parameter.get("Default")
        if not isinstance(default, str | int | float) or isinstance(default, bool):
            continue
        shown = "***" if str(parameter.get("NoEcho")).lower() == "true" else default
        for requirement in _broken(parameter, default):
            yield violation(f"Parameters.{name}.Default", requirement, shown)


@RULES.template("TEMPLATE-041", page=_PAGE)
def types(template: Template) -> Iterator[Violation]:
    """Parameters must have a type.

    CloudFormation refuses parameters without a `Type`, such as String.
    """
    for name, described in section(template, "Parameters").items():
        if not str(name).startswith("Fn::") and not isinstance(mapping(described).get("Type"), str):
            yield violation(
                f"Parameters.{name}", "have a `Type`, such as String", type(described).__name__
            )


def _broken(parameter: Mapping[str, object], default: str | float) -> Iterator[str]:
    """Yield the requirements that a default violates."""
    type_, text = parameter.get("Type"), str(default)
    if type_ not in ("String", "Number", "CommaDelimitedList", "List<Number>"):
        return
    is_list = type_ in ("CommaDelimitedList", "List<Number>")
    parts = [part.strip() for part in text.split(",")] if is_list else [text]
    allowed = parameter.get("AllowedValues")
    if isinstance(allowed, list):
        known = [str(item) for item in allowed]
        if text not in known and not all(part in known for part in parts):
            yield f"be one of {', '.join(known)}"
    if type_ in ("Number", "List<Number>") and not all(_NUMBER.fullmatch(p) for p in parts):
        yield "be a number"
    elif type_ == "Number":
        low, high = (
            _bound(parameter, "MinValue", -math.inf),
            _bound(parameter, "MaxValue", math.inf),
        )
        if not low <= float(text) <= high:
            yield f"be {_range(low, high)}"
    elif type_ == "String":
        low, high = _bound(parameter, "MinLength", 0), _bound(parameter, "MaxLength", math.inf)
        if not low <= len(text) <= high:
            yield f"have {_range(low, high)} characters"


def _bound(parameter: Mapping[str, object], name: str, otherwise: float) -> float:
    value = parameter.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return otherwise
    try:
        return float(value)
    except ValueError:
        return otherwise


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return f"{low:.15g} or more"
    return f"{high:.15g} or less" if math.isinf(low) else f"from {low:.15g} to {high:.15g}"
