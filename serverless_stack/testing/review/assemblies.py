"""The stacks in files: cloud assemblies (`cdk.out`), folders of templates, and one template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from serverless_stack.testing.review.errors import SourceError
from serverless_stack.testing.review.stacks import Stack
from serverless_stack.testing.review.template_text import parse, parse_any

MANIFEST = "manifest.json"
_SUFFIXES = (".json", ".yaml", ".yml", ".template")
_NESTED = "AWS::CloudFormation::Stack"


def read_template(path: Path) -> list[Stack]:
    """The template in a file, as a stack without a name.

    Raises:
        SourceError: It cannot be read.
    """
    return [Stack("", parse(_text(path), str(path)))]


def read_folder(folder: Path) -> list[Stack]:
    """The stacks of a cloud assembly, or the templates of any other folder.

    Args:
        folder: A folder with a `manifest.json` as the CDK writes it: stacks have their own names,
            those of stages and nested stacks are read too. In any other folder each template is a
            stack that is named by its file.

    Raises:
        SourceError: There is no template, or one cannot be read.
    """
    stacks = _assembly(folder) if (folder / MANIFEST).is_file() else _templates(folder)
    found = list(stacks)
    if not found:
        raise SourceError(
            f"there is no stack in {folder}: name a folder that `cdk synth` wrote, "
            "or one with CloudFormation templates"
        )
    return found


def _assembly(folder: Path) -> Iterator[Stack]:
    manifest = _json(folder / MANIFEST)
    for key, artifact in _mapping(manifest.get("artifacts")).items():
        about = _mapping(artifact)
        properties = _mapping(about.get("properties"))
        if about.get("type") == "cdk:cloud-assembly":
            yield from _assembly(folder / str(properties["directoryName"]))
        elif about.get("type") == "aws:cloudformation:stack":
            path = folder / str(properties["templateFile"])
            name = str(properties.get("stackName", key))
            template = parse(_text(path), str(path), synthesised=True)
            stack = Stack(name, template, str(about.get("environment", "")))
            yield stack
            yield from _nested(stack, folder, _template_assets(folder))


def _template_assets(folder: Path) -> dict[str, Path]:
    """By content hash, the files of an assembly that are templates."""
    found = {}
    for path in folder.glob("*.assets.json"):
        for key, asset in _mapping(_json(path).get("files")).items():
            source = str(_mapping(_mapping(asset).get("source")).get("path", ""))
            if source.endswith((".template.json", ".template.yaml", ".template.yml")):
                found[key] = folder / source
    return found


def _nested(stack: Stack, folder: Path, assets: Mapping[str, Path]) -> Iterator[Stack]:
    """The nested stacks of a stack, and theirs, by the hash in their address."""
    for logical_id, resource in _mapping(stack.template["Resources"]).items():
        about = _mapping(resource)
        if about.get("Type") != _NESTED:
            continue
        address = json.dumps(_mapping(about.get("Properties")).get("TemplateURL"))
        path = next((file for key, file in assets.items() if key in address), None)
        if path is not None:
            template = parse(_text(path), str(path))
            nested = Stack(f"{stack.name}/{logical_id}", template, stack.environment)
            yield nested
            yield from _nested(nested, folder, assets)


def _templates(folder: Path) -> Iterator[Stack]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix in _SUFFIXES:
            content = parse_any(_text(path), str(path))
            if isinstance(content, dict) and isinstance(content.get("Resources"), dict):
                yield Stack(path.name.split(".")[0], content)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is no text in UTF-8") from error


def _json(path: Path) -> Mapping[str, object]:
    try:
        return _mapping(json.loads(_text(path)))
    except json.JSONDecodeError as error:
        raise SourceError(f"{path} is no JSON: {error}") from error


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
