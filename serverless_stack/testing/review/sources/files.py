"""Stacks from files: cloud assemblies (`cdk.out`), folders of templates, and single templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from serverless_stack.testing.review.compare.consequences import NESTED_STACK
from serverless_stack.testing.review.compare.values import mapping
from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.template_text import SourceError, parse, parse_any, read_text

MANIFEST = "manifest.json"
_SUFFIXES = (".json", ".yaml", ".yml", ".template")


def read(path: Path) -> list[Stack]:
    """Return the stacks of a cloud assembly, a folder of templates, or a template.

    Args:
        path: A folder with a `manifest.json` is a cloud assembly: its stacks have their own names,
            and those of stages and nested stacks are read too. In any other folder, each template
            is a stack with the file's name. A file is a template without a stack.

    Raises:
        SourceError: There is no template, or one cannot be read.
    """
    if not path.is_dir():
        return [Stack("", parse(read_text(path), str(path)))]
    stacks = list(_assembly(path) if (path / MANIFEST).is_file() else _templates(path))
    if not stacks:
        raise SourceError(
            f"there is no stack in {path}: use a folder that `cdk synth` wrote, "
            "or one with CloudFormation templates"
        )
    return stacks


def _assembly(folder: Path) -> Iterator[Stack]:
    manifest = _json(folder / MANIFEST)
    for key, described in mapping(manifest.get("artifacts")).items():
        artifact = mapping(described)
        properties = mapping(artifact.get("properties"))
        if artifact.get("type") == "cdk:cloud-assembly":
            yield from _assembly(folder / str(properties["directoryName"]))
        elif artifact.get("type") == "aws:cloudformation:stack":
            path = folder / str(properties["templateFile"])
            name = str(properties.get("stackName", key))
            template = parse(read_text(path), str(path), synthesised=True)
            stack = Stack(name, template, str(artifact.get("environment", "")))
            yield stack
            yield from _nested(stack, _template_assets(folder))


def _template_assets(folder: Path) -> dict[str, Path]:
    """Return the assets of an assembly that are templates, by content hash."""
    assets = {}
    for path in folder.glob("*.assets.json"):
        for key, asset in mapping(_json(path).get("files")).items():
            source = str(mapping(mapping(asset).get("source")).get("path", ""))
            if source.endswith((".template.json", ".template.yaml", ".template.yml")):
                assets[key] = folder / source
    return assets


def _nested(stack: Stack, assets: Mapping[str, Path]) -> Iterator[Stack]:
    """Return the nested stacks of a stack, and theirs, by the hash in their URL."""
    for logical_id, described in mapping(stack.template["Resources"]).items():
        resource = mapping(described)
        if resource.get("Type") != NESTED_STACK:
            continue
        url = json.dumps(mapping(resource.get("Properties")).get("TemplateURL"))
        path = next((file for key, file in assets.items() if key in url), None)
        if path is not None:
            template = parse(read_text(path), str(path), synthesised=True)
            nested = Stack(f"{stack.name}/{logical_id}", template, stack.environment)
            yield nested
            yield from _nested(nested, assets)


def _templates(folder: Path) -> Iterator[Stack]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix in _SUFFIXES:
            content = parse_any(read_text(path), str(path))
            if isinstance(content, dict) and isinstance(content.get("Resources"), dict):
                yield Stack(path.name.split(".")[0], content)


def _json(path: Path) -> Mapping[str, object]:
    try:
        return mapping(json.loads(read_text(path)))
    except json.JSONDecodeError as error:
        raise SourceError(f"{path} is not JSON: {error}") from error
