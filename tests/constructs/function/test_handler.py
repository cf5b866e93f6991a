from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import FunctionUrl, LambdaHandler, Release
from serverless_stack.constructs._internal.connect import invokable_of
from serverless_stack.constructs.function.alias import live_alias
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.function.unpacked import contents
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    synth,
    variables,
    warnings,
)

FUNCTION = "AWS::Lambda::Function"
LOGS = "AWS::Logs::LogGroup"
HERE = "eu-west-1:123456789012"
LAYER = f"arn:aws:lambda:{HERE}:layer:tools:3"
KEY = f"arn:aws:kms:{HERE}:key/1234"


@pytest.fixture(scope="module")
def minimal(code: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    LambdaHandler(stack, "Handler", code=code)
    return synth(stack)


@pytest.fixture(scope="module")
def maximal(code: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    LambdaHandler(
        stack,
        "Handler",
        code=str(code),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_12,
        architecture=lambda_.Architecture.X86_64,
        memory_size=10240,
        timeout=cdk.Duration.minutes(15),
        ephemeral_storage_size=cdk.Size.gibibytes(10),
        environment={"STAGE": "prod", "REGION": cdk.Aws.REGION},
        description="Takes orders",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(one_per_az=True),
        security_groups=[ec2.SecurityGroup(stack, "Own", vpc=vpc)],
        reserved_concurrent_executions=0,
        layers=[lambda_.LayerVersion.from_layer_version_arn(stack, "Layer", LAYER)],
        environment_key=kms.Key.from_key_arn(stack, "Key", KEY),
        release=Release.linear(percent=20, every_minutes=5),
        url=FunctionUrl(auth="public"),
        on_failure=sqs.Queue.from_queue_arn(stack, "Failures", f"arn:aws:sqs:{HERE}:failures"),
        on_success=sns.Topic.from_topic_arn(stack, "Results", f"arn:aws:sns:{HERE}:results"),
        retry_attempts=0,
        max_event_age=cdk.Duration.hours(6),
        code_signing_config=lambda_.CodeSigningConfig.from_code_signing_config_arn(
            stack, "Signing", f"arn:aws:lambda:{HERE}:code-signing-config:csc-0123456789abcdef0"
        ),
        log_level=lambda_.ApplicationLogLevel.WARN,
        log_retention=logs.RetentionDays.ONE_WEEK,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    return synth(stack)


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_defaults(minimal: Json) -> None:
    function = properties(minimal, FUNCTION)
    assert function["Architectures"] == ["arm64"]
    assert function["Runtime"] == "python3.14"
    assert (function["MemorySize"], function["Timeout"]) == (256, 15)
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert "VpcConfig" not in function
    assert "FunctionName" not in function
    kinds = {resource["Type"] for resource in minimal["Resources"].values()}
    assert kinds == {FUNCTION, LOGS, "AWS::IAM::Role", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"}


def test_logs_expire_and_outlive_the_function(minimal: Json) -> None:
    (group,) = all_of(minimal, LOGS)
    assert group["Properties"] == {"RetentionInDays": 90}
    assert group["DeletionPolicy"] == "Retain"
    log_group = properties(minimal, FUNCTION)["LoggingConfig"]["LogGroup"]
    assert log_group["Ref"] in minimal["Resources"]


def test_every_argument_is_passed_on(maximal: Json) -> None:
    function = properties(maximal, FUNCTION)
    assert function["Architectures"] == ["x86_64"]
    assert function["Runtime"] == "python3.12"
    assert (function["MemorySize"], function["Timeout"]) == (10240, 900)
    assert function["EphemeralStorage"] == {"Size": 10240}
    assert function["Environment"]["Variables"] == {
        "STAGE": "prod",
        "REGION": {"Ref": "AWS::Region"},
    }
    assert function["Description"] == "Takes orders"
    assert function["ReservedConcurrentExecutions"] == 0
    assert function["VpcConfig"]["SecurityGroupIds"][0]["Fn::GetAtt"][0].startswith("Own")
    (group,) = all_of(maximal, LOGS)
    assert (group["Properties"]["RetentionInDays"], group["DeletionPolicy"]) == (7, "Delete")
    assert function["Layers"] == [LAYER]
    assert function["KmsKeyArn"] == KEY
    assert function["CodeSigningConfigArn"].endswith("csc-0123456789abcdef0")
    logging = {"ApplicationLogLevel": "WARN", "LogFormat": "JSON"}
    assert {k: v for k, v in function["LoggingConfig"].items() if k != "LogGroup"} == logging


def test_all_problems_are_reported_together(stack: cdk.Stack, tmp_path: Path) -> None:
    message = refused(
        lambda: LambdaHandler(
            stack,
            "Handler",
            code=tmp_path / "nowhere",
            memory_size=127,
            timeout=cdk.Duration.seconds(901),
            ephemeral_storage_size=cdk.Size.mebibytes(511),
            environment={"1ST": "x", "AWS_REGION": "x", "FINE": "x"},
            reserved_concurrent_executions=-1,
            vpc_subnets=ec2.SubnetSelection(),
        )
    )
    assert message.splitlines() == [
        "8 problems in Test/Handler:",
        "- `memory_size` must be between 128 and 10240 MiB, got: 127",
        "- `timeout` must be between 1 and 900 seconds, got: 901",
        "- `ephemeral_storage_size` must be between 512 and 10240 MiB, got: 511",
        "- `environment` names must begin with a letter and have two or more letters, digits and "
        "underscores, got: '1ST'",
        "- `environment` must not have a name that Lambda sets, got: 'AWS_REGION'",
        "- `reserved_concurrent_executions` must be 0 or more, got: -1",
        "- `vpc` must be given with `vpc_subnets` and `security_groups`, got: None",
        f"- `code` must be an existing folder or file, got: '{tmp_path}/nowhere' "
        f"(looked for {tmp_path}/nowhere)",
    ]
    assert stack.node.children == []


@pytest.mark.parametrize("memory_size", [127, 10241])
def test_memory_outside_the_range_is_refused(
    stack: cdk.Stack, code: Path, memory_size: int
) -> None:
    assert refused(lambda: LambdaHandler(stack, "H", code=code, memory_size=memory_size)) == (
        f"`memory_size` must be between 128 and 10240 MiB, got: {memory_size} (in Test/H)"
    )


def test_texts_that_lambda_refuses_are_reported(stack: cdk.Stack, code: Path) -> None:
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"G{n}", f"sg-{n}") for n in range(6)]
    variables = {"PORT": "8080", "BLOB": "b" * 4096}
    message = refused(
        lambda: LambdaHandler(
            stack,
            "Handler",
            code=code,
            runtime=lambda_.Runtime("python3.7", lambda_.RuntimeFamily.PYTHON),
            environment=variables,
            description="d" * 257,
            vpc=ec2.Vpc(stack, "Vpc", max_azs=2),
            security_groups=groups,
        )
    )
    assert message.splitlines() == [
        "4 problems in Test/Handler:",
        "- `environment` must have at most 4,096 bytes, got: 4,121 bytes",
        "- `description` must have at most 256 characters, got: 257",
        "- `runtime` must be a runtime that Lambda still creates functions with, "
        "got: 'python3.7' (nearest accepted: python3.14)",
        "- `security_groups` must have 5 at most, got: 6",
    ]


def test_the_nearest_valid_values_are_accepted(stack: cdk.Stack, code: Path) -> None:
    LambdaHandler(
        stack,
        "Handler",
        code=code,
        memory_size=128,
        timeout=cdk.Duration.seconds(1),
        ephemeral_storage_size=cdk.Size.mebibytes(512),
        environment={"S1": "x", "AWS_REGIONS": "x"},
    )
    assert properties(synth(stack), FUNCTION)["MemorySize"] == 128


def test_tokens_are_accepted(stack: cdk.Stack, code: Path) -> None:
    number = cdk.CfnParameter(stack, "Number", type="Number")
    text = cdk.CfnParameter(stack, "Text")
    LambdaHandler(
        stack,
        "Handler",
        code=code,
        handler=text.value_as_string,
        memory_size=int(number.value_as_number),
        timeout=cdk.Duration.seconds(number.value_as_number),
        reserved_concurrent_executions=int(number.value_as_number),
    )
    function = properties(synth(stack), FUNCTION)
    names = ("MemorySize", "Timeout", "ReservedConcurrentExecutions")
    assert [function[name] for name in names] == [{"Ref": "Number"}] * 3
    assert function["Handler"] == {"Ref": "Text"}


def test_the_asset_has_the_source_and_the_runtime(code: Path, tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path / "out"))
    LambdaHandler(cdk.Stack(app, "Test"), "Handler", code=code)
    app.synth()
    (asset,) = (tmp_path / "out").glob("asset.*")
    files = contents(asset)
    assert files["index.py"][1] == (code / "index.py").read_bytes()
    assert "serverless_stack/runtime/__init__.py" in files
    assert not any(name.startswith("serverless_stack/constructs/") for name in files)


@pytest.mark.parametrize(("architecture", "machine"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_wheels_fit_the_architecture(tmp_path: Path, architecture: str, machine: str) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/index.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "code/requirements.txt").write_text("markupsafe==3.0.3\n")
    app = cdk.App(outdir=str(tmp_path / "out"))
    LambdaHandler(
        cdk.Stack(app, "Test"),
        "Handler",
        code=tmp_path / "code",
        architecture=lambda_.Architecture.custom(architecture),
    )
    app.synth()
    (asset,) = (tmp_path / "out").glob("asset.*")
    compiled = [name for name in contents(asset) if name.endswith(".so")]
    assert compiled == [f"markupsafe/_speedups.cpython-314-{machine}-linux-gnu.so"]


def test_nothing_is_packaged_when_another_stack_is_deployed(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "requirements.txt").write_text("-r there-is-no-such-list.txt\n")
    (tmp_path / ".venv").mkdir()
    with (tmp_path / ".venv/large.so").open("wb") as file:
        file.truncate(251 << 20)
    stack = cdk.Stack(new_app({"aws:cdk:bundling-stacks": []}), "Test")
    LambdaHandler(stack, "Handler", code=tmp_path)
    assert properties(synth(stack), FUNCTION)["Handler"] == "index.handler"


def test_references_to_other_lists_are_refused_first(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "requirements.txt").write_text("-r base.txt\n")
    assert "must list every requirement itself, got: '-r base.txt'" in refused(
        lambda: LambdaHandler(stack, "Handler", code=tmp_path)
    )
    assert stack.node.children == []


def test_a_handler_without_requirements_has_no_warning(stack: cdk.Stack, code: Path) -> None:
    LambdaHandler(stack, "Handler", code=code)
    assert warnings(stack) == []


def test_add_environment(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code, environment={"FIRST": "1"})
    handler.add_environment("SECOND", cdk.Aws.REGION)
    assert variables(synth(stack)) == {"FIRST": "1", "SECOND": {"Ref": "AWS::Region"}}


def test_add_environment_refuses_duplicate_and_invalid_names(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code, environment={"FIRST": "1"})
    assert "must have each name once, got again: FIRST" in refused(
        lambda: handler.add_environment("FIRST", "2")
    )
    assert "`name` names must begin with a letter" in refused(
        lambda: handler.add_environment("2ND", "2")
    )
    assert "`value` must be a string, got: 2" in refused(
        lambda: handler.add_environment("THIRD", 2)  # type: ignore[arg-type]
    )
    assert variables(synth(stack)) == {"FIRST": "1"}


def subnets_of_function(template: Json) -> list[str]:
    config = properties(template, FUNCTION)["VpcConfig"]
    return [subnet["Ref"] for subnet in config["SubnetIds"]]


@pytest.mark.parametrize(
    ("types", "chosen"),
    [
        (["PUBLIC", "PRIVATE_WITH_EGRESS", "PRIVATE_ISOLATED"], "PrivateWithEgress"),
        (["PUBLIC", "PRIVATE_ISOLATED"], "PrivateIsolated"),
    ],
)
def test_private_subnets_are_preferred(
    stack: cdk.Stack, code: Path, types: list[str], chosen: str
) -> None:
    names = {name: name.title().replace("_", "") for name in types}
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        max_azs=2,
        subnet_configuration=[
            ec2.SubnetConfiguration(name=named, subnet_type=ec2.SubnetType[name])
            for name, named in names.items()
        ],
    )
    LambdaHandler(stack, "Handler", code=code, vpc=vpc)
    placed = subnets_of_function(synth(stack))
    assert len(placed) == 2
    assert all(chosen in subnet for subnet in placed)


def test_the_raw_resource_can_be_changed(stack: cdk.Stack, code: Path) -> None:
    raw = LambdaHandler(stack, "Handler", code=code).function.node.default_child
    assert isinstance(raw, lambda_.CfnFunction)
    raw.recursive_loop = "Terminate"
    assert properties(synth(stack), FUNCTION)["RecursiveLoop"] == "Terminate"


def test_wrong_types_are_reported_together(stack: cdk.Stack, code: Path) -> None:
    message = refused(
        lambda: LambdaHandler(
            stack,
            "Handler",
            code=code,
            timeout=30,  # type: ignore[arg-type]
            runtime="python3.12",  # type: ignore[arg-type]
            memory_size="512",  # type: ignore[arg-type]
            environment={"PORT": 8080},  # type: ignore[dict-item]
        )
    )
    assert message.splitlines() == [
        "4 problems in Test/Handler:",
        "- `runtime` must be an aws_lambda.Runtime, such as Runtime.PYTHON_3_14, got: 'python3.12'",
        "- `memory_size` must be a whole number, got: '512'",
        "- `timeout` must be a Duration, such as Duration.seconds(30), got: 30",
        "- `environment['PORT']` must be a string, got: 8080",
    ]


def test_callers_invoke_the_function_or_its_alias(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    assert [handler.target, invokable_of(handler)] == [handler.function] * 2
    alias = live_alias(handler, handler.function)
    assert live_alias(handler, handler.function) is alias
    assert [handler.target, invokable_of(handler)] == [alias] * 2
    assert invokable_of(handler.function) is handler.function
    (resource,) = all_of(synth(stack), "AWS::Lambda::Alias")
    assert resource["Properties"]["Name"] == "live"
