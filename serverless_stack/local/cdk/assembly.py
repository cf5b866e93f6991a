"""The cloud assembly that the CDK CLI synthesizes: its stacks, their templates and annotations."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes.access_key import DEFAULT_ACCOUNT
from serverless_stack.local.processes.requests import REGION

DEFAULT_QUALIFIER = "hnb659fds"
_ANNOTATIONS = {"aws:cdk:warning": "Warning", "aws:cdk:info": "Note"}


@dataclass(frozen=True, order=True)
class Environment:
    """An account and region, with the qualifier of its bootstrap resources."""

    account: str = DEFAULT_ACCOUNT
    region: str = REGION
    qualifier: str = DEFAULT_QUALIFIER

    @property
    def name(self) -> str:
        """The account and region, such as ``000000000000/us-east-1``."""
        return f"{self.account}/{self.region}"

    def __str__(self) -> str:
        """Return the form that `parse` reads."""
        return f"{self.name}/{self.qualifier}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the environment of a text from `str`."""
        return cls(*text.split("/"))


@dataclass(frozen=True)
class Template:
    """The template of a stack or nested stack.

    Attributes:
        body: The parsed template.
    """

    body: Mapping[str, object]

    def resources(self) -> Iterator[tuple[str, str, Mapping[str, object]]]:
        """Yield the construct path, type and properties of each resource."""
        for logical_id, resource in _mapping(self.body.get("Resources")).items():
            fields = _mapping(resource)
            path = str(_mapping(fields.get("Metadata")).get("aws:cdk:path") or logical_id)
            properties = _mapping(fields.get("Properties"))
            yield path.removesuffix("/Resource"), str(fields.get("Type", "")), properties


@dataclass(frozen=True)
class Stack:
    """A stack of the assembly.

    Attributes:
        name: The name to select it by, such as ``Shop`` or ``Prod/Shop``.
        id: The id of its artifact.
        aliases: Other names to select it by: its id, and its name in CloudFormation.
        dependencies: The ids of the artifacts that are deployed before it.
        environment: Where it is deployed.
        templates: Its own template, and those of its nested stacks.
        annotations: Its warnings and notes, each with the path of its construct.
        images: Whether it has container images to build.
        assets: The files and folders of its assets, by their id.
        asset_manifest: The file that says where its assets go.
        properties: The properties of its artifact, such as its tags.
    """

    name: str
    id: str
    aliases: tuple[str, ...]
    dependencies: tuple[str, ...]
    environment: Environment
    templates: tuple[Template, ...]
    annotations: tuple[str, ...]
    images: bool
    assets: Mapping[str, Path]
    asset_manifest: Path
    properties: Mapping[str, object]


def read_stacks(assembly: Path) -> list[Stack]:
    """Return the stacks of an assembly, including those of stages.

    Raises:
        LocalCloudError: A file of the assembly cannot be read.
    """
    try:
        return list(_stacks(assembly))
    except (OSError, ValueError) as error:
        raise LocalCloudError(f"the cloud assembly {assembly} cannot be read: {error}") from error


def _stacks(folder: Path) -> Iterator[Stack]:
    artifacts = _mapping(_read(folder / "manifest.json").get("artifacts"))
    for key, value in artifacts.items():
        artifact = _mapping(value)
        properties = _mapping(artifact.get("properties"))
        if artifact.get("type") == "cdk:cloud-assembly":
            yield from _stacks(folder / str(properties.get("directoryName")))
        elif artifact.get("type") == "aws:cloudformation:stack":
            yield _stack(folder, key, artifact, properties)


def _stack(
    folder: Path, key: str, artifact: Mapping[str, object], properties: Mapping[str, object]
) -> Stack:
    metadata = dict(_mapping(artifact.get("metadata")))
    if further := artifact.get("additionalMetadataFile"):
        metadata |= _read(folder / str(further))
    files = [str(properties.get("templateFile"))]
    annotations = []
    for path, kind, data in _entries(metadata):
        label = _ANNOTATIONS.get(str(kind))
        if label is not None:
            text = str(data).partition(" [ack: ")[0]
            annotations.append(f"{label} at {path}: {text}")
    assets = folder / f"{key}.assets.json"
    manifest = _read(assets) if assets.exists() else {}
    sources = {
        name: str(_mapping(_mapping(asset).get("source")).get("path", ""))
        for name, asset in _mapping(manifest.get("files")).items()
    }
    for path in sources.values():
        if path.endswith(".nested.template.json"):
            files.append(path)
    return Stack(
        name=str(artifact.get("displayName") or key),
        id=key,
        aliases=(key, str(properties.get("stackName") or key)),
        dependencies=tuple(map(str, _list(artifact.get("dependencies")))),
        environment=_environment(artifact, properties),
        templates=tuple(Template(_read(folder / file)) for file in files),
        annotations=tuple(dict.fromkeys(annotations)),
        images=bool(manifest.get("dockerImages")),
        assets={name: folder / path for name, path in sources.items() if path},
        asset_manifest=assets,
        properties=properties,
    )


def _environment(artifact: Mapping[str, object], properties: Mapping[str, object]) -> Environment:
    account, _slash, region = (
        str(artifact.get("environment", "")).removeprefix("aws://").partition("/")
    )
    parameter = str(properties.get("bootstrapStackVersionSsmParameter") or "").split("/")
    return Environment(
        account if account.isdecimal() else DEFAULT_ACCOUNT,
        REGION if region in ("", "unknown-region") else region,
        parameter[2] if len(parameter) > 2 else DEFAULT_QUALIFIER,
    )


def _entries(metadata: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    for path, entries in metadata.items():
        for entry in _list(entries):
            fields = _mapping(entry)
            yield path.removeprefix("/"), fields.get("type"), fields.get("data")


def _read(path: Path) -> Mapping[str, object]:
    return _mapping(json.loads(path.read_text("utf-8")))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
