"""Acknowledge findings of cdk-nag and checkov, each with its reason, next to the resource."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import jsii
from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct, IValidation

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.tree import node_of, stack_of
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS, HIPAA, NIST, PCI

ALL_STANDARDS = (NIST, HIPAA, PCI)


@dataclass(frozen=True)
class Finding:
    """A finding that is accepted.

    Attributes:
        rule: The name of the rule in its pack, such as ``S1``.
        reason: Why the finding is accepted, for a reviewer.
        packs: The packs with a rule of this name.
    """

    rule: str
    reason: str
    packs: Sequence[str] = (AWS_SOLUTIONS,)


def acknowledge(
    construct: IConstruct,
    rule: str,
    reason: str,
    *,
    packs: Sequence[str] = (AWS_SOLUTIONS,),
    profile: Profile | None = None,
) -> None:
    """Acknowledge a finding in those rule packs that the profile covers.

    Args:
        construct: The construct that has the finding, or a parent of it.
        rule: The name of the rule in its pack, such as ``S1``.
        reason: Why the finding is accepted, for a reviewer.
        packs: The packs with a rule of this name.
        profile: The profile of the construct. Default: looked up.
    """
    acknowledge_all(construct, [Finding(rule, reason, packs)], profile=profile)


def acknowledge_all(
    construct: IConstruct, findings: Iterable[Finding], *, profile: Profile | None = None
) -> None:
    """Acknowledge findings in those rule packs that the profile covers.

    Args:
        construct: The construct that has the findings, or a parent of it.
        findings: The findings.
        profile: The profile of the construct. Default: looked up.
    """
    covered = (profile or Profile.of(construct)).settings.packs
    acknowledgments = [
        Acknowledgment(id=f"{pack}::{pack}-{finding.rule}", reason=finding.reason)
        for finding in findings
        for pack in finding.packs
        if pack in covered
    ]
    if acknowledgments:
        Validations.of(construct).acknowledge(*acknowledgments)


def acknowledge_rule_of_cdk(construct: IConstruct, rule: str, reason: str) -> None:
    """Acknowledge a finding of CDK's own validation, under every profile.

    Args:
        construct: The construct that has the finding, or a parent of it.
        rule: The id of the rule.
        reason: Why the finding is accepted.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_resources(
    construct: IConstruct, resources: Sequence[str], reason: str, *, profile: Profile | None = None
) -> None:
    """Acknowledge wildcards in the resources of a policy.

    Args:
        construct: The construct with the policy.
        resources: The resources, as written in the policy.
        reason: Why the wildcards are accepted.
        profile: The profile of the construct. Default: looked up.
    """
    acknowledge_all(construct, resource_findings(construct, resources, reason), profile=profile)


def resource_findings(
    construct: IConstruct, resources: Sequence[str], reason: str
) -> list[Finding]:
    """Return the findings about wildcards in the resources of a policy.

    Args:
        construct: A construct of the stack with the policy.
        resources: The resources, as written in the policy.
        reason: Why the wildcards are accepted.
    """
    resolved: list[object] = list(resources)
    if any(map(is_unresolved, resources)):
        resolved = stack_of(construct).resolve(resolved)
    return [Finding(f"IAM5[Resource::{_as_in_finding(value)}]", reason) for value in resolved]


def acknowledge_resources_later(
    construct: IConstruct, resources: Sequence[str], reason: str
) -> None:
    """Acknowledge wildcards in the resources of a policy, as they are at synthesis.

    A reference to another stack is an import then. A resource that nobody can write as text stays
    a finding.

    Args:
        construct: The construct with the policy.
        resources: The resources, as written in the policy.
        reason: Why the wildcards are accepted.
    """

    def act() -> None:
        with suppress(TypeError):
            acknowledge_resources(construct, resources, reason)

    node_of(construct).add_validation(_AtSynthesis(act))


def acknowledge_while(
    construct: IConstruct,
    rule: str,
    reason: str,
    *,
    packs: Sequence[str] = (AWS_SOLUTIONS,),
    open_still: Callable[[], bool],
) -> None:
    """Acknowledge a finding if it is still there at synthesis.

    Args:
        construct: The construct that has the finding.
        rule: The name of the rule in its pack.
        reason: Why the finding is accepted.
        packs: The packs with a rule of this name.
        open_still: Called at synthesis; returns whether the finding is still there.
    """

    def act() -> None:
        if open_still():
            acknowledge(construct, rule, reason, packs=packs)

    node_of(construct).add_validation(_AtSynthesis(act))


@jsii.implements(IValidation)
class _AtSynthesis:
    """An action on the complete tree: CDK runs validations after all constructs exist."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def validate(self) -> list[str]:
        """Run the action and return no error."""
        self._act()
        return []


def skip_in_checkov(resource: IConstruct, skips: Mapping[str, str], *, profile: Profile) -> None:
    """Skip checks of checkov for a resource, in its metadata.

    Args:
        resource: The raw resource, or a construct whose default child is one.
        skips: The reason by check, such as ``CKV_AWS_144``.
        profile: The profile of the construct.
    """
    if not skips or not profile.settings.linters:
        return
    raw = resource if isinstance(resource, CfnResource) else default_child(resource, CfnResource)
    entries = [{"id": check, "comment": reason} for check, reason in skips.items()]
    metadata = raw.get_metadata("checkov") or {"skip": []}
    if entries[0] not in metadata["skip"]:
        raw.add_metadata("checkov", {"skip": [*metadata["skip"], *entries]})


def _as_in_finding(value: object) -> str:
    """Return a policy resource as cdk-nag writes it in a finding: references become ``<Name>``."""
    if isinstance(value, str):
        return value.replace("${", "<").replace("}", ">")
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return f"<{argument}>"
        if function == "Fn::GetAtt":
            return f"<{'.'.join(argument)}>"
        if function == "Fn::ImportValue":
            return str(argument)
        if function == "Fn::Join":
            delimiter, items = argument
            return str(delimiter).join(_as_in_finding(item) for item in items)
    raise TypeError(f"a policy resource must be text, Ref, GetAtt or Join, got: {value!r}")
