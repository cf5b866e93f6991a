"""Synthesized stacks in the emulator, without the CDK command line."""

import io
import json
import zipfile
from pathlib import Path

from tests.local.emulator.conftest import Emulator

ACCOUNT, REGION = "000000000000", "us-east-1"


def deploy(cloud: Emulator, assembly: Path, stack: str) -> dict[str, str]:
    """Upload the assets of a stack, as `cdk deploy` does, deploy it, and return its outputs."""
    client = cloud.client("s3")
    buckets = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
    assets = json.loads((assembly / f"{stack}.assets.json").read_text())
    for asset in assets["files"].values():
        source = assembly / asset["source"]["path"]
        body = source.read_bytes() if source.is_file() else packed(source)
        for place in asset["destinations"].values():
            bucket = place["bucketName"].replace("${AWS::AccountId}", ACCOUNT)
            bucket = bucket.replace("${AWS::Region}", REGION)
            if bucket not in buckets:
                client.create_bucket(Bucket=bucket)
                buckets.add(bucket)
            client.put_object(Bucket=bucket, Key=place["objectKey"], Body=body)
    template = json.loads((assembly / f"{stack}.template.json").read_text())
    outputs = {name: item["Value"] for name, item in template["Outputs"].items()}
    return cloud.deploy(stack, template["Resources"], **outputs)


def packed(folder: Path, pattern: str = "*") -> bytes:
    """Return the files of a folder as a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for path in sorted(folder.rglob(pattern)):
            bundle.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()
