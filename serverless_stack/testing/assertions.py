"""Assertions on templates and on changes of templates. Messages name the construct and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from serverless_stack.checks import Severity
from serverless_stack.testing.deployability import findings
from serverless_stack.testing.review.access.wildcards import Wildcard, wildcards
from serverless_stack.testing.review.compare.consequences import NESTED_STACK, stateful
from serverless_stack.testing.review.compare.stacks import review_stacks
from serverless_stack.testing.review.compare.values import mapping
from serverless_stack.testing.review.model import (
    Action,
    Consequence,
    ResourceChange,
    Review,
    Stack,
)
from serverless_stack.testing.review.reports.text import render, short
from serverless_stack.testing.templates import load, template_of

if TYPE_CHECKING:
    from cdk_nag import NagPack
    from constructs import Construct, IConstruct

    from serverless_stack.testing.templates import Templated


def assert_no_replacement(
    before: Templated, after: Templated, *, allow: Collection[str] = ()
) -> None:
    """Assert that no resource is replaced, and that no removal loses data.

    Nested stacks are compared too.

    Args:
        before: The deployed stack.
        after: The new stack.
        allow: Logical ids or construct paths of resources that may be replaced.

    Raises:
        AssertionError: A resource is replaced. The message has the review.
    """
    allowed = _names(allow)
    changes = [
        change
        for change in review_stacks(load(before), load(after)).changes
        if change.consequence >= Consequence.REPLACEMENT and change.names.isdisjoint(allowed)
    ]
    _require_none(changes, "must not be replaced")


def assert_stateful_unchanged(
    before: Templated, after: Templated, *, allow: Collection[str] = ()
) -> None:
    """Assert that resources with data do not change, and that they stay retained.

    New resources, and changes of metadata and dependencies, are allowed. Nested stacks are compared
    too.

    Args:
        before: The deployed stack.
        after: The new stack.
        allow: Logical ids or construct paths of resources that may change.

    Raises:
        AssertionError: A resource with data changes. The message has the review.
    """
    allowed = _names(allow)
    old, new = load(before), load(after)
    changes = [
        change
        for change in review_stacks(old, new).changes
        if change.action is not Action.ADD
        and _has_effect(change)
        and _is_stateful(change, old, new)
        and change.names.isdisjoint(allowed)
    ]
    _require_none(changes, "must not change")


def assert_compliant(
    stack: Construct, packs: Sequence[NagPack | type[NagPack]] | None = None
) -> None:
    """Assert that a stack follows the rules of cdk-nag, except for acknowledged findings.

    `Validations.of(construct).acknowledge(...)` acknowledges a finding, as at synthesis, by
    `Pack::Rule` or by the rule alone.

    Args:
        stack: The stack, or a construct in one.
        packs: The rule packs, as instances or classes. Default: `AwsSolutionsChecks`.

    Raises:
        AssertionError: There are findings. The message has rule, construct path and reason of each.
    """
    import cdk_nag

    # Only the synthesis applies aspects and lazy values.
    template_of(stack)
    root = stack.node.root
    violations = []
    for pack in packs if packs is not None else [cdk_nag.AwsSolutionsChecks]:
        rules = pack() if isinstance(pack, type) else pack
        for violation in rules.validate_scope(stack).violations:
            violations += [
                f"{resource.construct_path}: {violation.rule_name}: {violation.description}"
                for resource in violation.violating_resources
                if not _acknowledged(
                    root, resource.construct_path or "", f"{rules.name}::{violation.rule_name}"
                )
            ]
    if violations:
        raise AssertionError(_listed("is not compliant", violations))


def assert_least_privilege(stack: Templated, *, allow: Collection[str] = ()) -> None:
    """Assert that no policy has a wildcard, except for those allowed.

    A wildcard is an action with `*`, a resource that stands for all of a service or type,
    `NotAction`, `NotResource`, a managed policy such as `AmazonS3FullAccess`, or anyone as the
    principal of a resource policy without a condition. `BUCKET/*` is not a wildcard. Nested stacks
    are included.

    Args:
        stack: The stack with the policies.
        allow: Wildcards, as the message names them: `"s3:GetObject*"`,
            `"xray:PutTraceSegments on *"`; for one construct only, `"PATH: s3:GetObject*"`.

    Raises:
        AssertionError: There are wildcards. The message has construct path and statement of each.
    """
    allowed = _names(allow)
    groups: dict[tuple[str, str], list[Wildcard]] = {}
    for wildcard in (each for one in load(stack) for each in wildcards(one.template)):
        if not allowed.isdisjoint({wildcard.name, f"{wildcard.owner}: {wildcard.name}"}):
            continue
        groups.setdefault((wildcard.owner, wildcard.path), []).append(wildcard)
    if groups:
        statements = [
            f"{owner}: {', '.join(each.name for each in group)}\n"
            f"    {path}: {short(group[0].statement, 400)}"
            for (owner, path), group in groups.items()
        ]
        raise AssertionError(_listed("has wildcards in its policies", statements))


def assert_deployable(
    stack: Templated,
    *,
    allow: Collection[str] = (),
    region: str | None = None,
    strict: bool = False,
) -> None:
    """Assert that a template has nothing that AWS refuses at deploy time.

    Nested stacks are included, and all stacks of an assembly are checked together.
    `Validations.of(construct).acknowledge(...)` and a resource's metadata acknowledge a finding, as
    at synthesis.

    Args:
        stack: The stack. A path may be an assembly with any number of stacks.
        allow: Rules that may be violated: `"S3-001"`; by one construct only, `"PATH: S3-001"`.
        region: The region of templates without one of their own. Default: unknown.
        strict: Whether warnings fail as errors do.

    Raises:
        AssertionError: There are findings. The message has construct path and rule of each.
    """
    allowed = _names(allow)
    violations = [
        f"{owner}: {finding.rule}: {finding.message}"
        for owner, finding in findings(stack, region)
        if not finding.acknowledged
        and (strict or finding.severity is Severity.ERROR)
        and allowed.isdisjoint({finding.rule, f"{owner}: {finding.rule}"})
    ]
    if violations:
        raise AssertionError(_listed("cannot be deployed", violations))


def _names(allow: Collection[str]) -> frozenset[str]:
    """Return what an argument `allow` names.

    Raises:
        TypeError: It is a text, which is a collection of characters, or has other values.
    """
    given: object = allow
    is_collection = isinstance(given, Collection) and not isinstance(given, str | bytes)
    if not is_collection or not all(isinstance(name, str) for name in allow):
        raise TypeError(f'`allow` must be a list of texts, such as ["Orders"], got: {given!r}')
    return frozenset(allow)


def _acknowledged(root: IConstruct, path: str, rule: str) -> bool:
    """Return whether `Pack::Rule` is acknowledged on a construct or above it.

    A pack that is called directly regards only acknowledgements without the name of a pack.
    """
    here: IConstruct | None = root
    for construct_id in ["", *path.split("/")]:
        here = here if here is None or not construct_id else here.node.try_find_child(construct_id)
        for entry in [] if here is None else here.node.metadata:
            if entry.type == "aws:cdk:acknowledged-rules" and rule in entry.data:
                return True
    return False


def _is_stateful(change: ResourceChange, old: Sequence[Stack], new: Sequence[Stack]) -> bool:
    """Return whether a change is of a resource with data. Known nested stacks count by resource."""
    is_known = any(stack.name.endswith(f"/{change.logical_id}") for stack in new)
    if change.resource_type == NESTED_STACK and change.action is Action.MODIFY and is_known:
        return False
    templates = [mapping(stack.template.get("Resources")) for stack in old]
    resources = [mapping(each.get(change.logical_id)) for each in templates]
    return any(each.get("Type") == change.resource_type and stateful(each) for each in resources)


def _has_effect(change: ResourceChange) -> bool:
    return (
        change.action is not Action.MODIFY
        or change.consequence > Consequence.NONE
        or any(warning.startswith("retention dropped") for warning in change.warnings)
    )


def _require_none(changes: Sequence[ResourceChange], rule: str) -> None:
    if changes:
        number = f"{len(changes)} resource{'s' if len(changes) > 1 else ''}"
        raise AssertionError(f"{number} {rule}:\n{render(Review(tuple(changes)))}")


def _listed(problem: str, findings: Sequence[str]) -> str:
    lines = "\n".join(f"  {each}" for each in sorted(findings))
    number = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
    return f"the stack {problem}, {number}:\n{lines}"
