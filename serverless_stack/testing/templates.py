"""CloudFormation templates of whatever a test has at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.assertions import Template
    from constructs import IConstruct

PATH_KEY = "aws:cdk:path"
"""The key of a resource's metadata with the path of its construct."""

_NAMED_ELSEWHERE = ("Parameters", "Mappings", "Conditions")


@dataclass(frozen=True)
class _Synthesis:
    text: str
    paths: Mapping[str, str]


_syntheses: WeakKeyDictionary[Stack, _Synthesis] = WeakKeyDictionary()


def template_of(thing: IConstruct | Template | Mapping[str, object]) -> dict[str, object]:
    """Give the template of a stack, a construct, a `Template` or a dictionary.

    A stack is synthesised once, however often it is asked for: CDK refuses constructs that are
    added later, and does not see properties that are changed later. Resources carry the path of
    their construct as metadata, `aws:cdk:path`.

    Args:
        thing: What to look at. Of a construct inside a stack you get its own resources and outputs,
            with the parameters, mappings and conditions that they name.

    Returns:
        A copy of the template, yours to change.

    Raises:
        TypeError: It is something else.
        ValueError: The construct has no resources.
    """
    if isinstance(thing, Mapping):
        return _copy(thing)
    import aws_cdk as cdk
    from aws_cdk.assertions import Template
    from constructs import Node

    if isinstance(thing, Template):
        return _copy(thing.to_json())
    if isinstance(thing, cdk.Stack):
        return _with_paths(_synthesis(thing))
    if isinstance(getattr(thing, "node", None), Node) and not isinstance(thing, cdk.Stage):
        return _part(_synthesis(cdk.Stack.of(thing)), thing.node.path)
    raise TypeError(
        "a template comes from a Stack, a construct in one, an assertions.Template or a mapping, "
        f"got: {type(thing).__name__}"
    )


def _copy(template: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(template))
    return found


def _synthesis(stack: Stack) -> _Synthesis:
    import aws_cdk as cdk

    stage = cdk.Stage.of(stack)
    if stage is None:
        raise ValueError(f"stack `{stack.node.path}` must be in an App or a Stage")
    # CDK synthesises on the first call only; on others it checks that nothing was added since.
    folder = Path(stage.synth().directory)
    if stack not in _syntheses:
        text = (folder / stack.template_file).read_text("utf-8")
        _syntheses[stack] = _Synthesis(text, dict(_paths(stack, folder, text)))
    return _syntheses[stack]


def _paths(stack: Stack, folder: Path, text: str) -> Iterator[tuple[str, str]]:
    """Give the logical ids of a stack, each with the path of its construct."""
    if stack.nested_stack_parent is not None:
        yield from _paths_of_nested(stack, json.loads(text))
        return
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    artifact = manifest["artifacts"][stack.artifact_id]
    metadata = dict(artifact.get("metadata", {}))
    if further := artifact.get("additionalMetadataFile"):
        metadata |= json.loads((folder / further).read_text("utf-8"))
    for path, entries in metadata.items():
        for entry in entries:
            if entry["type"] == "aws:cdk:logicalId":
                yield entry["data"], path.removeprefix("/")


def _paths_of_nested(stack: Stack, template: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Walk the constructs: the assembly's metadata stops at nested stacks."""
    import aws_cdk as cdk

    for construct in stack.node.find_all():
        if isinstance(construct, cdk.CfnElement) and construct.stack is stack:
            yield str(stack.resolve(construct.logical_id)), construct.node.path


def _with_paths(synthesis: _Synthesis) -> dict[str, Any]:
    template: dict[str, Any] = json.loads(synthesis.text)
    for logical_id, resource in template.get("Resources", {}).items():
        if logical_id in synthesis.paths and isinstance(resource, dict):
            resource.setdefault("Metadata", {}).setdefault(PATH_KEY, synthesis.paths[logical_id])
    return template


def _part(synthesis: _Synthesis, path: str) -> dict[str, Any]:
    """Give the template of one construct of a stack."""
    whole = _with_paths(synthesis)
    inside = {
        logical_id
        for logical_id, each in synthesis.paths.items()
        if each == path or each.startswith(f"{path}/")
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
    return part


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
