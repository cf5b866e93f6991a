"""JSON and SARIF of `serverless-stack check`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from serverless_stack.checks import rules
from serverless_stack.cli.commands.check.reports import to_json, to_sarif
from serverless_stack.cli.commands.check.targets import check
from tests.checks.assemblies import NAMED, acknowledged, logical_id, write, write_assembly

TEMPLATE = {
    "Resources": {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "BucketName": "xn--a",
                "LifecycleConfiguration": {"Rules": [{"ExpirationInDays": 0}]},
            },
        }
    }
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def sarif(*targets: Path) -> dict[str, Any]:
    checked = [each for path in targets for each in check(path, None)]
    found = json.loads(to_sarif(checked, rules()))
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    assert isinstance(run, dict)
    return run


def fingerprints(run: dict[str, Any]) -> list[str]:
    return [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]


def test_json(here: Path) -> None:
    write(here / "t.json", TEMPLATE)
    report = json.loads(to_json(check(Path("t.json"), "eu-west-1"), 1))
    first = report["findings"][0]
    assert [report[name] for name in ("status", "templates", "errors", "warnings")] == [1, 1, 2, 0]
    assert {
        name: first[name] for name in first if name not in ("message", "title", "description")
    } == {
        "rule": "S3-001",
        "severity": "error",
        "file": "t.json",
        "line": 6,
        "stack": "",
        "region": "eu-west-1",
        "resource": "Bucket",
        "construct": "Bucket",
        "property": "BucketName",
        "value": "xn--a",
        "page": "Bucket naming rules",
        "acknowledged": "",
    }
    assert first["title"] == "`BucketName` must follow S3's naming rules."
    assert first["description"].startswith("S3 refuses the bucket otherwise.")


def test_reports_hold_nothing_that_rewrites_a_terminal(here: Path) -> None:
    name = "a\x1b[31m\x9b2J\u202e\ud800"
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    write(here / "t.json", {"Resources": {"Bucket": bucket}})
    text = to_json(check(Path("t.json"), "eu-west-1"), 1)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert name in [finding["value"] for finding in json.loads(text)["findings"]]


def test_every_rule_has_a_level_and_help() -> None:
    listed = sarif()["tool"]["driver"]["rules"]
    assert [each["id"] for each in listed] == [rule.id for rule in rules()]
    for each, rule in zip(listed, rules(), strict=True):
        assert each["shortDescription"] == {"text": rule.title}
        assert each["fullDescription"] == {"text": rule.description}
        assert re.fullmatch(r"([A-Z][A-Za-z0-9]*)+", each["name"])
        assert f'See "{rule.page}" in the documentation of AWS.' in each["help"]["text"]
        assert each["defaultConfiguration"] == {"level": rule.severity}
        assert each["properties"]["problem.severity"] == rule.severity
        assert each["properties"]["tags"][0] == "deployability"
        assert len(each["properties"]["tags"]) <= 10


def test_a_result_names_file_line_construct_and_rule(here: Path) -> None:
    metadata = {"/Shop/Files/Resource": [logical_id("Bucket")]}
    run = sarif(write_assembly(here / "cdk.out", {"Bucket": NAMED}, metadata))
    (result,) = run["results"]
    assert result["message"]["text"].startswith("Shop/Files/Resource: `BucketName` must not")
    assert result["level"] == "error"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "S3-001"
    (location,) = result["locations"]
    assert location == {
        "physicalLocation": {
            "artifactLocation": {"uri": "cdk.out/Shop.template.json"},
            "region": {"startLine": 6},
        },
        "logicalLocations": [{"fullyQualifiedName": "Shop/Files/Resource", "kind": "resource"}],
    }
    assert "suppressions" not in result


def test_acknowledged_findings_are_suppressed(here: Path) -> None:
    metadata = {"/Shop": [acknowledged(S3_001="it is so")]}
    (result,) = sarif(write_assembly(here / "cdk.out", {"Bucket": NAMED}, metadata))["results"]
    assert result["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "it is so"}
    ]


def test_fingerprints_stay_when_lines_and_values_change(here: Path) -> None:
    path = here / "t.json"
    write(path, TEMPLATE)
    before = fingerprints(sarif(path))
    path.write_text("\n\n" + path.read_text().replace("xn--a", "xn--b"))
    run = sarif(path)
    assert fingerprints(run) == before
    assert len(set(before)) == 2
    (first, _) = run["results"]
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 8}


def test_the_same_finding_in_two_files_has_two_fingerprints(here: Path) -> None:
    write(here / "a.json", TEMPLATE)
    write(here / "b.json", TEMPLATE)
    assert len(set(fingerprints(sarif(here / "a.json", here / "b.json")))) == 4


@pytest.mark.parametrize(
    ("name", "uri"),
    [("a b.json", "a%20b.json"), ("ü.json", "%C3%BC.json"), ("../t.json", "file:///")],
)
def test_a_file_has_an_address(here: Path, name: str, uri: str) -> None:
    write(here / name, TEMPLATE)
    result = sarif(Path(name))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith(uri)
