from pathlib import Path

import pytest

from serverless_stack.local.cdk.assembly import Environment
from serverless_stack.local.cdk.commands import (
    account_variables,
    aws_environment,
    bootstrap_arguments,
    cdk_environment,
    deploy_arguments,
    event,
    failures,
    relevant,
    synth_arguments,
    without_proxy,
)
from serverless_stack.local.processes.access_key import AccessKey
from serverless_stack.local.toolchain.node import find_node

URL = "http://127.0.0.1:4566"
CREATING = (
    "Shop |  3/15 | 5:43:29 PM | CREATE_IN_PROGRESS   | AWS::Lambda::Function | Hi (Hi4A628BD4) "
)
FAILED = (
    "Shop | 4/15 | 5:43:29 PM | CREATE_FAILED        | AWS::S3::Bucket | Files (F1) no (such) name"
)
DELETED = "Shop |   1 | 5:43:31 PM | DELETE_COMPLETE         | AWS::CloudFormation::Stack  | Shop"


def test_the_users_aws_account_is_not_used(tmp_path: Path) -> None:
    base = {
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "secret",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_CA_BUNDLE": "/ca",
        "CDK_DEFAULT_ACCOUNT": "123456789012",
        "STAGE": "dev",
        "PATH": "/usr/bin",
    }
    local = aws_environment(URL, AccessKey("LOCAL1", "hidden"))
    environment = cdk_environment(base, local, tmp_path, find_node())
    assert environment["AWS_ENDPOINT_URL"] == URL
    assert environment["AWS_ACCESS_KEY_ID"] == "LOCAL1"
    assert environment["AWS_SECRET_ACCESS_KEY"] == "hidden"
    assert environment["STAGE"] == "dev"
    assert environment["PATH"].endswith(":/usr/bin")
    assert Path(environment["CDK_HOME"]).parent == tmp_path
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"} & set(environment)
    assert "CDK_DEFAULT_ACCOUNT" not in environment
    assert account_variables(base) == [
        "AWS_ACCESS_KEY_ID",
        "AWS_CA_BUNDLE",
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "CDK_DEFAULT_ACCOUNT",
    ]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ({}, "127.0.0.1,localhost"),
        ({"no_proxy": "intranet"}, "intranet,127.0.0.1,localhost"),
        ({"NO_PROXY": "a,b"}, "a,b,127.0.0.1,localhost"),
    ],
)
def test_the_local_cloud_is_exempt_from_the_proxy(base: dict[str, str], expected: str) -> None:
    assert without_proxy(base) == {"NO_PROXY": expected, "no_proxy": expected}


def test_all_stacks_unless_some_are_named() -> None:
    out, outputs = Path("cdk.out"), Path("outputs.json")
    assert deploy_arguments(out, [], outputs)[:2] == ["deploy", "**"]
    assert deploy_arguments(out, ["A", "B"], outputs)[:3] == ["deploy", "A", "B"]


def test_events_are_shortened() -> None:
    assert event(CREATING) == "Shop 3/15  Hi  create in progress"
    assert event(FAILED) == "Shop 4/15  Files  create failed"
    assert event(DELETED) == "Shop 1  Shop  delete complete"
    assert event("Shop: deploying... [1/1]") is None
    assert event("a | b | c") is None


def test_each_failed_resource_with_its_reason() -> None:
    cancelled = FAILED.replace("no (such) name", "Resource creation cancelled")
    alone = FAILED.replace("Files (F1) no (such) name", "F2 the name is taken")
    silent = FAILED.replace("Files (F1) no (such) name", "My Files (F3)")
    lines = [CREATING, FAILED, FAILED, cancelled, DELETED, alone, silent]
    assert failures(lines) == [
        "Files (AWS::S3::Bucket): no (such) name",
        "F2 (AWS::S3::Bucket): the name is taken",
        "My Files (AWS::S3::Bucket): no reason is known",
    ]


def test_an_environment_with_a_qualifier_has_a_bootstrap_stack_of_its_own() -> None:
    out = Path("cdk.out")
    plain = bootstrap_arguments(out, Environment("111111111111", "eu-central-1"))
    assert plain[:2] == ["bootstrap", "aws://111111111111/eu-central-1"]
    assert "--qualifier" not in plain
    own = bootstrap_arguments(out, Environment(qualifier="mine"))
    assert own[-4:] == ["--qualifier", "mine", "--toolkit-stack-name", "CDKToolkit-mine"]


def test_context_and_parameters_are_passed_on() -> None:
    out = Path("cdk.out")
    assert synth_arguments(out, {"stage": "a=b"})[-2:] == ["-c", "stage=a=b"]
    deploy = deploy_arguments(out, [], Path("outputs.json"), {"Shop:Name": "x"})
    assert deploy[-2:] == ["--parameters", "Shop:Name=x"]


def test_only_what_failed_is_relevant() -> None:
    lines = ["Shop: deploying...", "", CREATING, FAILED, DELETED, "❌ Shop failed: no such name"]
    assert relevant(lines).splitlines() == [lines[0], FAILED, lines[5]]


def test_a_stack_that_fails_without_a_resource() -> None:
    protected = "Stack [arn:stack/Shop/1] cannot be deleted while TerminationProtection is enabled"
    lines = ["Shop: destroying... [1/2]", f"❌  Shop: destroy failed DeploymentError: {protected}"]
    assert failures([*lines, protected]) == [f"Shop: {protected}"]
    assert failures(lines[:1]) == []
