"""Releases by CodeDeploy: requests during a canary, its rollback, and its end."""

import json
import time
from typing import Any

from tests.local.emulator.conftest import Emulator, function

CODE = """
def handler(event, context):
    if {fails} and event == "fail":
        raise ValueError("a bad release")
    return {number}
"""
ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Function"}}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    },
}


def released(number: int, config: object, *, fails: bool = False) -> dict[str, Any]:
    """Return a function whose alias points to the version of this number."""
    code = CODE.format(number=number, fails=fails)
    group = {"ApplicationName": {"Ref": "Application"}, "DeploymentConfigName": config}
    alarms = {"Enabled": True, "Alarms": [{"Name": {"Ref": "Errors"}}]}
    return {
        **function(code, Description=str(number)),
        "Errors": ALARM,
        f"Version{number}": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "Function"}},
        },
        "Application": {
            "Type": "AWS::CodeDeploy::Application",
            "Properties": {"ComputePlatform": "Lambda"},
        },
        "Config": {
            "Type": "AWS::CodeDeploy::DeploymentConfig",
            "Properties": {
                "ComputePlatform": "Lambda",
                "TrafficRoutingConfig": {
                    "Type": "TimeBasedCanary",
                    "TimeBasedCanary": {"CanaryPercentage": 50, "CanaryInterval": 20},
                },
            },
        },
        "Group": {
            "Type": "AWS::CodeDeploy::DeploymentGroup",
            "Properties": {
                **group,
                "ServiceRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "AlarmConfiguration": alarms,
            },
        },
        "Live": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "Name": "live",
                "FunctionName": {"Ref": "Function"},
                "FunctionVersion": {"Fn::GetAtt": [f"Version{number}", "Version"]},
            },
            "UpdatePolicy": {
                "CodeDeployLambdaAliasUpdate": {
                    "ApplicationName": {"Ref": "Application"},
                    "DeploymentGroupName": {"Ref": "Group"},
                }
            },
        },
    }


def call(cloud: Emulator, name: str, event: object = None) -> object:
    answer = cloud.client("lambda").invoke(
        FunctionName=name, Qualifier="live", Payload=json.dumps(event)
    )
    return json.loads(answer["Payload"].read())


def update(cloud: Emulator, stack: str, resources: dict[str, Any]) -> None:
    template = {"Resources": resources}
    cloud.client("cloudformation").update_stack(
        StackName=stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )


def test_a_bad_release_is_rolled_back(cloud: Emulator) -> None:
    config = {"Ref": "Config"}
    name = cloud.deploy("release-bad", released(1, config), Name={"Ref": "Function"})["Name"]
    assert call(cloud, name) == 1
    update(cloud, "release-bad", released(2, config, fails=True))
    deadline = time.monotonic() + 20
    while call(cloud, name) != 2:  # half of the requests meet the new version, which works so far
        assert time.monotonic() < deadline
    while call(cloud, name, "fail") == 1:
        assert time.monotonic() < deadline
    stack = cloud.wait("release-bad")
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = (text for text in cloud.failures("release-bad") if text.startswith("Live: "))
    assert "CodeDeploy stopped the deployment of version 2 because of " in reason
    assert {call(cloud, name, "fail") for _ in range(20)} == {1}
    alias = cloud.client("lambda").get_alias(FunctionName=name, Name="live")
    assert alias["FunctionVersion"] == "1"
    assert "RoutingConfig" not in alias


def test_a_good_release_moves_all_requests(cloud: Emulator) -> None:
    config = "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
    name = cloud.deploy("release-good", released(1, config), Name={"Ref": "Function"})["Name"]
    started = time.monotonic()
    update(cloud, "release-good", released(2, config))
    seen = {call(cloud, name) for _ in range(60)}
    status = cloud.wait("release-good")["StackStatus"]
    assert status == "UPDATE_COMPLETE", cloud.failures("release-good")
    assert time.monotonic() - started > 8  # nine steps of a second each
    assert 1 in seen
    assert {call(cloud, name) for _ in range(20)} == {2}
