"""Rules on secrets in plain text; no finding shows their values."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Template
from serverless_stack.checks.engine.texts import shown
from serverless_stack.checks.engine.violations import REDACTED, Violation
from serverless_stack.checks.secrets.patterns import form_of, is_secret, strength_of

RULES = RuleList()

_PAGE: Final = "AWS CloudFormation best practices"
_ADVICE: Final = (
    "store it in Secrets Manager and read it when the code runs, or refer to it by "
    "{{resolve:secretsmanager:...}}; and change it, because it is exposed"
)


@RULES.template("SECRETS-001", page=_PAGE)
def by_form(template: Template) -> Iterator[Violation]:
    """Templates must not contain keys, tokens or private keys.

    Everyone who can read the template or the stack can read the secret. Store it in Secrets
    Manager, refer to it, and change it, because it is already exposed.
    """
    for section, entry, path, _name, value in template.texts:
        kind = form_of(value)
        if kind is not None:
            yield _violation(section, entry, shown(path), f"not have {kind} in it")


@RULES.template("SECRETS-002", page=_PAGE)
def by_name(template: Template) -> Iterator[Violation]:
    """Passwords, secrets and tokens must not be in plain text.

    Everyone who can read the template or the stack can read the value. Store it in Secrets Manager,
    refer to it, and change it, because it is already exposed.
    """
    for section, entry, path, name, value in template.texts:
        if strength_of(name) and is_secret(name, value) and not form_of(value):
            where = shown(path)
            # Allowed values are not secrets.
            if section == "Parameters" and where != "Default":
                continue
            yield _violation(section, entry, where, "not be a secret in plain text")


@RULES.template(
    "SECRETS-003", page="CloudFormation template Parameters syntax", severity=Severity.WARNING
)
def echoed(template: Template) -> Iterator[Violation]:
    """`NoEcho` must be true for parameters that are passwords.

    CloudFormation shows the parameter's value in its console and API otherwise.
    """
    parameters = template.source.get("Parameters")
    for name, described in (parameters if isinstance(parameters, dict) else {}).items():
        if not isinstance(described, dict) or described.get("Type") != "String":
            continue
        shown_by_aws = str(described.get("NoEcho")).lower() != "true"
        if strength_of(str(name)) == "password" and shown_by_aws:
            path = f"Parameters.{name}.NoEcho"
            message = f"`{path}` must be true for a secret, got: {described.get('NoEcho')!r}"
            yield Violation(path, described.get("NoEcho"), message)


def _violation(section: str, entry: str, path: str, requirement: str) -> Violation:
    resource = entry if section == "Resources" else ""
    whole = (
        path.removeprefix("Properties.")
        if resource
        else ".".join(part for part in (section, entry, path) if part)
    )
    message = f"`{whole}` must {requirement}, got: {REDACTED}; {_ADVICE}"
    return Violation(whole, REDACTED, message, resource)
