"""The examples of the pages about content and objects."""

import json
import os
import runpy
import secrets
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def test_content(tmp_path: Path) -> None:
    environment = {**os.environ, "CDK_OUTDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    example = str(EXAMPLES / "content.py")
    subprocess.run([sys.executable, example], cwd=ROOT, env=environment, check=True)
    template = json.loads((tmp_path / "Site.template.json").read_text())
    (made,) = (
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "Custom::ContentDeployment"
    )
    assert [rule["Pattern"] for rule in made["CacheControl"]] == ["*.js", "*"]
    assert made["ConfigKey"] == "config.json"


def test_invalidation_plan(capsys: pytest.CaptureFixture[str]) -> None:
    example = EXAMPLES / "invalidation_plan.py"
    runpy.run_path(str(example))
    said = capsys.readouterr().out.splitlines()
    told = [line.split("# ")[1] for line in example.read_text().splitlines() if "# " in line]
    assert said == told


def test_objects(use_aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = f"example-{secrets.token_hex(6)}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    monkeypatch.setenv("BUCKET_NAME", bucket)
    monkeypatch.setenv("BUCKET_KEY_PREFIX", "data/")
    module = runpy.run_path(str(EXAMPLES / "objects.py"))
    missing = module["handler"]({"name": "a b.png"}, None)
    assert missing["status"] == 404
    key = missing["form"]["fields"]["key"]
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"png")
    found = module["handler"]({"name": "a b.png"}, None)
    assert (found["status"], found["size"]) == (200, 3)
    assert key.startswith("data/uploads/a-b-")
