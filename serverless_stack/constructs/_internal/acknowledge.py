"""Findings of cdk-nag that stay, each with the reason why, next to the resource that has it."""

from collections.abc import Callable, Mapping, Sequence

import jsii
from aws_cdk import Acknowledgment, CfnResource, Stack, Validations
from constructs import IConstruct, IValidation

from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS, HIPAA, NIST, PCI

ALL_STANDARDS = (NIST, HIPAA, PCI)


def acknowledge(
    construct: IConstruct,
    rule: str,
    reason: str,
    *,
    packs: Sequence[str] = (AWS_SOLUTIONS,),
    profile: Profile | None = None,
) -> None:
    """Acknowledge a finding, in the packs that the construct's profile answers for.

    Args:
        construct: The construct that has the finding, or one above it.
        rule: The rule's name in its pack, such as ``S1``.
        reason: Why it stays, for a reviewer.
        packs: The packs that have a rule of that name.
        profile: The profile of the construct, if the caller knows it.
    """
    answered = (profile or Profile.of(construct)).settings.packs
    found = [pack for pack in packs if pack in answered]
    if found:
        Validations.of(construct).acknowledge(
            *(Acknowledgment(id=f"{pack}::{pack}-{rule}", reason=reason) for pack in found)
        )


def acknowledge_resources(
    construct: IConstruct, resources: Sequence[str], reason: str, *, profile: Profile | None = None
) -> None:
    """Acknowledge the wildcards in the resources of a policy.

    Args:
        construct: What has the policy.
        resources: The resources, as the policy names them.
        reason: Why each is as it is.
        profile: The profile of the construct, if the caller knows it.
    """
    for resource in resources:
        told = _flat(Stack.of(construct).resolve(resource))
        acknowledge(construct, f"IAM5[Resource::{told}]", reason, profile=profile)


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
        rule: The rule's name in its pack.
        reason: Why it stays.
        packs: The packs that have a rule of that name.
        open_still: Tells whether the user has not decided by then.
    """

    def settle() -> None:
        if open_still():
            acknowledge(construct, rule, reason, packs=packs)

    construct.node.add_validation(_AtSynthesis(settle))


@jsii.implements(IValidation)
class _AtSynthesis:
    """CDK asks what is wrong when the tree is complete: the only time to do something then."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def validate(self) -> list[str]:
        """Act, and find nothing wrong."""
        self._act()
        return []


def skip_in_checkov(resource: IConstruct, skips: Mapping[str, str], *, profile: Profile) -> None:
    """Tell checkov what stays, and why, in the metadata of a resource.

    Args:
        resource: The raw resource, or what has one.
        skips: Reasons by check, such as ``CKV_AWS_144``.
        profile: The profile of the construct.
    """
    if not skips or not profile.settings.linters:
        return
    raw = resource if CfnResource.is_cfn_resource(resource) else resource.node.default_child
    assert isinstance(raw, CfnResource)  # every caller has one
    listed = [{"id": check, "comment": reason} for check, reason in skips.items()]
    before = raw.get_metadata("checkov") or {"skip": []}
    if listed[0] not in before["skip"]:
        raw.add_metadata("checkov", {"skip": [*before["skip"], *listed]})


def _flat(value: object) -> str:
    """Write a resource of a policy as cdk-nag does: what is known later is in ``<>``."""
    if isinstance(value, str):
        return value.replace("${", "<").replace("}", ">")
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return f"<{argument}>"
        if function == "Fn::GetAtt":
            return f"<{'.'.join(argument)}>"
        if function == "Fn::Join":
            delimiter, items = argument
            return str(delimiter).join(_flat(item) for item in items)
    raise TypeError(f"a resource of a policy must be text, Ref, GetAtt or Join, got: {value!r}")
