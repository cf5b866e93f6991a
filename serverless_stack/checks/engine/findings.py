"""What a check finds in a template."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """AWS refuses the deployment."""
    WARNING = "warning"
    """AWS accepts it, and does not do what it seems to say, or it will fail when it is used."""


@dataclass(frozen=True)
class Finding:
    """One mistake in a template.

    Attributes:
        rule: The id of the rule, such as ``EC-012``.
        resource: The logical id of the resource; empty for the template as a whole.
        property: The path of the property, such as ``Rules.0.ExpirationInDays``; empty for the
            resource as a whole.
        value: The value that was found.
        message: The property, the rule, the value and, where there is one, the nearest value that
            AWS accepts.
        severity: How bad it is.
        page: The title of the AWS page that the rule rests on.
        acknowledged: The reason why it is accepted; empty if it is not.
        template: The name of the template, where there are several.
    """

    rule: str
    resource: str
    property: str
    value: object
    message: str
    severity: Severity = Severity.ERROR
    page: str = ""
    acknowledged: str = ""
    template: str = ""

    def accepted(self, reason: str | None) -> "Finding":
        """The finding as it is when something acknowledges its rule.

        Args:
            reason: Why; None if nothing does. Without a reason it does not count, and that is told.
        """
        if reason is None or self.acknowledged or self.message.endswith(_WITHOUT_REASON):
            return self
        if reason.strip():
            return replace(self, acknowledged=reason.strip())
        return replace(self, message=f"{self.message} {_WITHOUT_REASON}")


_WITHOUT_REASON = "(acknowledged without a reason, which does not count)"
