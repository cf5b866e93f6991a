"""Synthesized stacks in the emulator, without the CDK command line."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from tests.local.emulator.conftest import Emulator

BUCKET = "cdk-hnb659fds-assets-000000000000-us-east-1"


def deploy(cloud: Emulator, assembly: Path, stack: str) -> dict[str, str]:
    """Upload the assets of a stack, as `cdk deploy` does, deploy it, and return its outputs."""
    template = upload(cloud, assembly, stack)
    outputs = {name: item["Value"] for name, item in template["Outputs"].items()}
    return cloud.deploy(stack, template["Resources"], **outputs)


def deploy_with_exports(cloud: Emulator, assembly: Path, stack: str) -> dict[str, str]:
    """Deploy a stack whose outputs other stacks import, and return its outputs."""
    template = upload(cloud, assembly, stack)
    kept = {name: template[name] for name in ("Resources", "Outputs")}
    body = json.dumps(kept)
    formation = cloud.client("cloudformation")
    formation.create_stack(
        StackName=stack, Capabilities=["CAPABILITY_NAMED_IAM"], **cloud.source(stack, body)
    )
    cloud.stacks.append(stack)
    described = cloud.wait(stack)
    if described["StackStatus"] != "CREATE_COMPLETE":
        raise AssertionError(f"{described['StackStatus']}: {cloud.failures(stack)}")
    return {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}


def upload(cloud: Emulator, assembly: Path, stack: str) -> dict[str, Any]:
    """Upload the assets of a stack, and return its template."""
    client = cloud.client("s3")
    if BUCKET not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=BUCKET)
    assets = json.loads((assembly / f"{stack}.assets.json").read_text())
    for asset in assets["files"].values():
        source = assembly / asset["source"]["path"]
        body = source.read_bytes() if source.is_file() else packed(source)
        for place in asset["destinations"].values():
            client.put_object(Bucket=BUCKET, Key=place["objectKey"], Body=body)
    template: dict[str, Any] = json.loads((assembly / f"{stack}.template.json").read_text())
    return template


def packed(folder: Path, pattern: str = "*") -> bytes:
    """Return the files of a folder as a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for path in sorted(folder.rglob(pattern)):
            bundle.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()
