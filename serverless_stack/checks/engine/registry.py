"""The rules over templates, and how they say what is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.template import Resource, Template


class Problem(NamedTuple):
    """What a rule found.

    Attributes:
        property: The path of the property; empty for the resource as a whole.
        value: Its value.
        message: The property, the rule and the value, in the shape of `must`.
        resource: The logical id, where it is not the one that the rule was given.
        template: The name of the template, of a rule about the templates of an app.
    """

    property: str
    value: object
    message: str
    resource: str = ""
    template: str = ""


ResourceCheck = Callable[[Resource], Iterator[Problem]]
TemplateCheck = Callable[[Template], Iterator[Problem]]
AppCheck = Callable[[Mapping[str, Template]], Iterator[Problem]]


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        id: Its id: the service in two or three letters, and three digits.
        types: The types of resources that it is about; none if it is about templates.
        page: The title of the AWS page that it rests on.
        severity: How bad it is when it is broken.
        check: Finds what is wrong with one resource; of other rules, None.
        check_template: Finds what is wrong with a template; of other rules, None.
        check_app: Finds what is wrong with the templates of an app together; of other rules, None.
    """

    id: str
    types: tuple[str, ...]
    page: str
    severity: Severity
    check: ResourceCheck | None = None
    check_template: TemplateCheck | None = None
    check_app: AppCheck | None = None

    @property
    def summary(self) -> str:
        """What it is about, in a sentence: how its function's docstring begins."""
        function = self.check or self.check_template or self.check_app
        return (function.__doc__ or "").strip().partition("\n")[0]


RULES: dict[str, Rule] = {}
"""All rules that are loaded, by id."""


def rule(
    id: str, *types: str, page: str, severity: Severity = Severity.ERROR
) -> Callable[[ResourceCheck], ResourceCheck]:
    """Make a function that checks one resource a rule.

    The function is given each resource of the types, once for each combination of conditions, and
    yields what is wrong with it. It must be silent about what is known only at deploy time.

    Args:
        id: The id, such as ``EC-012``; no two rules may have the same.
        types: The types of resources.
        page: The title of the AWS page that the rule rests on.
        severity: How bad it is.
    """

    def add(check: ResourceCheck) -> ResourceCheck:
        _add(Rule(id, types, page, severity, check=check))
        return check

    return add


def template_rule(
    id: str, *, page: str, severity: Severity = Severity.ERROR
) -> Callable[[TemplateCheck], TemplateCheck]:
    """Make a function that checks a template as a whole a rule; see `rule`."""

    def add(check: TemplateCheck) -> TemplateCheck:
        _add(Rule(id, (), page, severity, check_template=check))
        return check

    return add


def app_rule(
    id: str, *, page: str, severity: Severity = Severity.ERROR
) -> Callable[[AppCheck], AppCheck]:
    """Make a function that checks the templates of an app, by their names, a rule; see `rule`."""

    def add(check: AppCheck) -> AppCheck:
        _add(Rule(id, (), page, severity, check_app=check))
        return check

    return add


def _add(added: Rule) -> None:
    if added.id in RULES:
        raise ValueError(f"`id` must be the id of one rule only, got: {added.id}")
    RULES[added.id] = added


def must(
    property: str, rule: str, value: object, nearest: object = None, *, resource: str = ""
) -> Problem:
    """Say what is wrong with a value.

    Args:
        property: The path of the property.
        rule: What it must do, such as ``be 1-65535``.
        value: The value that was found.
        nearest: The nearest value that AWS accepts; None if there is none to tell.
        resource: The logical id, where it is not the one that the rule was given.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    shown = value if isinstance(value, int | float) and not isinstance(value, bool) else repr(value)
    message = f"`{property}` must {rule}, got: {shown}"
    if nearest is not None:
        message += f" (nearest accepted: {nearest})"
    return Problem(property, value, message, resource)


def between(
    resource: Resource, path: str, low: float, high: float, unit: str = ""
) -> Iterator[Problem]:
    """Find a number out of its range, with the nearest one that is in it."""
    value = resource.number(path)
    if value is None or low <= value <= high:
        return
    wanted = f"be {low:.15g}–{high:.15g} {unit}".rstrip()  # noqa: RUF001 - a range has an en dash
    yield must(path, wanted, value, f"{min(max(value, low), high):.15g}")


def told(resource: Resource, messages: Iterable[str]) -> Iterator[Problem]:
    """Find what functions on values say, whose messages begin with the path in backquotes."""
    for message in messages:
        path = message.split("`", 2)[1]
        yield Problem(path, resource.get(path), message)


def judged(
    resource: Resource, path: str, judge: Callable[[str, str], list[str]]
) -> Iterator[Problem]:
    """Find what a function says of a text that constructs give it, too, as their argument."""
    value = resource.text(path)
    if value is not None:
        for message in judge(value, path):
            yield Problem(path, value, message)
