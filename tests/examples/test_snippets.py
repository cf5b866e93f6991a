"""The small examples that the documentation shows."""

import contextlib
import functools
import json
import re
import runpy
import zipfile
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from tests.runtime.servers import Server

EXAMPLES = Path(__file__).parents[2] / "examples"


def synthesize(example: str, output: Path, folder: Path = EXAMPLES.parent) -> None:
    """Run an example in a folder, as `cdk synth` would but in the kernel of these tests."""
    context: dict[str, object] = {"aws:cdk:bundling-stacks": []}
    app = functools.partial(cdk.App, outdir=str(output), context=context)
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(cdk, "App", app)
        runpy.run_path(str(EXAMPLES / example))


def resources_of(stack: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the resources of a stack in a cloud assembly."""
    template = json.loads((folder / f"{stack}.template.json").read_text())
    resources: dict[str, dict[str, Any]] = template["Resources"]
    return resources


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
    synthesize("other_runtimes.py", tmp_path / "out", tmp_path)

    runtimes = {
        resource["Properties"]["Runtime"]: resource["Properties"]["Handler"]
        for resource in resources_of("Others", tmp_path / "out").values()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    assert runtimes == {"java21": "shop.Invoices::handle", "nodejs22.x": "index.handler"}


def test_functions(tmp_path: Path) -> None:
    synthesize("functions.py", tmp_path)

    kinds = [resource["Type"] for resource in resources_of("Functions", tmp_path).values()]
    assert kinds.count("AWS::Lambda::Function") == 7
    for kind in ("CodeDeploy::DeploymentGroup", "Lambda::Url", "Lambda::EventInvokeConfig"):
        assert kinds.count(f"AWS::{kind}") == 1


def test_profiles(tmp_path: Path) -> None:
    synthesize("profiles.py", tmp_path)

    backups = {}
    for stack in ("Shop", "Orders"):
        (backups[stack],) = [
            resource["Properties"]["SnapshotRetentionLimit"]
            for resource in resources_of(stack, tmp_path).values()
            if resource["Type"] == "AWS::ElastiCache::ReplicationGroup"
        ]
    assert backups == {"Shop": 35, "Orders": 1}


def test_choosing_a_cache(capsys: pytest.CaptureFixture[str]) -> None:
    example = EXAMPLES / "choosing_a_cache.py"
    runpy.run_path(str(example))
    output = capsys.readouterr().out.splitlines()
    expected = re.findall(r"(?:^|  )# (.*)", example.read_text(), re.MULTILINE)
    assert output == expected


def test_raw_routes(tmp_path: Path) -> None:
    synthesize("raw_routes.py", tmp_path)

    methods = [
        resource["Properties"]
        for resource in resources_of("Raw", tmp_path).values()
        if resource["Type"] == "AWS::ApiGateway::Method"
    ]
    assert [(m["HttpMethod"], m.get("OperationName")) for m in methods] == [
        ("GET", "Greet"),
        ("ANY", None),
    ]


def test_releases(tmp_path: Path) -> None:
    synthesize("releases.py", tmp_path)
    resources = resources_of("Shop", tmp_path).values()
    stages = [r["Properties"] for r in resources if r["Type"] == "AWS::ApiGateway::Stage"]
    assert [(s["StageName"], s.get("CanarySetting", {}).get("PercentTraffic")) for s in stages] == [
        ("prod", 10),
        ("dev", None),
    ]


def test_api_operation(tmp_path: Path) -> None:
    synthesize("api_operation.py", tmp_path)
    resources = resources_of("Shop", tmp_path).values()
    kinds = [resource["Type"] for resource in resources]
    assert kinds.count("AWS::ApiGateway::DomainName") == 1
    assert kinds.count("AWS::ApiGateway::BasePathMapping") == 2
    assert kinds.count("AWS::CloudWatch::Alarm") == 3
    assert kinds.count("AWS::CloudWatch::Dashboard") == 1
    assert kinds.count("Custom::ApiGatewayLogRole") == 1
