"""Cloud assemblies as files, without CDK."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Json = dict[str, object]

NAMED = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "xn--a"}}
UNNAMED = {"Type": "AWS::S3::Bucket"}


def logical_id(name: str) -> Json:
    return {"type": "aws:cdk:logicalId", "data": name}


def acknowledged(**reasons: str) -> Json:
    """Rules acknowledged by their ids, with an underscore for the hyphen."""
    rules = {f"serverless-stack::{id.replace('_', '-')}": why for id, why in reasons.items()}
    return {"type": "aws:cdk:acknowledged-rules", "data": rules}


def write_assembly(
    folder: Path,
    resources: Json,
    metadata: Mapping[str, Sequence[object]] | None = None,
    *,
    stack: str = "Shop",
    region: str = "unknown-region",
    further: Json | None = None,
) -> Path:
    """Return an assembly of one stack, with the metadata in the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "Shop.template.json", {"Resources": resources})
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://unknown-account/{region}",
        "properties": {"templateFile": "Shop.template.json"},
        "displayName": stack,
        "metadata": metadata or {},
    }
    write(folder / "manifest.json", {"artifacts": {"Shop": artifact, **(further or {})}})
    return folder


def write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1))
