"""Cloud assemblies for tests, written by hand."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_stack(
    folder: Path,
    name: str,
    resources: Mapping[str, Any],
    *,
    environment: str = "aws://unknown-account/unknown-region",
    dependencies: tuple[str, ...] = (),
    metadata: Mapping[str, Any] | None = None,
    files: Mapping[str, str] | None = None,
    docker: Mapping[str, Any] | None = None,
    stage: str = "",
    parameters: Mapping[str, Any] | None = None,
    **properties: str,
) -> None:
    """Add a stack to the assembly in a folder; with `stage`, to that of a stage in it."""
    if stage:
        within = f"assembly-{stage}"
        _add(folder, within, _artifact("cdk:cloud-assembly", directoryName=within))
    inner = folder / f"assembly-{stage}" if stage else folder
    artifact = _artifact(
        "aws:cloudformation:stack", templateFile=f"{name}.template.json", **properties
    )
    artifact |= {
        "environment": environment,
        "displayName": f"{stage}/{name}" if stage else name,
        "dependencies": list(dependencies),
        "metadata": metadata or {},
    }
    _add(inner, name, artifact)
    template = {"Resources": resources, "Parameters": parameters or {}}
    (inner / f"{name}.template.json").write_text(json.dumps(template))
    sources = {key: {"source": {"path": path}} for key, path in (files or {}).items()}
    assets = {"files": sources, "dockerImages": docker or {}}
    (inner / f"{name}.assets.json").write_text(json.dumps(assets))


def resource(kind: str, path: str = "", **properties: object) -> dict[str, Any]:
    """Return a resource with the path of its construct."""
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    return {"Type": kind, "Properties": properties, **metadata}


def _artifact(kind: str, **properties: object) -> dict[str, Any]:
    return {"type": kind, "properties": properties}


def _add(folder: Path, key: str, artifact: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manifest.json"
    empty: dict[str, Any] = {"version": "36.0.0", "artifacts": {}}
    manifest = json.loads(path.read_text()) if path.exists() else empty
    manifest["artifacts"][key] = artifact
    path.write_text(json.dumps(manifest))
