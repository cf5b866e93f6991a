"""The table of refusals, on one mistake of each kind."""

import json
import os
import subprocess
import sys
from pathlib import Path

from serverless_stack.checks import Severity
from tests.checks.cases import Case, resource
from tests.checks.refusals import Row, table

ROOT = Path(__file__).parents[2]

PROGRAM = """\
import json
from tests.checks import refusals
from tests.checks.test_refusals import CASES

found = refusals.rows(CASES)
print(json.dumps([[row.case.name, row.cdk, row.warned, row.ours] for row in found]))
"""


def function(timeout: int) -> dict[str, object]:
    made = resource(
        "AWS::Lambda::Function",
        Code={"ZipFile": "def handler(event, context): ..."},
        Handler="index.handler",
        Role="arn:aws:iam::123456789012:role/role",
        Runtime="python3.13",
        Timeout=timeout,
    )
    return {"Function": made}


def bucket(**properties: object) -> dict[str, object]:
    return {"Bucket": resource("AWS::S3::Bucket", **properties)}


CASES = [
    Case("XX-001", "CDK raises", bucket(Tags="text"), bucket(), ""),
    Case("XX-002", "CDK warns", function(901), function(900), ""),
    Case("XX-003", "CDK says it of both", function(901), function(902), ""),
    Case("XX-004", "CDK raises for both", bucket(Tags="text"), bucket(Tags="text"), ""),
    Case(
        "XX-005",
        "CDK warns of an output",
        bucket(),
        bucket(),
        "",
        bad_sections={
            "Outputs": {"Secret": {"Value": "{{resolve:secretsmanager:a:SecretString}}"}}
        },
        good_sections={"Outputs": {"Secret": {"Value": "a"}}},
    ),
    Case("S3-001", "only ours", bucket(BucketName="xn--a"), bucket(BucketName="x--a"), ""),
]


def test_the_table_of_refusals() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert json.loads(done.stdout) == [
        ["CDK raises", True, False, None],
        ["CDK warns", False, True, None],
        ["CDK says it of both", False, False, None],
        ["CDK raises for both", False, False, None],
        ["CDK warns of an output", False, True, None],
        ["only ours", False, False, "error"],
    ]


def test_the_table() -> None:
    raised, warned, *_, ours = CASES
    found = [
        Row(raised, cdk=True, warned=False, ours=Severity.ERROR),
        Row(warned, cdk=False, warned=True, ours=Severity.WARNING),
        Row(ours, cdk=False, warned=False, ours=Severity.ERROR),
        Row(ours, cdk=False, warned=False, ours=None),
    ]
    assert table(found).splitlines() == [
        "4 mistakes           refused  reported",
        "plain CDK                   1        2",
        "CDK, strict flag            2        2",
        "serverless_stack            2        3",
        "",
        "nobody but serverless_stack, 1:",
        "  S3-001    only ours",
        "",
        "not by serverless_stack:",
        "  S3-001-only-ours",
    ]
