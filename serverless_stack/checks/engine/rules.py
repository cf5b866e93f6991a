"""Rules on templates, and the lists that modules keep them in."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation

ResourceCheck = Callable[[Resource], Iterator[Violation]]
TemplateCheck = Callable[[Template], Iterator[Violation]]
AppCheck = Callable[[Mapping[str, Template]], Iterator[Violation]]


@dataclass(frozen=True)
class Rule:
    """A rule: what it requires, and the function that finds violations of it.

    Attributes:
        id: The service's name and three digits, such as ``ELASTICACHE-031``.
        page: The title of the AWS page that the rule is based on.
        severity: The severity of its findings.
        types: The resource types that it checks; empty for rules on templates and apps.
        check: Finds violations in one resource; None for other rules.
        check_template: Finds violations in one template; None for other rules.
        check_app: Finds violations across the templates of an app; None for other rules.
    """

    id: str
    page: str
    severity: Severity
    types: tuple[str, ...] = ()
    check: ResourceCheck | None = None
    check_template: TemplateCheck | None = None
    check_app: AppCheck | None = None

    @property
    def name(self) -> str:
        """The name of its function."""
        return self._function.__name__

    @property
    def title(self) -> str:
        """The requirement in a short sentence."""
        return self._documented[0]

    @property
    def description(self) -> str:
        """What happens at deploy time if the rule is violated, and how to fix it."""
        return self._documented[1]

    @property
    def _function(self) -> Callable[..., object]:
        function = self.check or self.check_template or self.check_app
        assert function is not None
        return function

    @property
    def _documented(self) -> tuple[str, str]:
        """Title and description. Few rules of a run are read, so that none is kept."""
        title, _, description = (inspect.getdoc(self._function) or "").partition("\n\n")
        return " ".join(title.split()), " ".join(description.split())


class RuleList(list[Rule]):
    """The rules of one module.

    Its methods decorate the functions that find violations. The docstring of such a function
    documents the rule: its first paragraph is the title, the rest is the description. Checks must
    be silent about values that are known only at deploy time.

    Example:
        >>> RULES = RuleList()
        >>> @RULES.resource("SQS-001", "AWS::SQS::Queue", page="CreateQueue")
        ... def name(queue: Resource) -> Iterator[Violation]: ...
    """

    def resource(
        self, id: str, *types: str, page: str, severity: Severity = Severity.ERROR
    ) -> Callable[[ResourceCheck], ResourceCheck]:
        """Add a rule on each resource of some types, once per combination of conditions.

        Args:
            id: The id, unique among all rules.
            types: The resource types.
            page: The title of the AWS page that the rule is based on.
            severity: The severity of its findings.
        """

        def add(check: ResourceCheck) -> ResourceCheck:
            self.append(Rule(id, page, severity, types, check=check))
            return check

        return add

    def template(
        self, id: str, *, page: str, severity: Severity = Severity.ERROR
    ) -> Callable[[TemplateCheck], TemplateCheck]:
        """Add a rule on a template as a whole; see `resource`."""

        def add(check: TemplateCheck) -> TemplateCheck:
            self.append(Rule(id, page, severity, check_template=check))
            return check

        return add

    def app(
        self, id: str, *, page: str, severity: Severity = Severity.ERROR
    ) -> Callable[[AppCheck], AppCheck]:
        """Add a rule on the templates of an app, by name; see `resource`."""

        def add(check: AppCheck) -> AppCheck:
            self.append(Rule(id, page, severity, check_app=check))
            return check

        return add
