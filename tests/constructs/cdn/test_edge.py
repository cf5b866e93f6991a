"""Lambda@Edge functions: where they are created, and what the edge refuses."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    EdgeAuth,
    EdgeFunction,
    ErrorPage,
    Maintenance,
    Profile,
    Site,
    StorageBucket,
)
from serverless_stack.constructs.cdn.edge import EdgeEvent
from serverless_stack.testing import assert_compliant
from tests.constructs.templates import Json, new_app, refused, synth

CODE = "exports.handler = async (event) => event.Records[0].cf.request;\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edge")
    (folder / "index.js").write_text(CODE)
    (folder / "language.py").write_text("def run(event, context):\n    return event\n")
    return folder


def cdn(stack: cdk.Stack, *edge: EdgeFunction, name: str = "Cdn") -> Cdn:
    bucket = StorageBucket(stack, f"{name}Pages")
    return Cdn(stack, name, bucket=bucket, default=Behavior("bucket", edge=edge))


def templates(app: cdk.App) -> dict[str, Json]:
    return {artifact.stack_name: artifact.template for artifact in app.synth().stacks}


def associations(template: Json) -> list[Json]:
    (config,) = [
        item["Properties"]["DistributionConfig"]
        for item in template["Resources"].values()
        if item["Type"] == "AWS::CloudFront::Distribution"
    ]
    return list(config["DefaultCacheBehavior"]["LambdaFunctionAssociations"])


def of_type(template: Json, resource_type: str) -> list[Json]:
    return [item for item in template["Resources"].values() if item["Type"] == resource_type]


def test_minimal_in_any_region(app: cdk.App, folder: Path) -> None:
    stack = cdk.Stack(app, "Test", env=cdk.Environment(region="eu-west-1"))
    cdn(stack, EdgeFunction(folder, event="origin-request"))
    found = templates(app)
    assert list(found) == ["Test-eu-west-1-global", "Test"]
    there = found["Test-eu-west-1-global"]
    (function,) = of_type(there, "AWS::Lambda::Function")
    (version,) = of_type(there, "AWS::Lambda::Version")
    for resource in (function, version):
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert {
        name: function["Properties"].get(name)
        for name in ("Architectures", "Handler", "MemorySize", "Runtime", "Timeout")
    } == {
        "Architectures": ["x86_64"],
        "Handler": "index.handler",
        "MemorySize": 128,
        "Runtime": "nodejs24.x",
        "Timeout": 5,
    }
    (role,) = of_type(there, "AWS::IAM::Role")
    trusted = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [item["Principal"]["Service"] for item in trusted] == [
        "lambda.amazonaws.com",
        "edgelambda.amazonaws.com",
    ]
    (association,) = associations(found["Test"])
    assert association["EventType"] == "origin-request"
    assert association["LambdaFunctionARN"]["Fn::GetStackOutput"]["Region"] == "us-east-1"


def test_maximal_in_us_east_1(app: cdk.App, folder: Path) -> None:
    stack = cdk.Stack(app, "Test", env=cdk.Environment(region="us-east-1"))
    statement = iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::a/b"])
    cdn(
        stack,
        EdgeFunction(
            folder,
            event="origin-request",
            include_body=True,
            handler="language.run",
            memory_size=1024,
            timeout=cdk.Duration.seconds(30),
            permissions=[statement],
        ),
        EdgeFunction(folder, event="viewer-response", runtime=lambda_.Runtime.NODEJS_22_X),
    )
    ((_, template),) = templates(app).items()
    functions = of_type(template, "AWS::Lambda::Function")
    assert {item["Properties"]["Runtime"] for item in functions} == {"nodejs22.x", "python3.14"}
    assert "arn:aws:s3:::a/b" in json.dumps(of_type(template, "AWS::IAM::Role"))
    first, second = associations(template)
    assert first["IncludeBody"] is True
    assert list(first["LambdaFunctionARN"]) == ["Ref"]
    assert second["EventType"] == "viewer-response"


def test_the_output_changes_with_the_version(tmp_path: Path) -> None:
    outputs = set()
    for code in (CODE, CODE, CODE.replace("request", "response")):
        (tmp_path / "index.js").write_text(code)
        app = new_app()
        cdn(cdk.Stack(app, "Test"), EdgeFunction(tmp_path, event="origin-request"))
        (output,) = templates(app)["Test-global"]["Outputs"]
        outputs.add(output)
    assert len(outputs) == 2


def test_equal_functions_are_created_once(app: cdk.App, folder: Path) -> None:
    stack = cdk.Stack(app, "Test")
    bucket = StorageBucket(stack, "Pages")
    edge = [EdgeFunction(folder, event="origin-request")]
    other = {"/a/*": Behavior("bucket", edge=edge)}
    Cdn(stack, "Cdn", bucket=bucket, default=Behavior("bucket", edge=edge), behaviors=other)
    assert len(of_type(templates(app)["Test-global"], "AWS::Lambda::Function")) == 1


def test_regulated_is_compliant(app: cdk.App, folder: Path) -> None:
    stack = cdk.Stack(app, "Test", env=cdk.Environment(region="us-east-1"))
    Profile.regulated().apply(stack)
    secret = secretsmanager.Secret.from_secret_name_v2(stack, "Credentials", "site")
    bucket = StorageBucket(stack, "Pages")
    Cdn(
        stack,
        "Cdn",
        bucket=bucket,
        site=Site.spa(redirects={f"/old/{number}": "/new" for number in range(200)}),
        maintenance=Maintenance(allow_ips=["192.0.2.1"]),
        default=Behavior(
            "bucket",
            auth=EdgeAuth.basic(secret),
            edge=[EdgeFunction(folder, event="origin-request")],
        ),
        error_pages=[ErrorPage(404, "/404.html")],
    )
    assert_compliant(stack)
    policies = of_type(synth(stack), "AWS::IAM::ManagedPolicy")
    assert "logs:CreateLogGroup" in json.dumps(policies)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"event": "request"}, "`event` must be"),
        ({"event": "viewer-response", "include_body": True}, "must go with the event of a request"),
        ({"memory_size": 256}, "`memory_size` must be 128 MiB at the edge for viewer-request"),
        ({"timeout": cdk.Duration.seconds(6)}, "must be at most 5 seconds at the edge"),
        (
            {"event": "origin-request", "timeout": cdk.Duration.seconds(31)},
            "must be at most 30 seconds at the edge for origin-request, got: 31",
        ),
        ({"event": "origin-request", "memory_size": 64}, "between 128 and 10240 MiB, got: 64"),
        ({"runtime": lambda_.Runtime.RUBY_3_4}, "one of Node.js or Python at the edge, got: ruby"),
        ({"handler": "main.handler"}, "one of main.mjs, main.js, main.cjs, main.py"),
        ({"code": "nowhere"}, "`code` must be a folder, got: 'nowhere'"),
    ],
)
def test_refused(folder: Path, arguments: Json, message: str) -> None:
    given = {"code": folder, "event": "viewer-request", **arguments}
    assert message in refused(lambda: EdgeFunction(**given))


def test_functions_of_the_user(folder: Path) -> None:
    stack = cdk.Stack(new_app(), "Test", env=cdk.Environment(region="us-east-1"))
    number = iter(range(100))

    def use(event: EdgeEvent = "viewer-request", **arguments: object) -> EdgeFunction:
        settings: Json = {
            "code": lambda_.Code.from_asset(str(folder)),
            "handler": "index.handler",
            "runtime": lambda_.Runtime.NODEJS_24_X,
            **arguments,
        }
        function = lambda_.Function(stack, f"Function{next(number)}", **settings)
        return EdgeFunction(function.current_version, event=event)

    layer = lambda_.LayerVersion.from_layer_version_arn(
        stack, "Layer", "arn:aws:lambda:us-east-1:123456789012:layer:l:1"
    )
    good = use()
    for arguments, message in (
        ({"layers": [layer]}, "without `layers`"),
        ({"vpc": ec2.Vpc(stack, "Vpc")}, "without `vpc_config`"),
        ({"architecture": lambda_.Architecture.ARM_64}, "a function of x86_64"),
        ({"timeout": cdk.Duration.seconds(9)}, "at most 5 seconds"),
        ({"memory_size": 256}, "must be 128 MiB"),
        ({"dead_letter_queue": sqs.Queue(stack, "Queue")}, "without `dead_letter_config`"),
        ({"tracing": lambda_.Tracing.ACTIVE}, "without X-Ray"),
        ({"ephemeral_storage_size": cdk.Size.mebibytes(1024)}, "with 512 MiB of storage"),
        ({"reserved_concurrent_executions": 0}, "reserved concurrency of 0"),
        ({"runtime": lambda_.Runtime.RUBY_3_4}, "of Node.js or Python, got: Test/Function"),
        (
            {
                "current_version_options": lambda_.VersionOptions(
                    provisioned_concurrent_executions=1
                )
            },
            "without provisioned concurrency",
        ),
    ):
        assert message in refused(lambda arguments=arguments: use(**arguments)), arguments  # type: ignore[misc]
    image = lambda_.DockerImageCode.from_ecr(
        cdk.aws_ecr.Repository.from_repository_name(stack, "Repository", "x")
    )
    container = lambda_.DockerImageFunction(stack, "Image", code=image)
    message = refused(lambda: EdgeFunction(container.current_version, event="origin-request"))
    assert "must not be a container image at the edge, got: Test/Image/CurrentVersion" in message
    message = refused(lambda: EdgeFunction(container.latest_version, event="origin-request"))
    assert "must be a numbered version, got: Test/Image/$LATEST of $LATEST" in message
    version = lambda_.Version.from_version_arn(
        stack, "Imported", "arn:aws:lambda:us-east-1:123456789012:function:f:1"
    )
    imported = EdgeFunction(version, event="viewer-request")
    assert "which a version has already" in refused(
        lambda: EdgeFunction(version, event="viewer-request", timeout=cdk.Duration.seconds(1))
    )
    message = refused(lambda: cdn(stack, good, imported, name="Two"))
    assert (
        "`default` must have one edge function per event, got: more for viewer-request" in message
    )
    cdn(stack, good, name="One")
    assert associations(synth(stack))[0]["EventType"] == "viewer-request"


def test_environment_variables_are_refused_by_cdk(folder: Path) -> None:
    stack = cdk.Stack(new_app(), "Test", env=cdk.Environment(region="us-east-1"))
    function = lambda_.Function(
        stack,
        "Function",
        code=lambda_.Code.from_asset(str(folder)),
        handler="index.handler",
        runtime=lambda_.Runtime.NODEJS_24_X,
        environment={"A": "b"},
    )
    cdn(stack, EdgeFunction(function.current_version, event="origin-request"))
    with pytest.raises(RuntimeError, match=r"environment variables \[A\] and is not compatible"):
        synth(stack)
