"""Templates of plain CDK: code changes nothing in a snapshot, wiring changes its own lines."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_stepfunctions as stepfunctions
from aws_cdk import custom_resources

from serverless_stack.testing import scrub, template_of
from serverless_stack.testing.snapshots.rendering import render

RUNTIME = lambda_.Runtime.PYTHON_3_13


def text_of(stack: cdk.Stack) -> str:
    scrubbed = scrub(template_of(stack))
    return render(scrubbed.template, scrubbed.replaced)


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line[0] + line[1:].strip() for line in list(lines)[2:] if not line.startswith("@@")]


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A handler, whose code tests change."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "index.py").write_text("handler = 1")
    return folder


def make(
    code: Path,
    *,
    inline: str = "handler = 1",
    variables: Mapping[str, str] | None = None,
    synthesizer: cdk.IStackSynthesizer | None = None,
) -> cdk.Stack:
    """A stack that names a function's version and assets in many places."""
    stack = cdk.Stack(cdk.App(outdir=str(code.parent / "out")), "Shop", synthesizer=synthesizer)
    asset = lambda_.Code.from_asset(str(code))
    function = lambda_.Function(
        stack,
        "Orders",
        code=asset,
        handler="index.handler",
        runtime=RUNTIME,
        environment=dict(variables or {}),
        layers=[lambda_.LayerVersion(stack, "Layer", code=asset)],
    )
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=function.current_version)
    codedeploy.LambdaDeploymentGroup(stack, "Group", alias=alias)
    inline_function = lambda_.Function(
        stack,
        "Inline",
        code=lambda_.Code.from_inline(inline),
        handler="index.handler",
        runtime=RUNTIME,
    )
    api = apigateway.LambdaRestApi(stack, "Api", handler=function, deploy=True)
    cdk.CfnOutput(stack, "Version", value=function.current_version.version)
    version = function.current_version.node.default_child
    assert isinstance(version, lambda_.CfnVersion)
    cdk.CfnOutput(stack, "Sub", value=cdk.Fn.sub(f"v-${{{version.logical_id}.Version}}"))
    assert api.latest_deployment is not None
    api.latest_deployment.add_to_logical_id(inline)
    cdk.CfnOutput(stack, "Deployment", value=api.latest_deployment.deployment_id)
    bucket = s3.Bucket(
        stack, "Bucket", auto_delete_objects=True, removal_policy=cdk.RemovalPolicy.DESTROY
    )
    bucket.add_event_notification(
        s3.EventType.OBJECT_CREATED, notifications.LambdaDestination(inline_function)
    )
    s3_deployment.BucketDeployment(
        stack,
        "Pages",
        sources=[s3_deployment.Source.asset(str(code))],
        destination_bucket=bucket,
    )
    provider = custom_resources.Provider(stack, "Provider", on_event_handler=inline_function)
    cdk.CustomResource(stack, "Custom", service_token=provider.service_token)
    stepfunctions.StateMachine(
        stack,
        "Steps",
        definition_body=stepfunctions.DefinitionBody.from_file(str(code / "index.py")),
    )
    logs.LogRetention(
        stack, "Retention", log_group_name="orders", retention=logs.RetentionDays.ONE_DAY
    )
    return stack


def test_code_changes_no_line(code: Path) -> None:
    before = make(code)
    text, template = text_of(before), template_of(before)
    (code / "index.py").write_text("handler = 2")
    after = make(code, inline="handler = 2")
    assert template_of(after) != template
    assert text_of(after) == text


def test_wiring_changes_its_own_lines(code: Path) -> None:
    before = text_of(make(code))
    after = text_of(make(code, variables={"STAGE": "prod"}))
    assert changed_lines(before, after) == ["+Environment:", "+Variables:", "+STAGE: prod"]


def test_only_names_of_constructs_keep_their_hashes(code: Path) -> None:
    text = text_of(make(code))
    assert re.findall(r"(?<![0-9a-f])[0-9a-f]{64}", text) == []
    assert set(re.findall(r"[A-Za-z]*[0-9A-F]{8}[0-9a-f]{32}", text)) == set()
    assert "FunctionVersion: !GetAtt OrdersCurrentVersion" in text
    assert "HASH.Version" in text
    (version,) = re.findall(r"  (\w+):  # Orders/CurrentVersion/Resource", text)
    assert version.endswith("HASH")
    assert f"Value: !Sub v-${{{version}.Version}}" in text
    assert f"Value: !GetAtt {version}.Version" in text
    assert re.search(r"Value: !Ref ApiDeployment[0-9A-F]{8}HASH\n", text)


def test_own_functions_of_cdk_have_no_runtime_and_others_do(code: Path) -> None:
    runtimes = re.findall(r"Runtime: (.*)", text_of(make(code)))
    assert runtimes.count("python3.13") == 2
    assert len(runtimes) == 2 + runtimes.count("<runtime>")
    # Log retention, notifications, deployment, emptying, the provider.
    assert runtimes.count("<runtime>") == 5


def test_parameters_of_assets_are_named_by_their_users(code: Path) -> None:
    def text() -> str:
        return text_of(make(code, synthesizer=cdk.LegacyStackSynthesizer()))

    before = text()
    assert re.search("  AssetParametersOrders[0-9A-F]{8}S3Bucket:", before)
    assert re.search("[0-9a-f]{64}", before) is None
    (code / "index.py").write_text("handler = 2")
    assert text() == before


def test_names_of_exports(code: Path) -> None:
    def texts(inline: str, body: str) -> tuple[str, str]:
        (code / "index.py").write_text(body)
        producer = make(code, inline=inline)
        app = producer.node.root
        assert isinstance(app, cdk.App)
        consumer = cdk.Stack(app, "Consumer")
        function = producer.node.find_child("Orders")
        assert isinstance(function, lambda_.Function)
        cdk.CfnOutput(consumer, "Arn", value=function.current_version.function_arn)
        cdk.CfnOutput(consumer, "Version", value=function.current_version.version)
        return text_of(producer), text_of(consumer)

    before = texts("a = 1", "b = 1")
    assert texts("a = 2", "b = 2") == before
    assert "!ImportValue Shop:ExportsOutputRefOrdersCurrentVersion" in before[1]
    assert "HASHHASH" in before[1]


def test_values_that_depend_on_the_version_of_cdk() -> None:
    def text(version: str, analytics: str, regions: list[str], runtime: str) -> str:
        template: dict[str, object] = {
            "Parameters": {"BootstrapVersion": {"Type": "String"}},
            "Rules": {"CheckBootstrapVersion": {"Assertions": [{"AssertDescription": version}]}},
            "Conditions": {"CDKMetadataAvailable": {"Fn::Or": regions}},
            "Mappings": {"LatestNodeRuntimeMap": {each: {"value": runtime} for each in regions}},
            "Resources": {
                "CDKMetadata": {
                    "Type": "AWS::CDK::Metadata",
                    "Properties": {"Analytics": analytics},
                    "Metadata": {"aws:cdk:path": "Shop/CDKMetadata/Default"},
                },
                "CustomXCustomResourceProviderHandler0123ABCD": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {
                        "Runtime": {"Fn::FindInMap": ["LatestNodeRuntimeMap", "a", "value"]}
                    },
                    "Metadata": {"aws:asset:path": version},
                },
            },
        }
        return render(scrub(template).template)

    assert text("6", "v2:deflate64:abc", ["us-east-1"], "nodejs22.x") == text(
        "21", "v2:deflate64:xyz", ["us-east-1", "eu-west-9"], "nodejs24.x"
    )
