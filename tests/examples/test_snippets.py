"""The small examples that the documentation shows."""

import json
import os
import re
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.runtime.servers import Server

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_caching(redis: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PRIMARY_ENDPOINT", redis.address)
    handler = runpy.run_path(str(EXAMPLES / "caching.py"))["handler"]
    ada, eve = {"customer": "Ada"}, {"customer": "Eve"}

    assert handler({"id": "7"}, None) == {"order": ada, "hit": False, "degraded": False}
    assert handler({"id": "7"}, None) == {"order": ada, "hit": True, "degraded": False}
    saved = handler({"id": "7", "customer": "Eve"}, None)
    assert saved == {"order": eve, "hit": True, "degraded": False}
    redis.kill()
    assert handler({"id": "7"}, None) == {"order": eve, "hit": False, "degraded": True}


def test_other_runtimes(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    with zipfile.ZipFile(tmp_path / "build" / "invoices.jar", "w") as jar:
        jar.writestr("shop/Invoices.class", b"\xca\xfe\xba\xbe")
    (tmp_path / "pages" / "dist").mkdir(parents=True)
    (tmp_path / "pages" / "dist" / "index.js").write_text("exports.handler = async () => ({});\n")
    environment = {**os.environ, "CDK_OUTDIR": str(tmp_path / "out")}
    example = str(EXAMPLES / "other_runtimes.py")
    subprocess.run([sys.executable, example], cwd=tmp_path, env=environment, check=True)

    template = json.loads((tmp_path / "out" / "Others.template.json").read_text())
    runtimes = {
        resource["Properties"]["Runtime"]: resource["Properties"]["Handler"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    assert runtimes == {"java21": "shop.Invoices::handle", "nodejs22.x": "index.handler"}


def test_functions(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(tmp_path),
        "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": []}),
    }
    example = str(EXAMPLES / "functions.py")
    subprocess.run([sys.executable, example], cwd=EXAMPLES.parent, env=environment, check=True)

    template = json.loads((tmp_path / "Functions.template.json").read_text())
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    assert kinds.count("AWS::Lambda::Function") == 7
    for kind in ("CodeDeploy::DeploymentGroup", "Lambda::Url", "Lambda::EventInvokeConfig"):
        assert kinds.count(f"AWS::{kind}") == 1


def test_profiles(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(tmp_path),
        "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": []}),
    }
    example = str(EXAMPLES / "profiles.py")
    subprocess.run([sys.executable, example], cwd=EXAMPLES.parent, env=environment, check=True)

    backups = {}
    for stack in ("Shop", "Orders"):
        template = json.loads((tmp_path / f"{stack}.template.json").read_text())
        (backups[stack],) = [
            resource["Properties"]["SnapshotRetentionLimit"]
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::ElastiCache::ReplicationGroup"
        ]
    assert backups == {"Shop": 35, "Orders": 1}


def test_choosing_a_cache(capsys: pytest.CaptureFixture[str]) -> None:
    example = EXAMPLES / "choosing_a_cache.py"
    runpy.run_path(str(example))
    output = capsys.readouterr().out.splitlines()
    expected = re.findall(r"(?:^|  )# (.*)", example.read_text(), re.MULTILINE)
    assert output == expected
