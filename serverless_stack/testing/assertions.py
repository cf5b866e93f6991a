"""Assertions on templates and on what changes between two; all name the construct and say why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from serverless_stack.checks import Severity
from serverless_stack.testing.deployability import findings
from serverless_stack.testing.privileges import Wildcard, wildcards
from serverless_stack.testing.review.compare import review
from serverless_stack.testing.review.consequences import stateful
from serverless_stack.testing.review.model import (
    Action,
    Consequence,
    ResourceChange,
    Review,
)
from serverless_stack.testing.review.text import render, short
from serverless_stack.testing.review.values import mapping
from serverless_stack.testing.templates import template_of

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.assertions import Template
    from cdk_nag import NagPack
    from constructs import Construct, IConstruct

    Templated = Stack | Template | Construct | Mapping[str, object] | Path | str
    """What has a template; a path is one of a template, or of a cloud assembly with one stack."""


def assert_no_replacement(
    before: Templated, after: Templated, *, allow: Collection[str] = ()
) -> None:
    """Assert that no resource is replaced, and that no data is lost by a removal.

    Args:
        before: What is deployed.
        after: What would be.
        allow: Logical ids or construct paths of resources that may be.

    Raises:
        AssertionError: With the review of those that are.
    """
    found = [
        change
        for change in review(_template(before), _template(after)).changes
        if change.consequence >= Consequence.REPLACEMENT and not _allowed(change, allow)
    ]
    _require_none(found, "must not be replaced")


def assert_stateful_unchanged(
    before: Templated, after: Templated, *, allow: Collection[str] = ()
) -> None:
    """Assert that nothing happens to resources that keep data, and that they stay retained.

    New ones may come. Metadata and dependencies may change.

    Args:
        before: What is deployed.
        after: What would be.
        allow: Logical ids or construct paths of resources that may change.

    Raises:
        AssertionError: With the review of those that change.
    """
    old = _template(before)
    resources = mapping(old.get("Resources"))
    found = [
        change
        for change in review(old, _template(after)).changes
        if stateful(mapping(resources.get(change.logical_id)))
        and change.action is not Action.ADD
        and _does_something(change)
        and not _allowed(change, allow)
    ]
    _require_none(found, "must not change")


def assert_compliant(
    stack: Construct, packs: Sequence[NagPack | type[NagPack]] | None = None
) -> None:
    """Assert that a stack follows the rules of cdk-nag, or that exceptions are acknowledged.

    `Validations.of(construct).acknowledge(...)` acknowledges a finding, as at synthesis, by
    `Pack::Rule` or by the rule alone.

    Args:
        stack: The stack, or any construct in one.
        packs: The packs of rules, as instances or classes. `AwsSolutionsChecks` by default.

    Raises:
        AssertionError: With rule, construct path and reason of each finding.
    """
    import cdk_nag

    # Aspects and lazy values are in the tree only when it is synthesised.
    template_of(stack)
    root = stack.node.root
    found = []
    for pack in packs if packs is not None else [cdk_nag.AwsSolutionsChecks]:
        rules = pack() if isinstance(pack, type) else pack
        for violation in rules.validate_scope(stack).violations:
            found += [
                f"{resource.construct_path}: {violation.rule_name}: {violation.description}"
                for resource in violation.violating_resources
                if not _acknowledged(
                    root, resource.construct_path or "", f"{rules.name}::{violation.rule_name}"
                )
            ]
    if found:
        raise AssertionError(_listed("is not compliant", found))


def assert_least_privilege(stack: Templated, *, allow: Collection[str] = ()) -> None:
    """Assert that no policy has a wildcard but those allowed.

    That is: an action with `*`; a resource that is all of a service or of a type; `NotAction` and
    `NotResource`; managed policies such as `AmazonS3FullAccess`; and anybody as the principal of a
    resource's policy without a condition. `BUCKET/*` is no wildcard, its bucket is fixed.

    Args:
        stack: What has the policies.
        allow: The wildcards that are wanted, as the message names them: `"s3:GetObject*"`,
            `"xray:PutTraceSegments on *"`; for one construct alone `"PATH: s3:GetObject*"`.

    Raises:
        AssertionError: With construct path, statement and wildcard of each.
    """
    found: dict[tuple[str, str], list[Wildcard]] = {}
    for each in wildcards(_template(stack)):
        if each.what not in allow and f"{each.owner}: {each.what}" not in allow:
            found.setdefault((each.owner, each.path), []).append(each)
    if found:
        statements = [
            f"{owner}: {', '.join(each.what for each in group)}\n"
            f"    {path}: {short(group[0].statement, 400)}"
            for (owner, path), group in found.items()
        ]
        raise AssertionError(_listed("permits more than it may need", statements))


def assert_deployable(
    stack: Templated,
    *,
    allow: Collection[str] = (),
    region: str | None = None,
    strict: bool = False,
) -> None:
    """Assert that nothing is in a template that AWS refuses at deploy time.

    Nested stacks are checked with the stack that they are in, and all stacks of an assembly
    together. `Validations.of(construct).acknowledge(...)` and a resource's metadata acknowledge a
    finding, as at synthesis.

    Args:
        stack: What has the template; a path may be one of an assembly with any number of stacks.
        allow: The rules that may be broken, by id: `"S3-001"`; by one construct alone
            `"PATH: S3-001"`.
        region: The region of a template that does not tell its own.
        strict: Whether a warning fails as an error does.

    Raises:
        AssertionError: With construct path, rule and message of each finding.
    """
    found = [
        f"{owner}: {finding.rule}: {finding.message}"
        for owner, finding in findings(stack, region)
        if not finding.acknowledged
        and (strict or finding.severity is Severity.ERROR)
        and finding.rule not in allow
        and f"{owner}: {finding.rule}" not in allow
    ]
    if found:
        raise AssertionError(_listed("cannot be deployed", found))


def _acknowledged(root: IConstruct, path: str, rule: str) -> bool:
    """Whether `Pack::Rule` is acknowledged on a construct or above it.

    A pack that is called directly sees those only that name no pack.
    """
    here: IConstruct | None = root
    for construct_id in ["", *path.split("/")]:
        here = here if here is None or not construct_id else here.node.try_find_child(construct_id)
        for entry in [] if here is None else here.node.metadata:
            if entry.type == "aws:cdk:acknowledged-rules" and rule in entry.data:
                return True
    return False


def _template(thing: Templated) -> Mapping[str, object]:
    if not isinstance(thing, str | Path):
        return template_of(thing)
    from serverless_stack.testing.review import assemblies

    path = Path(thing)
    stacks = assemblies.read_folder(path) if path.is_dir() else assemblies.read_template(path)
    if len(stacks) != 1:
        names = ", ".join(each.name for each in stacks)
        raise ValueError(f"`{thing}` must have one stack; give the template of one of: {names}")
    return stacks[0].template


def _allowed(change: ResourceChange, allow: Collection[str]) -> bool:
    return not change.names.isdisjoint(allow)


def _does_something(change: ResourceChange) -> bool:
    return (
        change.action is not Action.MODIFY
        or change.consequence > Consequence.NONE
        or any(warning.startswith("retention dropped") for warning in change.warnings)
    )


def _require_none(found: Sequence[ResourceChange], rule: str) -> None:
    if found:
        number = f"{len(found)} resource{'s' if len(found) > 1 else ''}"
        raise AssertionError(f"{number} {rule}:\n{render(Review(tuple(found)))}")


def _listed(what: str, found: Sequence[str]) -> str:
    lines = "\n".join(f"  {each}" for each in sorted(found))
    return f"the stack {what}, {len(found)} finding{'s' if len(found) > 1 else ''}:\n{lines}"
