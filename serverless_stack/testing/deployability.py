"""Findings of `serverless_stack.checks` in objects with a template, for `assert_deployable`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from serverless_stack.checks import Finding, check_template
from serverless_stack.checks.integrations.assembly import (
    ACKNOWLEDGED,
    MANIFEST,
    AssemblyTemplate,
    check,
    templates,
)
from serverless_stack.testing.review.compare.values import mapping
from serverless_stack.testing.templates import PATH_KEY, load, template_of

if TYPE_CHECKING:
    from constructs import IConstruct, Node

    from serverless_stack.testing.templates import Templated

Owned = tuple[str, Finding]
"""The construct path of a resource, or else its logical id, and a finding."""


def findings(thing: Templated, region: str | None) -> list[Owned]:
    """Return the findings in a template.

    Args:
        thing: The object with the template; a path may be an assembly with several stacks.
        region: The region of templates without one of their own.
    """
    if isinstance(thing, str | Path):
        path = Path(thing)
        if (path / MANIFEST).is_file():
            return _together(templates(path), region)
        return _alone(dict(load(path)[0].template), region)
    template = template_of(thing)
    if not _is_construct(thing):
        return _alone(template, region)
    owned = _together(_templates_of(thing), region)
    return [each for each in owned if f"{each[0]}/".startswith(f"{thing.node.path}/")]


def _is_construct(thing: object) -> TypeGuard[IConstruct]:
    return hasattr(thing, "node")


def _templates_of(construct: IConstruct) -> Iterator[AssemblyTemplate]:
    """Return the template of a construct's stack, and those of the stacks nested in it."""
    import aws_cdk as cdk

    stack = cdk.Stack.of(construct)
    stage = cdk.Stage.of(stack)
    assert stage is not None
    scopes = stage.node.scopes
    # The assembly does not have the metadata of apps and stages.
    around = {scope.node.path: _acknowledged(scope.node) for scope in scopes}
    for each in templates(Path(stage.synth().directory), stages=False):
        if f"{each.name}/".startswith(f"{stack.node.path}/"):
            yield dataclasses.replace(each, acknowledged={**around, **each.acknowledged})


def _acknowledged(node: Node) -> dict[str, str]:
    return {
        str(id): str(reason or "")
        for entry in node.metadata
        if entry.type == ACKNOWLEDGED
        for id, reason in mapping(entry.data).items()
    }


def _together(listed: Iterable[AssemblyTemplate], region: str | None) -> list[Owned]:
    return [
        (template.construct(found.resource), found) for template, found in check(listed, region)
    ]


def _alone(template: dict[str, object], region: str | None) -> list[Owned]:
    resources = mapping(template.get("Resources"))
    owned = []
    for each in check_template(template, region):
        metadata = mapping(mapping(resources.get(each.resource)).get("Metadata"))
        owner = str(metadata.get(PATH_KEY) or each.resource or "the template")
        owned.append((owner, each))
    return owned
