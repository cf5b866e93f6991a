"""A scrubbed template as a file to read, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from serverless_stack.testing.review.template_text import parse as parse_yaml
from serverless_stack.testing.snapshots.yaml_text import block, scalar
from serverless_stack.testing.templates import PATH_KEY

TITLE = "# CloudFormation template without what churns; read a change before `--snapshot-update`."
_BELOW = "# Construct paths are below: "
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
_OF_RESOURCE = (
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


def render(template: Mapping[str, object], scrubbed: tuple[str, ...] = ()) -> str:
    """Write a template as YAML that is a template too.

    Resources are in sections by type, each with the path of its construct as a comment; everything
    is in an order that does not depend on the order in which constructs were made.

    Args:
        template: The template; paths of constructs are in its resources' metadata.
        scrubbed: What was replaced, for the head of the file.

    Returns:
        The text, which ends in a newline.

    Raises:
        TypeError: A value is none of JSON's.
    """
    first = _first_names(template)
    head = [TITLE, *(f"{_BELOW}{first}" for _ in (1,) if first)]
    if scrubbed:
        head += ["# Scrubbed:", *(f"# - {each}" for each in scrubbed)]
    lines = [*head]
    for name, section in _ordered(template, _SECTIONS):
        lines.append("")
        if name == "Resources" and isinstance(section, Mapping) and section:
            lines += [f"{name}:", *_resources(section, first)]
        else:
            lines += block({name: section})
    return "\n".join(lines) + "\n"


def without_head(text: str) -> str:
    """Give the text of a snapshot without the comments at its head."""
    return text[text.index("\n\n") :] if text.startswith("#") and "\n\n" in text else text


def parse(text: str, label: str = "the snapshot") -> dict[str, object]:
    """Read what :func:`render` wrote.

    Args:
        text: The text of a file.
        label: What to call it in messages.

    Returns:
        The template, with the paths of constructs in the metadata of resources.

    Raises:
        ValueError: It is no template.
    """
    template: dict[str, Any] = dict(parse_yaml(text, label))
    first = ""
    inside = False
    for line in text.splitlines():
        if line.startswith(_BELOW):
            first = f"{line.removeprefix(_BELOW)}/"
        elif line and line[0] not in " #":
            inside = line == "Resources:"
        elif inside and (found := _PATH.fullmatch(line)):
            name = json.loads(found[1]) if found[1].startswith('"') else found[1]
            resource = template["Resources"][name]
            path = f"{first}{found[2]}"
            resource["Metadata"] = {PATH_KEY: path, **resource.get("Metadata", {})}
    return template


def _first_names(template: Mapping[str, object]) -> str:
    """Give the first name that all paths have, which is the stack's unless it is in a stage."""
    firsts = {path.split("/")[0] for path in _paths(template)}
    return firsts.pop() if len(firsts) == 1 and all("/" in p for p in _paths(template)) else ""


def _paths(template: Mapping[str, object]) -> Iterator[str]:
    resources = template.get("Resources")
    for resource in resources.values() if isinstance(resources, Mapping) else ():
        if path := _path(resource):
            yield path


def _path(resource: object) -> str:
    metadata = resource.get("Metadata") if isinstance(resource, Mapping) else None
    path = metadata.get(PATH_KEY) if isinstance(metadata, Mapping) else None
    return path if isinstance(path, str) else ""


def _ordered(mapping: Mapping[str, object], names: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for name in (*names, *sorted(mapping.keys() - set(names))):
        if name in mapping:
            yield name, mapping[name]


def _resources(section: Mapping[str, object], first: str) -> Iterator[str]:
    types = {
        name: str(each.get("Type", "")) if isinstance(each, Mapping) else ""
        for name, each in section.items()
    }
    heading = ""
    for number, name in enumerate(sorted(section, key=lambda each: (types[each], each))):
        if types[name] != heading:
            heading = types[name]
            yield from ("", f"  # {heading}") if number else (f"  # {heading}",)
        for line in _resource(name, section[name], first):
            yield f"  {line}" if line else ""


def _resource(name: str, resource: object, first: str) -> Iterator[str]:
    if not isinstance(resource, Mapping) or not resource:
        yield from block({name: resource})
        return
    path = _path(resource).removeprefix(f"{first}/" if first else "")
    if path.isprintable() and path.strip() == path != "" and len(resource) > 1:
        yield f"{scalar(name)}:  # {path}"
        resource = _without_path(resource)
    else:
        yield f"{scalar(name)}:"
    for key, value in _ordered(resource, _OF_RESOURCE):
        yield from (f"  {line}" if line else "" for line in block({key: value}))


def _without_path(resource: Mapping[str, object]) -> dict[str, object]:
    found = dict(resource)
    metadata = found.get("Metadata")
    if isinstance(metadata, Mapping) and PATH_KEY in metadata:
        rest = {key: value for key, value in metadata.items() if key != PATH_KEY}
        if rest:
            found["Metadata"] = rest
        else:
            del found["Metadata"]
    return found
