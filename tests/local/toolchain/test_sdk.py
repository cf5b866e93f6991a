import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from serverless_stack.local.cdk.assembly import read_stacks
from serverless_stack.local.toolchain.sdk import locked_packages, packages_of
from tests.local.cdk.assemblies import resource, write_stack


def function(code: dict[str, Any], runtime: str = "nodejs22.x") -> dict[str, Any]:
    return {"Function": resource("AWS::Lambda::Function", Runtime=runtime, Code=code)}


def names_in(folder: Path) -> list[str]:
    return [name.removeprefix("@aws-sdk/") for name in packages_of(read_stacks(folder))]


def test_the_lock_has_the_clients_of_cdks_own_handlers() -> None:
    clients = (
        "acm cloudwatch-logs codepipeline dynamodb ec2 ecr eks glue iam lambda route-53 s3 ssm"
    )
    expected = {f"@aws-sdk/client-{name}" for name in clients.split()}
    assert expected <= set(locked_packages())
    assert len(locked_packages()) > 250


def test_inline_code(tmp_path: Path) -> None:
    text = "const {SSMClient} = require('@aws-sdk/client-ssm'); require(\"@aws-sdk/lib-dynamodb\")"
    write_stack(tmp_path, "Shop", function({"ZipFile": text}))
    assert names_in(tmp_path) == ["client-ssm", "lib-dynamodb"]


@pytest.mark.parametrize("runtime", ["python3.12", "provided.al2023"])
def test_other_runtimes_need_none(tmp_path: Path, runtime: str) -> None:
    write_stack(tmp_path, "Shop", function({"ZipFile": "'@aws-sdk/client-ssm'"}, runtime))
    assert names_in(tmp_path) == []


def test_folders_and_archives(tmp_path: Path) -> None:
    inside = tmp_path / "asset.a" / "node_modules" / "theirs"
    inside.mkdir(parents=True)
    (inside / "index.js").write_text("require('@aws-sdk/client-kms')")
    (tmp_path / "asset.a" / "index.mjs").write_text("import x from '@aws-sdk/client-sfn'")
    (tmp_path / "asset.a" / "image.png").write_bytes(b"@aws-sdk/client-iam")
    with zipfile.ZipFile(tmp_path / "asset.b.zip", "w") as archive:
        archive.writestr("nodejs/x.cjs", "require('@aws-sdk/client-sqs')")
    resources = {
        **function({"S3Bucket": "b", "S3Key": "a.zip"}),
        "Layer": resource("AWS::Lambda::LayerVersion", Content={"S3Key": "b.zip"}),
    }
    files = {"a": "asset.a", "b": "asset.b.zip"}
    write_stack(tmp_path, "Shop", resources, files=files)
    assert names_in(tmp_path) == ["client-sfn", "client-sqs"]


@pytest.mark.parametrize(
    ("service", "client"),
    [
        ("StepFunctions", "client-sfn"),
        ("DynamoDB", "client-dynamodb"),
        ("CloudWatchLogs", "client-cloudwatch-logs"),
        ("cognito-identity-provider", "client-cognito-identity-provider"),
        ("@aws-sdk/client-ssm", "client-ssm"),
    ],
)
def test_the_calls_of_aws_custom_resources(tmp_path: Path, service: str, client: str) -> None:
    handler = 'const names={stepfunctions:"sfn",sqs:"sqs"}; require("@aws-sdk/client-"+name)'
    call = json.dumps({"service": service, "action": "get"}, separators=(",", ":"))
    resources = {
        **function({"ZipFile": handler}),
        "Call": resource("Custom::AWS", Create={"Fn::Join": ["", [call]]}),
    }
    write_stack(tmp_path, "Shop", resources)
    assert names_in(tmp_path) == [client]


def test_a_package_that_does_not_exist_is_left_to_the_function(tmp_path: Path) -> None:
    write_stack(tmp_path, "Shop", function({"ZipFile": "require('@aws-sdk/client-none')"}))
    assert names_in(tmp_path) == []
