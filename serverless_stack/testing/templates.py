"""CloudFormation templates of stacks, constructs, `Template` objects, mappings and files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from serverless_stack.checks.integrations.assembly import AssemblyTemplate, templates
from serverless_stack.testing.review.compare.consequences import NESTED_STACK
from serverless_stack.testing.review.compare.values import mapping
from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.review.sources import files

if TYPE_CHECKING:
    import aws_cdk as cdk
    from aws_cdk.assertions import Template
    from constructs import Construct, IConstruct

    Templated = cdk.Stack | Template | Construct | Mapping[str, object] | Path | str
    """Anything with a template. A path is a template or a cloud assembly with one stack."""

PATH_KEY = "aws:cdk:path"
"""The key of a resource's metadata with the path of its construct."""

_ASSET_HASH = re.compile(r"[0-9a-f]{64}")
_MODIFIED = "ConstructTreeModifiedAfterSynth"  # CDK's error
_NAMED_ELSEWHERE = ("Parameters", "Mappings", "Conditions")

_syntheses: WeakKeyDictionary[cdk.Stack, _Synthesis] = WeakKeyDictionary()


@dataclass(frozen=True)
class _Synthesis:
    """A synthesised stack: the templates of it and its nested stacks, and its construct paths."""

    templates: str
    constructs: Mapping[str, str]

    @property
    def stacks(self) -> list[Stack]:
        return [Stack(name, template) for name, template in json.loads(self.templates)]


def template_of(thing: IConstruct | Template | Mapping[str, object]) -> dict[str, object]:
    """Return the template of a stack, a construct, a `Template` or a mapping.

    A stack is synthesised once: CDK refuses constructs that are added later, and does not see
    properties that are changed later. Resources have the path of their construct as metadata,
    `aws:cdk:path`.

    Args:
        thing: A stack, or another object with a template. The template of a construct in a stack
            has its own resources and outputs, and the parameters, mappings and conditions that
            those name.

    Returns:
        A copy of the template.

    Raises:
        TypeError: The object has no template.
        ValueError: The construct has no resources.
    """
    return dict(stacks_of(thing)[0].template)


def load(thing: Templated) -> list[Stack]:
    """Return the stacks of an object as :func:`stacks_of` does, or those in a file.

    Args:
        thing: An object with a template, or the path of a template or cloud assembly.

    Raises:
        TypeError: The object has no template.
        ValueError: The construct has no resources, or the assembly has several stacks.
        SourceError: The file cannot be read.
    """
    if not isinstance(thing, str | Path):
        return stacks_of(thing)
    stacks = files.read(Path(thing))
    if not Path(thing).is_dir():
        return [_alone(dict(stacks[0].template))]
    names = [stack.name for stack in stacks if "/" not in stack.name]
    if len(names) != 1:
        raise ValueError(
            f"`{thing}` must have one stack, got: {', '.join(names)}; use the template of one"
        )
    return stacks


def stacks_of(thing: IConstruct | Template | Mapping[str, object]) -> list[Stack]:
    """Return the stack of an object, then the stacks nested in it.

    Args:
        thing: An object as for :func:`template_of`.

    Raises:
        TypeError: The object has no template.
        ValueError: The construct has no resources, or the template has nested stacks of CDK, whose
            templates only the stack itself has.
    """
    if isinstance(thing, Mapping):
        return [_alone(_copy(thing))]
    import aws_cdk as cdk
    from aws_cdk.assertions import Template
    from constructs import Node

    if isinstance(thing, Template):
        return [_alone(_copy(thing.to_json()))]
    if isinstance(thing, cdk.Stack):
        return _synthesis(thing).stacks
    if isinstance(getattr(thing, "node", None), Node) and not isinstance(thing, cdk.Stage):
        return _part(_synthesis(cdk.Stack.of(thing)), thing.node.path)
    raise TypeError(
        "a template comes from a Stack, a construct in one, an assertions.Template or a mapping, "
        f"got: {type(thing).__name__}"
    )


def has_more_constructs(stack: cdk.Stack) -> bool:
    """Return whether constructs were added to a stack, or beside it, since it was synthesised."""
    import aws_cdk as cdk

    stage = cdk.Stage.of(stack)
    try:
        if stage is not None:
            stage.synth()
    except RuntimeError as error:
        if _MODIFIED not in str(error):
            raise
        return True
    return False


def _alone(template: dict[str, Any]) -> Stack:
    """Return a template without a stack, unless changes of its nested stacks would pass unseen."""
    for logical_id, described in mapping(template.get("Resources")).items():
        resource = mapping(described)
        url = json.dumps(mapping(resource.get("Properties")).get("TemplateURL"))
        if resource.get("Type") == NESTED_STACK and _ASSET_HASH.search(url):
            raise ValueError(
                "the template must not have nested stacks, whose own templates are not in it, got: "
                f"`{logical_id}`; pass the stack itself, or the folder of the cloud assembly"
            )
    return Stack("", template)


def _copy(template: object) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(template))
    return copy


def _synthesis(stack: cdk.Stack) -> _Synthesis:
    import aws_cdk as cdk

    stage = cdk.Stage.of(stack)
    if stage is None:
        raise ValueError(f"stack `{stack.node.path}` must be in an App or a Stage")
    # CDK synthesises on the first call only. On others it checks that no construct was added.
    try:
        folder = Path(stage.synth().directory)
    except RuntimeError as error:
        if _MODIFIED not in str(error):
            raise
        raise ValueError(
            f"stack `{stack.node.path}` must be complete before its first assertion, because it is "
            f"synthesised once, got: more constructs ({_added(str(error))}); a test that adds to a "
            "stack needs one of its own, such as `stack_factory(..., fresh=True)`"
        ) from None
    if stack not in _syntheses:
        assembly = {each.name: each for each in templates(folder, stages=False)}
        stacks = json.dumps(list(_with_nested(assembly, stack.node.path, "")))
        _syntheses[stack] = _Synthesis(stacks, assembly[stack.node.path].constructs)
    return _syntheses[stack]


def _added(message: str) -> str:
    """Return the paths of constructs in CDK's error about a tree that was modified."""
    return ", ".join(re.findall(r"[(,] ?\+([^,)]+)", message)) or "see CDK's error"


def _with_nested(
    assembly: Mapping[str, AssemblyTemplate], path: str, name: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the template of a stack and of the stacks nested in it, with construct paths."""
    constructs = assembly[path].constructs
    template: dict[str, Any] = assembly[path].read()
    nested = {}
    for logical_id, resource in template.get("Resources", {}).items():
        if logical_id not in constructs or not isinstance(resource, dict):
            continue
        resource.setdefault("Metadata", {}).setdefault(PATH_KEY, constructs[logical_id])
        # The path of `Shop/Files` is that of `Shop/Files.NestedStack/Files.NestedStackResource`.
        stack = constructs[logical_id].rpartition("/")[0].removesuffix(".NestedStack")
        if resource.get("Type") == NESTED_STACK and stack in assembly:
            nested[logical_id] = stack
    yield name, template
    for logical_id, stack in nested.items():
        yield from _with_nested(assembly, stack, f"{name}/{logical_id}")


def _part(synthesis: _Synthesis, path: str) -> list[Stack]:
    """Return the template of a construct of a stack, and the stacks nested in the construct."""
    stack, *nested = synthesis.stacks
    whole: dict[str, Any] = dict(stack.template)
    inside = {
        logical_id
        for logical_id, each in synthesis.constructs.items()
        if f"{each}/".startswith(f"{path}/")
    }
    part: dict[str, Any] = {
        section: kept
        for section, elements in whole.items()
        if isinstance(elements, dict)
        and (kept := {name: each for name, each in elements.items() if name in inside})
    }
    if not part.get("Resources"):
        raise ValueError(f"construct `{path}` has no resources in the template of its stack")
    _add_named(part, whole)
    return [Stack("", part), *(each for each in nested if each.name.split("/")[1] in inside)]


def _add_named(part: dict[str, Any], whole: dict[str, Any]) -> None:
    """Add what the part names until nothing is missing: a condition may name a parameter."""
    while True:
        text = json.dumps(part)
        missing = [
            (section, name)
            for section in _NAMED_ELSEWHERE
            for name in whole.get(section, {})
            if name not in part.get(section, {})
            and (json.dumps(name) in text or f"${{{name}}}" in text)
        ]
        if not missing:
            return
        for section, name in missing:
            part.setdefault(section, {})[name] = whole[section][name]
