"""The templates of a cloud assembly (`cdk.out`), with the metadata of its manifest."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.checks import check_templates
from serverless_stack.checks.engine.findings import Finding
from serverless_stack.checks.engine.values import mapping

MANIFEST = "manifest.json"
PLUGIN = "serverless-stack"
"""The name of the validation plugin, which precedes the ids of acknowledged rules."""

ACKNOWLEDGED = "aws:cdk:acknowledged-rules"
"""The type of the metadata that `Validations.of(...).acknowledge` writes."""

_UNKNOWN_REGION = "unknown-region"


@dataclass(frozen=True)
class AssemblyTemplate:
    """The template of a stack or nested stack.

    Attributes:
        name: The construct path of the stack, such as ``Prod/Shop``.
        path: The file.
        region: The region that it is deployed to; None if it is unknown.
        constructs: The construct paths of its resources, by logical id.
        acknowledged: The reasons of acknowledgements, by construct path and rule id.
    """

    name: str
    path: Path
    region: str | None
    constructs: Mapping[str, str]
    acknowledged: Mapping[str, Mapping[str, str]]

    def read(self) -> dict[str, object]:
        """Read the template.

        Raises:
            OSError: The file cannot be read.
            ValueError: The file is not a template.
        """
        return _object(self.path)

    def construct(self, logical_id: str) -> str:
        """Return the construct path of a resource or the stack; the logical id if it has none."""
        return self.constructs.get(logical_id, logical_id) if logical_id else self.name

    def accepted(self, finding: Finding) -> Finding:
        """Return the finding with the acknowledgement of its construct, if there is one."""
        return finding.accepted(self._reason(finding.resource, finding.rule))

    def _reason(self, logical_id: str, rule: str) -> str | None:
        """Return the reason of the construct, or of its closest parent that has one."""
        path = self.constructs.get(logical_id, self.name)
        while True:
            reason = self.acknowledged.get(path, {}).get(f"{PLUGIN}::{rule}")
            if reason is not None or not path:
                return reason
            path = path.rpartition("/")[0]


def templates(folder: Path, *, stages: bool = True) -> list[AssemblyTemplate]:
    """Return the templates of an assembly, including those of nested stacks.

    Args:
        folder: The folder with the ``manifest.json``.
        stages: Whether to include the assemblies of stages, which are folders in it.

    Raises:
        OSError: A file of the assembly cannot be read.
        ValueError: A file of the assembly is invalid.
    """
    return list(_templates(folder, stages))


def check(
    listed: Iterable[AssemblyTemplate], region: str | None = None
) -> list[tuple[AssemblyTemplate, Finding]]:
    """Check templates of an assembly, each on its own and all of them together.

    Args:
        listed: The templates.
        region: The region of templates that do not name their own.

    Returns:
        The findings, with the acknowledgements of constructs, each with its template.

    Raises:
        OSError: A template cannot be read.
        ValueError: A file is not a template.
    """
    by_name = {each.name: each for each in listed}
    found = check_templates(
        {name: each.read() for name, each in by_name.items()},
        {name: each.region or region for name, each in by_name.items()},
    )
    return [(by_name[each.template], by_name[each.template].accepted(each)) for each in found]


def _templates(folder: Path, stages: bool) -> Iterator[AssemblyTemplate]:
    for key, described in mapping(_object(folder / MANIFEST).get("artifacts")).items():
        artifact = mapping(described)
        properties = mapping(artifact.get("properties"))
        if artifact.get("type") == "cdk:cloud-assembly" and stages:
            yield from _templates(folder / str(properties.get("directoryName")), stages)
        elif artifact.get("type") == "aws:cloudformation:stack":
            yield from _stack(folder, key, artifact, properties)


def _stack(
    folder: Path, key: str, artifact: Mapping[str, object], properties: Mapping[str, object]
) -> Iterator[AssemblyTemplate]:
    name = str(artifact.get("displayName") or key)
    region = str(artifact.get("environment", "")).rpartition("/")[2]
    metadata = dict(mapping(artifact.get("metadata")))
    if further := artifact.get("additionalMetadataFile"):
        metadata |= _object(folder / str(further))
    files = {name: str(properties.get("templateFile"))}
    constructs: dict[str, dict[str, str]] = {}
    acknowledged: dict[str, dict[str, str]] = {}
    entries = [(path.removeprefix("/"), type_, data) for path, type_, data in _entries(metadata)]
    for path, type_, data in entries:
        if type_ == "aws:cdk:templateFile" and str(data) not in files.values():
            files[path] = str(data)
    for path, type_, data in entries:
        if type_ == "aws:cdk:logicalId":
            constructs.setdefault(_stack_of(path, files), {})[str(data)] = path
        elif type_ == ACKNOWLEDGED:
            reasons = {id: str(reason or "") for id, reason in mapping(data).items()}
            acknowledged.setdefault(path, {}).update(reasons)
    for stack, file in files.items():
        yield AssemblyTemplate(
            name=stack,
            path=folder / file,
            region=None if region in ("", _UNKNOWN_REGION) else region,
            constructs=constructs.get(stack, {}),
            acknowledged=acknowledged,
        )


def _stack_of(path: str, files: Mapping[str, str]) -> str:
    """Return the closest stack around a construct."""
    around = path
    while around and around not in files:
        around = around.rpartition("/")[0]
    return around or next(iter(files))


def _entries(metadata: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    for path, listed in metadata.items():
        for entry in listed if isinstance(listed, list) else []:
            if isinstance(entry, dict):
                yield path, entry.get("type"), entry.get("data")


def _object(path: Path) -> dict[str, object]:
    found = json.loads(path.read_text("utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path} must be a JSON object")
    return found
