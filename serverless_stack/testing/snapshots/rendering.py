"""Scrubbed templates as a file to read, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from serverless_stack.testing.review.compare.renames import construct_path
from serverless_stack.testing.review.compare.values import mapping
from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.snapshots.yaml_text import block, scalar
from serverless_stack.testing.template_text import parse as parse_yaml
from serverless_stack.testing.templates import PATH_KEY

TITLE = "# CloudFormation template without what churns; read a change before `--snapshot-update`."
_BELOW = "# Construct paths are below: "
_NESTED = "# Nested stack: "
_DOCUMENT = "\n---\n"
_PATH = re.compile(r"  (\S+):  # (\S.*)")

_SECTIONS = (
    "AWSTemplateFormatVersion",
    "Description",
    "Transform",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Hooks",
    "Resources",
    "Outputs",
)
_ATTRIBUTES = (
    "Type",
    "Condition",
    "DependsOn",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
    "Properties",
)


def render_stacks(stacks: Sequence[Stack], scrubbed: Sequence[str] = ()) -> str:
    """Return a stack and its nested stacks as YAML documents, as :func:`render` does.

    Args:
        stacks: The stack, then the stacks nested in it.
        scrubbed: What was replaced, for the head of the file.

    Raises:
        TypeError: A value is not a JSON value.
    """
    first, *nested = stacks
    documents = [render(first.template, scrubbed)]
    for stack in nested:
        name = json.dumps(stack.name.removeprefix(f"{first.name}/"))[1:-1]
        documents.append(_document([f"{_NESTED}{name}"], stack.template))
    return _DOCUMENT.join(documents)


def parse_stacks(text: str, label: str = "the snapshot") -> list[Stack]:
    """Return the stacks in a text of :func:`render_stacks`. The first has no name.

    Args:
        text: The text of a file.
        label: The name of the file for messages.

    Raises:
        ValueError: A document is not a template.
    """
    stacks = []
    for document in text.split(_DOCUMENT):
        head = document.partition("\n")[0]
        name = json.loads(f'"/{head.removeprefix(_NESTED)}"') if head.startswith(_NESTED) else ""
        stacks.append(Stack(name, parse(document, label)))
    return stacks


def render(template: Mapping[str, object], scrubbed: Sequence[str] = ()) -> str:
    """Return a template as YAML.

    Resources are in sections by type, each with its construct path as a comment. The order does not
    depend on the order in which constructs were created.

    Args:
        template: The template, with construct paths in the metadata of resources.
        scrubbed: What was replaced, for the head of the file.

    Raises:
        TypeError: A value is not a JSON value.
    """
    replaced = ["# Scrubbed:", *(f"# - {each}" for each in scrubbed)] if scrubbed else []
    return _document([TITLE], template, replaced)


def without_head(text: str) -> str:
    """Return the text of a snapshot without the comments at its head."""
    return text[text.index("\n\n") :] if text.startswith("#") and "\n\n" in text else text


def parse(text: str, label: str = "the snapshot") -> dict[str, object]:
    """Return the template in a text of :func:`render`, with its construct paths.

    Args:
        text: The text of a file.
        label: The name of the file for messages.

    Raises:
        ValueError: The text is not a template.
    """
    template: dict[str, Any] = dict(parse_yaml(text, label, synthesised=text.startswith(_NESTED)))
    prefix = ""
    inside = False
    for line in text.splitlines():
        if line.startswith(_BELOW):
            prefix = f"{line.removeprefix(_BELOW)}/"
        elif line and line[0] not in " #":
            inside = line == "Resources:"
        elif inside and (found := _PATH.fullmatch(line)):
            name = json.loads(found[1]) if found[1].startswith('"') else found[1]
            resource = template["Resources"][name]
            path = f"{prefix}{found[2]}"
            resource["Metadata"] = {PATH_KEY: path, **resource.get("Metadata", {})}
    return template


def _document(head: list[str], template: Mapping[str, object], replaced: Sequence[str] = ()) -> str:
    """Return a YAML document with comments at its head."""
    resources = mapping(template.get("Resources")).values()
    paths = [path for each in resources if (path := construct_path(mapping(each)))]
    # The first segment is the stack's name, unless the stack is in a stage.
    firsts = {path.split("/")[0] for path in paths}
    prefix = firsts.pop() if len(firsts) == 1 and all("/" in path for path in paths) else ""
    prefix = prefix if _fits_comment(prefix) else ""
    lines = [*head, *([f"{_BELOW}{prefix}"] if prefix else []), *replaced]
    for name, section in _ordered(template, _SECTIONS):
        lines.append("")
        if name == "Resources" and isinstance(section, Mapping) and section:
            lines += [f"{name}:", *_resources(section, f"{prefix}/" if prefix else "")]
        else:
            lines += block({name: section})
    return "\n".join(lines) + "\n"


def _fits_comment(text: str) -> bool:
    """Return whether a text can be read back from a comment."""
    return text.isprintable() and text.strip() == text != ""


def _ordered(values: Mapping[str, object], names: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for name in (*names, *sorted(values.keys() - set(names))):
        if name in values:
            yield name, values[name]


def _resources(section: Mapping[str, object], prefix: str) -> Iterator[str]:
    types = {name: str(mapping(each).get("Type", "")) for name, each in section.items()}
    heading = ""
    for number, name in enumerate(sorted(section, key=lambda each: (types[each], each))):
        if types[name] != heading:
            heading = types[name]
            yield from ("", f"  # {heading}") if number else (f"  # {heading}",)
        for line in _resource(name, section[name], prefix):
            yield f"  {line}" if line else ""


def _resource(name: str, resource: object, prefix: str) -> Iterator[str]:
    if not isinstance(resource, Mapping) or not resource:
        yield from block({name: resource})
        return
    path = (construct_path(resource) or "").removeprefix(prefix)
    if _fits_comment(path) and len(resource) > 1:
        yield f"{scalar(name)}:  # {path}"
        metadata = {k: v for k, v in mapping(resource["Metadata"]).items() if k != PATH_KEY}
        rest = {key: value for key, value in resource.items() if key != "Metadata"}
        resource = {**rest, "Metadata": metadata} if metadata else rest
    else:
        yield f"{scalar(name)}:"
    for key, value in _ordered(resource, _ATTRIBUTES):
        yield from (f"  {line}" if line else "" for line in block({key: value}))
