"""`serverless-stack doctor` on machines that lack something, and its output."""

import json
from collections.abc import Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.commands.doctor.app import App
from serverless_stack.cli.commands.doctor.machine import machine_findings
from serverless_stack.cli.main import application
from serverless_stack.operations.readiness import Finding, State

TODAY = date(2026, 11, 29)
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/abc"


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(application(), ["doctor", *arguments], catch_exceptions=False)


def machine(app: Path, *, runs_java: bool = False, today: date = TODAY) -> dict[str, Finding]:
    found = machine_findings(app, runs_java=runs_java, today=today)
    return {finding.name: finding for finding in found}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A synthesized app of two stacks, one of them in us-east-1."""
    folder = tmp_path / "my app"
    out = folder / "cdk.out"
    out.mkdir(parents=True)
    (folder / "cdk.json").write_text("{}")
    viewer = {"ViewerCertificate": {"AcmCertificateArn": CERTIFICATE}}
    write(out, "Shop", {"Site": ("AWS::CloudFront::Distribution", {"DistributionConfig": viewer})})
    write(out, "Edge", {"Job": ("AWS::Lambda::Function", {"Runtime": "java25"})})
    places = {
        "Shop": "aws://unknown-account/unknown-region",
        "Edge": "aws://111122223333/us-east-1",
    }
    artifacts = {
        name: {
            "type": "aws:cloudformation:stack",
            "environment": place,
            "properties": {
                "templateFile": f"{name}.template.json",
                "requiresBootstrapStackVersion": 8,
                "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/ours/version",
            },
        }
        for name, place in places.items()
    }
    (out / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": artifacts}))
    return folder


def write(folder: Path, name: str, resources: Mapping[str, tuple[str, object]]) -> None:
    body = {key: {"Type": kind, "Properties": more} for key, (kind, more) in resources.items()}
    (folder / f"{name}.template.json").write_text(json.dumps({"Resources": body}))


def test_what_an_app_needs(app: Path) -> None:
    found = App(app / "cdk.out")
    assert found.runs_java
    needs = found.needs("eu-west-1")
    assert needs.regions == ("eu-west-1", "us-east-1")
    assert needs.accounts == ("111122223333",)
    assert needs.certificates == (CERTIFICATE,)
    assert (needs.qualifier, needs.bootstrap_version) == ("ours", 8)


def test_an_app_that_was_never_synthesized(tmp_path: Path) -> None:
    found = App(tmp_path / "cdk.out")
    assert (found.found, found.runs_java) == (False, False)
    needs = found.needs("eu-west-1")
    assert (needs.regions, needs.accounts, needs.qualifier) == (("eu-west-1",), (), "hnb659fds")


def test_a_machine_that_has_all(app: Path) -> None:
    found = machine(app)
    names = ("python", "aws-cdk-lib", "node", "npm", "cdk", "uv", "redis", "memcached", "ports")
    for name in (*names, "disk", "extras", "app"):
        assert (name, found[name].state) == (name, State.OK)
    assert "java" not in found


def test_a_machine_that_lacks_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**20))
    found = machine(tmp_path, runs_java=True)
    states = {State.MISSING: ("redis", "memcached", "java"), State.WARNING: ("cdk", "disk", "app")}
    for state, names in states.items():
        for name in names:
            assert (name, found[name].state) == (name, state)
            assert found[name].why.endswith(".")
            assert found[name].remedy
    assert "npm install aws-cdk@" in found["cdk"].remedy
    assert "install redis" in found["redis"].remedy
    assert "0.0 GiB free" in found["disk"].what


@pytest.mark.parametrize(
    ("version", "today", "state"),
    [
        ("24.1.0", TODAY, State.OK),
        ("24.1.0", date(2028, 5, 1), State.WARNING),
        ("20.19.0", TODAY, State.WARNING),
        ("25.0.0", TODAY, State.WARNING),
    ],
)
def test_a_node_that_has_ended(
    app: Path, monkeypatch: pytest.MonkeyPatch, version: str, today: date, state: State
) -> None:
    monkeypatch.setattr(
        "serverless_stack.local.toolchain.node._supported", lambda _program: version
    )
    found = machine(app, today=today)["node"]
    assert (found.state, bool(found.remedy)) == (state, state is State.WARNING)


def test_an_extra_in_part(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["boto3>=1; extra == 'operations'", "nowhere>=1; extra == 'operations'"]
    monkeypatch.setattr(metadata, "requires", lambda _name: [*lines, "no>=1; extra == 'redis'"])
    found = machine(app)
    assert found["extra/operations"].what == "the extra `operations` lacks nowhere"
    assert found["extra/operations"].remedy == "pip install nowhere"
    assert found["extras"].what == "extras: none; not installed: operations, redis"


def test_the_table_and_json_say_the_same(app: Path) -> None:
    result = doctor("--app-dir", str(app))
    report = json.loads(doctor("--app-dir", str(app), "--json").stdout)
    assert result.exit_code == report["status"]
    assert report["account"] is None
    shown = " ".join(result.stdout.split())
    for finding in report["machine"]:
        assert set(finding) == {"name", "state", "what", "why", "remedy"}
        assert "".join(finding["what"].split()) in "".join(shown.split())
    assert result.stdout.endswith("Next: serverless-stack local deploy\n")
    assert doctor("--app-dir", str(app), "--quiet").stdout == ""


def test_without_an_app_the_next_command_creates_one(tmp_path: Path) -> None:
    result = doctor("--app-dir", str(tmp_path))
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "Next: serverless-stack init")


def test_what_is_missing_is_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    result = doctor("--app-dir", str(tmp_path))
    assert result.exit_code == 1
    assert "✗ memcached is missing" in result.stdout
    assert "→ serverless-stack init, or pass --app-dir" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("manifest", ["{", "[]", "[" * 100_000])
def test_an_assembly_that_cannot_be_read(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "manifest.json").write_text(manifest)
    result = doctor("--app-dir", str(tmp_path))
    assert (result.exit_code, "run `cdk synth` again" in result.stderr) == (2, True)


def test_a_region_without_an_account() -> None:
    result = doctor("--region", "eu-west-1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: `--region` and `--profile` require `--account`\n"


def test_an_account_without_credentials(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(app / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(app / "none"))
    result = doctor("--account", "--region", "eu-west-1", "--app-dir", str(app))
    assert result.exit_code == 1
    assert "✗ no working credentials" in result.stdout
    assert "aws sso login" in result.stdout


def test_without_a_network_nothing_is_fine(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    result = doctor("--account", "--region", "eu-west-1", "--app-dir", str(app), "--json")
    report = json.loads(result.stdout)
    (finding,) = report["account"]
    assert (finding["name"], finding["state"]) == ("credentials", "unknown")
    assert result.exit_code in (1, 3)


@pytest.mark.server
def test_the_local_cloud(use_aws: dict[str, str], app: Path) -> None:
    (app / "cdk.out" / "manifest.json").unlink()
    report = json.loads(doctor("--account", "--app-dir", str(app), "--json").stdout)
    found = {finding["name"]: finding for finding in report["account"]}
    region = use_aws["AWS_REGION"]
    assert found["credentials"]["state"] == "ok"
    assert found[f"bootstrap/{region}"]["remedy"].startswith("cdk bootstrap aws://")
    assert found[f"api-log-role/{region}"]["state"] == "ok"
    assert all(finding["why"] for finding in report["account"] if finding["state"] != "ok")
