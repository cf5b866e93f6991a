"""A CDK validation plugin that runs the checks.

Example:
    >>> import aws_cdk as cdk
    >>> app = cdk.App()
    >>> cdk.Validations.of(app).add_plugins(DeployabilityChecks())
"""

import dataclasses
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import aws_cdk as cdk
import jsii

from serverless_stack.checks import check_templates, rules
from serverless_stack.checks.engine.findings import Finding, Severity
from serverless_stack.checks.integrations.assembly import PLUGIN, AssemblyTemplate, templates


@jsii.implements(cdk.IPolicyValidationPlugin)
class DeployabilityChecks:
    """Fails synthesis if AWS would refuse a template at deploy time.

    Add it to an app by ``cdk.Validations.of(app).add_plugins(DeployabilityChecks())``, or to a
    stage. Each template is checked for the region of its stack, including nested stacks, and all
    templates are checked together. Warnings are shown, and do not fail synthesis.

    ``cdk.Validations.of(construct).acknowledge(...)`` with the id of a finding accepts it for the
    construct and its children, as does the metadata of a resource.

    Args:
        strict: Fail on warnings as well. Default: only on errors.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict

    @property
    def name(self) -> str:
        """The name, which precedes the ids of acknowledgements."""
        return PLUGIN

    @property
    def version(self) -> str:
        """The version of this package."""
        return metadata.version("serverless-stack")

    @property
    def rule_ids(self) -> list[str]:
        """The ids of all rules."""
        return [rule.id for rule in rules()]

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check the templates of a cloud assembly; called by CDK."""
        checked = {each.name: each for each in _templates(map(Path, context.template_paths))}
        found = check_templates(
            {name: each.read() for name, each in checked.items()},
            {name: each.region for name, each in checked.items()},
        )
        left = [self._with_severity(each) for each in found if not each.acknowledged]
        return cdk.PolicyValidationPluginReport(
            success=all(each.severity is Severity.WARNING for each in left),
            violations=list(_violations(left, checked)),
            metadata={
                f"acknowledged {each.rule} {checked[each.template].construct(each.resource)}": (
                    each.acknowledged
                )
                for each in found
                if each.acknowledged
            },
        )

    def _with_severity(self, finding: Finding) -> Finding:
        # CDK reads the severity again, whatever the report says, if a rule is acknowledged.
        return dataclasses.replace(finding, severity=Severity.ERROR) if self._strict else finding


def _templates(paths: Iterable[Path]) -> Iterator[AssemblyTemplate]:
    """Yield the templates of the stacks in these files, and of their nested stacks."""
    for folder in dict.fromkeys(path.parent for path in paths):
        yield from templates(folder, stages=False)


def _violations(
    findings: Iterable[Finding], checked: dict[str, AssemblyTemplate]
) -> Iterator[cdk.PolicyViolation]:
    """Yield one violation per rule and message, with all its resources."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        grouped.setdefault((each.rule, each.message), []).append(each)
    for (rule, message), group in grouped.items():
        yield cdk.PolicyViolation(
            rule_name=rule,
            description=message,
            severity=group[0].severity.value,
            fix=f'{group[0].description} See "{group[0].page}" in the documentation of AWS.',
            violating_resources=[_resource(each, checked[each.template]) for each in group],
        )


def _resource(finding: Finding, template: AssemblyTemplate) -> cdk.PolicyViolatingResource:
    return cdk.PolicyViolatingResource(
        construct_path=template.construct(finding.resource)
        if finding.resource in template.constructs or not finding.resource
        else None,
        resource_logical_id=finding.resource or None,
        template_path=str(template.path),
        locations=[f"Properties.{finding.property}"] if finding.property else [],
    )
