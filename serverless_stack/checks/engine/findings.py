"""Findings in templates."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """The severity of a finding."""

    ERROR = "error"
    """AWS refuses the deployment."""
    WARNING = "warning"
    """AWS accepts the template, but it has no effect, or fails when it is used."""


@dataclass(frozen=True)
class Finding:
    """One violation of a rule in a template.

    Attributes:
        rule: The id of the rule, such as ``ELASTICACHE-012``.
        resource: The logical id of the resource; empty for the template as a whole.
        property: The path of the property, such as ``Rules.0.ExpirationInDays``; empty for the
            resource as a whole.
        value: The value in the template.
        message: The property, the requirement, the value and, if there is one, the nearest value
            that AWS accepts.
        severity: Whether AWS refuses it.
        title: The requirement of the rule, in a short sentence.
        description: What happens at deploy time, and how to fix it.
        page: The title of the AWS page that the rule is based on.
        acknowledged: The reason by which it is acknowledged; empty if it is not.
        template: The name of the template, if there are several.
    """

    rule: str
    resource: str
    property: str
    value: object
    message: str
    severity: Severity = Severity.ERROR
    title: str = ""
    description: str = ""
    page: str = ""
    acknowledged: str = ""
    template: str = ""

    def accepted(self, reason: str | None) -> "Finding":
        """Return the finding with an acknowledgement of its rule.

        Args:
            reason: The reason. An empty one does not count, and the message says so; None is no
                acknowledgement.
        """
        if reason is None or self.acknowledged or self.message.endswith(_WITHOUT_REASON):
            return self
        if reason.strip():
            return replace(self, acknowledged=reason.strip())
        return replace(self, message=f"{self.message} {_WITHOUT_REASON}")


_WITHOUT_REASON = "(acknowledged without a reason, which does not count)"
