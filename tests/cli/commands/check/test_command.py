"""`serverless-stack check`, as users and scripts run it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from serverless_stack.checks import Severity, rules
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.cli.main import application
from tests.checks.assemblies import (
    NAMED,
    UNNAMED,
    acknowledged,
    logical_id,
    write,
    write_assembly,
)
from tests.local.conftest import argv_of

YAML = """\
Parameters:
  Days: {Type: Number}
Resources:
  Known:
    Type: AWS::S3::Bucket
    Metadata:
      serverless-stack:
        acknowledge:
          - {id: S3-001, reason: "[legacy], since 2019"}
    Properties:
      BucketName: xn--known
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "uploads-${AWS::AccountId}"
      LifecycleConfiguration:
        Rules:
          - {Status: Enabled, ExpirationInDays: !Ref Days}
          - Status: Enabled
            ExpirationInDays: 0
"""


def check(*arguments: str) -> Result:
    return CliRunner().invoke(application(), ["check", *arguments], catch_exceptions=False)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def template(here: Path) -> str:
    (here / "template.yaml").write_text(YAML)
    return "template.yaml"


@pytest.fixture
def warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a warning on each bucket, with the region, the only rule."""
    only = RuleList()

    @only.resource("TEST-001", "AWS::S3::Bucket", page="Page", severity=Severity.WARNING)
    def bucket(bucket: Resource) -> Iterator[Violation]:
        """Buckets must not be here."""
        yield violation("BucketName", "not be here", bucket.template.region)

    monkeypatch.setattr("serverless_stack.checks.catalog.RULES", tuple(only))


def findings(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(check("--format", "json", *arguments).stdout)[
        "findings"
    ]
    return found


@pytest.mark.parametrize("form", ["table", "json", "sarif"])
def test_the_status_is_for_scripts(here: Path, template: str, form: str) -> None:
    write(here / "good.json", {"Resources": {"Bucket": UNNAMED}})
    write_assembly(here / "known", {"Bucket": NAMED}, {"/Shop": [acknowledged(S3_001="so")]})
    write(here / "bad.txt", "")
    assert check("good.json", "--format", form).exit_code == 0
    assert check("known", "--format", form).exit_code == 0
    assert check(template, "--format", form).exit_code == 1
    assert check("good.json", template, "--format", form).exit_code == 1
    assert check("bad.txt", "--format", form).exit_code == 2


@pytest.mark.usefixtures("warning")
def test_a_warning_fails_when_strict(here: Path) -> None:
    write(here / "t.json", {"Resources": {"Bucket": UNNAMED}})
    assert check("t.json").exit_code == 0
    assert "1 warning in 1 template" in check("t.json").stdout
    assert check("t.json", "--strict").exit_code == 1


@pytest.mark.usefixtures("warning")
def test_the_region_option_is_for_templates_without_one(here: Path) -> None:
    write(here / "t.json", {"Resources": {"Bucket": UNNAMED}})
    write_assembly(here / "known", {"Bucket": UNNAMED}, region="eu-west-1")
    write_assembly(here / "unknown", {"Bucket": UNNAMED})
    targets = ["t.json", "known", "unknown"]
    reported = [each["value"] for each in findings(*targets)]
    assert reported == [None, "eu-west-1", None]
    reported = [each["value"] for each in findings(*targets, "--region", "eu-west-3")]
    assert reported == ["eu-west-3", "eu-west-1", "eu-west-3"]


@pytest.mark.parametrize("width", [80, 120])
def test_the_table(template: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    result = check(template)
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert max(map(len, lines)) <= width
    text = " ".join(result.stdout.split())
    assert "accepted S3-001 Known AWS::S3::Bucket `BucketName` must not begin with" in text
    assert "AWS: Bucket naming rules acknowledged: [legacy], since 2019" in text
    assert re.search(r"error \S+ Uploads AWS::S3::Bucket `LifecycleConfiguration.Rules.1.", text)
    assert "line 20, AWS: " in text
    assert text.index("Uploads") < text.index("Known")
    assert lines[0] == "template.yaml"
    assert lines[-1] == "1 error, 1 acknowledged in 1 template"


def test_an_assembly_is_the_default(here: Path) -> None:
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    metadata = {"/Shop/Files/Resource": [logical_id("Bucket")]}
    out = write_assembly(
        here / "cdk.out", {"Bucket": NAMED}, metadata, region="eu-west-1", further={"Prod": stage}
    )
    write_assembly(
        out / "assembly-Prod",
        {"Bucket": {**NAMED, "Properties": {"BucketName": "xn--b"}}},
        {"/Prod/Shop": [acknowledged(S3_001="it is so")]},
        stack="Prod/Shop",
    )
    result = check()
    assert result.exit_code == 1
    text = " ".join(result.stdout.split())
    assert "Shop, cdk.out/Shop.template.json, eu-west-1" in text
    assert "error S3-001 Shop/Files/Resource AWS::S3::Bucket" in text
    assert "Prod/Shop, cdk.out/assembly-Prod/Shop.template.json" in text
    assert "acknowledged: it is so" in text
    assert text.endswith("1 error, 1 acknowledged in 2 templates")


def test_no_findings_are_one_line(here: Path) -> None:
    write_assembly(here / "cdk.out", {"Bucket": UNNAMED})
    assert check().stdout == "nothing found in 1 template\n"


def test_a_template_that_cdk_wrote_names_constructs(here: Path) -> None:
    named = {**NAMED, "Metadata": {"aws:cdk:path": "Shop/Files/Resource"}}
    write(here / "t.json", {"Resources": {"Bucket": named}})
    assert "Shop/Files/Resource  AWS::S3::Bucket" in check("t.json").stdout


def test_each_template_of_a_folder_is_checked_alone(here: Path, template: str) -> None:
    write(here / "other.json", {"Resources": {"Bucket": NAMED}})
    write(here / "package.json", {"name": "no template"})
    (here / "notes.md").write_text("no template")
    assert [(each["file"], each["line"]) for each in findings(".")] == [
        ("other.json", 6),
        (template, 11),
        (template, 20),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file or folder t.json: run `serverless-stack synth` first"),
        ("", "t.json is not a CloudFormation template: it has no `Resources`"),
        ("{]", "t.json is neither JSON nor YAML"),
    ],
)
def test_targets_that_cannot_be_read(here: Path, content: str | None, said: str) -> None:
    if content is not None:
        (here / "t.json").write_text(content)
    result = check("t.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: {said}" in result.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.yaml", "Resources: &r\n  A:\n    Type: AWS::S3::Bucket\n    Properties: *r\n"),
        ("t.json", '{"Resources": {"A": ' + '{"a": ' * 100_000 + "1" + "}" * 100_002),
        ("t.json", '{"Resources": {"A": ' + "9" * 5000 + "}}"),
    ],
    ids=["contains itself", "nested too deeply", "number of many digits"],
)
def test_templates_that_cannot_be_parsed(here: Path, name: str, content: str) -> None:
    (here / name).write_text(content)
    result = check(name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: {name} " in result.stderr


def test_an_assembly_that_cannot_be_read(here: Path) -> None:
    (write_assembly(here / "cdk.out", {}) / "Shop.template.json").unlink()
    result = check()
    assert result.exit_code == 2
    assert "cdk.out cannot be read as a cloud assembly" in result.stderr


def test_a_folder_without_a_template(here: Path) -> None:
    result = check(".")
    assert result.exit_code == 2
    assert "there is no template in ." in result.stderr


def test_a_file_that_is_no_text(here: Path) -> None:
    (here / "t.json").write_bytes(b"\xff\xfe")
    result = check("t.json")
    assert result.exit_code == 2
    assert "t.json is not a text in UTF-8" in result.stderr


@pytest.mark.parametrize("width", [80, 120])
def test_the_rules(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    result = check("--rules")
    assert result.exit_code == 0
    assert max(len(line.rstrip()) for line in result.stdout.splitlines()) <= width
    text = " ".join(result.stdout.split())
    assert (
        "S3-001 error `BucketName` must follow S3's naming rules. S3 refuses the bucket otherwise."
        in text
    )
    listed = json.loads(check("--rules", "--format", "json").stdout)
    assert [each["id"] for each in listed] == [rule.id for rule in rules()]
    assert all(each["title"] and each["description"] and each["page"] for each in listed)


@pytest.mark.parametrize("form", ["table", "json", "sarif"])
def test_names_cannot_control_the_terminal(here: Path, form: str) -> None:
    resources = {"\x1b[2J\ud800": {**NAMED, "Properties": {"BucketName": "\x1b]0;x\x07\udfff"}}}
    (here / "t.json").write_text(json.dumps({"Resources": resources}))
    done = subprocess.run(argv_of("check", "t.json", "--format", form), capture_output=True)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\x1b" not in done.stdout
    assert b"S3-001" in done.stdout
    if form != "table":
        json.loads(done.stdout)


def test_long_values_are_shortened(here: Path) -> None:
    resources = {
        f"B{n}": {**NAMED, "Properties": {"BucketName": text * 200_000}}
        for n, text in enumerate(("a", "-", "a-", "${", "arn:"))
    }
    write(here / "t.json", {"Resources": resources})
    result = check("t.json")
    assert result.exit_code == 1
    assert len(result.stdout) < 400_000


def test_as_a_program(template: str) -> None:
    done = subprocess.run(argv_of("check", template), capture_output=True, text=True)
    assert done.returncode == 1
    assert "1 error, 1 acknowledged in 1 template" in done.stdout


def test_it_imports_no_more_than_it_needs(here: Path) -> None:
    write_assembly(here / "cdk.out", {"Bucket": NAMED})
    program = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from serverless_stack.cli.main import application\n"
        "assert CliRunner().invoke(application(), ['check']).exit_code == 1\n"
        "print({'aws_cdk', 'jsii', 'boto3', 'cfnlint', 'yaml', 'syrupy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
