"""Rules on secrets that a template passes on to where they can be read."""

import re
from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Link, Template
from serverless_stack.checks.engine.texts import shown
from serverless_stack.checks.engine.violations import Violation

RULES = RuleList()

# Attributes of resources that are secrets.
_SECRETS: Final = {
    "AWS::Cognito::UserPoolClient": ("ClientSecret",),
    "AWS::IAM::AccessKey": ("SecretAccessKey",),
}
_ENVIRONMENTS: Final = {
    "AWS::Lambda::Function": re.compile(r"Properties\.Environment\.Variables\..*"),
    "AWS::ECS::TaskDefinition": re.compile(
        r"Properties\.ContainerDefinitions\.\d+\.Environment\..*"
    ),
}
_DYNAMIC: Final = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):")


@RULES.template("SECRETS-010", page="CloudFormation template Outputs syntax")
def outputs(template: Template) -> Iterator[Violation]:
    """Outputs must not be secrets.

    Everyone who can describe the stack can read its outputs. Output the ARN of a secret instead.
    """
    for link in template.links:
        if link.section == "Outputs" and _is_secret(template, link):
            yield _output(link.source, f"{link.target}.{link.attribute}".rstrip("."))
    for section, entry, path, _name, value in template.texts:
        if section == "Outputs" and shown(path).startswith("Value") and _DYNAMIC.search(value):
            yield _output(entry, "a dynamic reference to a secret")


@RULES.template(
    "SECRETS-011",
    page="Securing environment variables",
    severity=Severity.WARNING,
)
def environments(template: Template) -> Iterator[Violation]:
    """Environment variables must not be secrets.

    Everyone who can describe the function or task can read its environment. Pass the ARN of a
    secret, and read it when the code runs.
    """
    for link in template.links:
        in_one = link.section == "Resources" and _is_environment(template, link.source, link.path)
        if in_one and _is_secret(template, link):
            yield _variable(link.source, link.path, link.target)
    for section, entry, path, _name, value in template.texts:
        if section == "Resources" and _DYNAMIC.search(value):
            where = shown(path)
            if _is_environment(template, entry, where):
                yield _variable(entry, where, "a dynamic reference to a secret")


def _is_secret(template: Template, link: Link) -> bool:
    if link.kind == "GetAtt":
        resource = template.resource(link.target)
        return resource is not None and link.attribute in _SECRETS.get(resource.type, ())
    parameters = template.source.get("Parameters")
    described = parameters.get(link.target) if isinstance(parameters, dict) else None
    if link.kind != "Ref" or not isinstance(described, dict):
        return False
    return str(described.get("NoEcho")).lower() == "true"


def _is_environment(template: Template, logical_id: str, path: str) -> bool:
    resource = template.resource(logical_id)
    pattern = _ENVIRONMENTS.get(resource.type) if resource is not None else None
    return pattern is not None and pattern.fullmatch(path) is not None


def _output(name: str, value: str) -> Violation:
    path = f"Outputs.{name}.Value"
    message = (
        f"`{path}` must not be a secret, which all can read who can see the stack, got: {value}; "
        "output the ARN of a secret instead"
    )
    return Violation(path, value, message)


def _variable(logical_id: str, path: str, value: str) -> Violation:
    where = path.removeprefix("Properties.")
    message = (
        f"`{where}` must not be a secret, which all can read who can see the function, "
        f"got: {value}; give it the ARN of a secret and read that when the code runs"
    )
    return Violation(where, value, message, logical_id)
