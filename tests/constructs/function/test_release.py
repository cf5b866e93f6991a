"""Releases: what CodeDeploy gets, and that callers keep the alias."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch

from serverless_stack.constructs import Auth, FunctionUrl, LambdaHandler, Profile, ProxyApi, Release
from serverless_stack.constructs.function.release import release_problems
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    require_no_cycle,
    synth,
)

GROUP = "AWS::CodeDeploy::DeploymentGroup"
ALIAS = "AWS::Lambda::Alias"


@pytest.fixture(scope="module")
def template(code: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    Profile.regulated().apply(stack)
    own = cloudwatch.Alarm.from_alarm_arn(
        stack, "Own", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:own"
    )
    handler = LambdaHandler(
        stack, "Handler", code=code, release=Release.canary(alarms=[own]), url=FunctionUrl()
    )
    handler.function.add_environment("LATER", "1")
    ProxyApi(stack, "Api", handler=handler, auth=Auth.iam())
    return synth(stack)


def test_the_alias_is_updated_by_code_deploy(template: Json) -> None:
    (alias,) = all_of(template, ALIAS)
    update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    resources = template["Resources"]
    assert resources[update["ApplicationName"]["Ref"]]["Properties"] == {
        "ComputePlatform": "Lambda"
    }
    assert resources[update["DeploymentGroupName"]["Ref"]]["Type"] == GROUP
    assert alias["Properties"]["Name"] == "live"
    group = properties(template, GROUP)
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["DeploymentStyle"] == {
        "DeploymentOption": "WITH_TRAFFIC_CONTROL",
        "DeploymentType": "BLUE_GREEN",
    }


def test_what_the_alias_waits_for_does_not_wait_for_it(template: Json) -> None:
    # CloudFormation counts the references of an update policy as well.
    (alias_id,) = (key for key, item in template["Resources"].items() if item["Type"] == ALIAS)
    release = ("ReleaseRole", "ReleasePolicy", "DeploymentGroup", "ReleaseErrors")
    parts = {k: v for k, v in template["Resources"].items() if any(name in k for name in release)}
    assert len(parts) == len(release)
    assert [key for key, item in parts.items() if alias_id in str(item)] == []
    policy = str(next(item for key, item in parts.items() if "ReleasePolicy" in key))
    assert "':live'" in policy


def test_errors_of_the_alias_stop_a_deployment(template: Json) -> None:
    errors, own = properties(template, GROUP)["AlarmConfiguration"]["Alarms"]
    assert own == {"Name": "own"}
    alarm = template["Resources"][errors["Name"]["Ref"]]["Properties"]
    (alias_id,) = (key for key, item in template["Resources"].items() if item["Type"] == ALIAS)
    assert (alarm["MetricName"], alarm["Period"], alarm["Threshold"]) == ("Errors", 60, 1)
    dimensions = {item["Name"]: item["Value"] for item in alarm["Dimensions"]}
    function = template["Resources"][alias_id]["Properties"]["FunctionName"]
    assert dimensions == {
        "FunctionName": function,
        "Resource": {"Fn::Join": ["", [function, ":live"]]},
    }
    assert len(alarm["AlarmActions"]) == 1


def test_callers_use_the_alias(template: Json) -> None:
    (alias_id,) = (key for key, item in template["Resources"].items() if item["Type"] == ALIAS)
    permissions = all_of(template, "AWS::Lambda::Permission")
    assert [item["Properties"]["FunctionName"] for item in permissions] == [{"Ref": alias_id}]
    assert properties(template, "AWS::Lambda::Url")["Qualifier"] == "live"
    for method in all_of(template, "AWS::ApiGateway::Method"):
        assert alias_id in str(method["Properties"]["Integration"]["Uri"])


def test_code_deploy_may_change_this_alias_only(template: Json) -> None:
    (policy,) = (
        item["Properties"]["PolicyDocument"]["Statement"]
        for name, item in template["Resources"].items()
        if "ReleasePolicy" in name
    )
    aliases, alarms = policy
    assert len(aliases["Resource"]) == 2
    assert "*" not in aliases["Resource"]
    assert (alarms["Action"], alarms["Resource"]) == ("cloudwatch:DescribeAlarms", "*")


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (Release.canary(minutes=30), "CodeDeployDefault.LambdaCanary10Percent30Minutes"),
        (Release.linear(), "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"),
        (Release.linear(every_minutes=10), "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes"),
        (Release.all_at_once(), "CodeDeployDefault.LambdaAllAtOnce"),
        (Release.canary(percent=99, minutes=2880), ("TimeBasedCanary", "Canary", 99, 2880)),
        (Release.linear(percent=50, every_minutes=2880), ("TimeBasedLinear", "Linear", 50, 2880)),
    ],
)
def test_configurations_of_aws_are_used_if_there_is_one(
    stack: cdk.Stack, code: Path, release: Release, expected: str | tuple[str, str, int, int]
) -> None:
    LambdaHandler(stack, "Handler", code=code, release=release)
    template = synth(stack)
    name = properties(template, GROUP)["DeploymentConfigName"]
    if isinstance(expected, str):
        assert name == expected
        return
    config = template["Resources"][name["Ref"]]["Properties"]["TrafficRoutingConfig"]
    kind, prefix, percent, minutes = expected
    assert config == {
        "Type": kind,
        kind: {f"{prefix}Percentage": percent, f"{prefix}Interval": minutes},
    }


def test_the_alias_and_the_role_of_code_deploy_are_no_cycle(stack: cdk.Stack, code: Path) -> None:
    LambdaHandler(stack, "Handler", code=code, release=Release.canary())
    require_no_cycle(synth(stack))


def test_a_change_publishes_a_version(code: Path) -> None:
    versions = []
    for value in ("1", "1", "2"):
        stack = cdk.Stack(new_app(), "Test")
        handler = LambdaHandler(stack, "Handler", code=code, release=Release.all_at_once())
        handler.add_environment("VALUE", value)
        template = synth(stack)
        (version,) = (
            key
            for key, item in template["Resources"].items()
            if item["Type"] == "AWS::Lambda::Version"
        )
        versions.append(version)
    assert versions[0] == versions[1] != versions[2]


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (Release.canary(percent=0), "`release.percent` must be between 1 and 99 percent, got: 0"),
        (Release.canary(percent=100), "`release.percent` must be between 1 and 99 percent"),
        (
            Release.canary(minutes=2881),
            "`release.minutes` must be between 1 and 2880 minutes, got: 2881",
        ),
        (Release.linear(every_minutes=0), "`release.every_minutes` must be between 1 and 2880"),
        (
            Release.linear(percent=1, every_minutes=30),
            "`release` must take 2880 minutes at most from its first shift to its last, "
            "got: 100 shifts, 30 minutes apart (2970 minutes)",
        ),
    ],
)
def test_a_release_out_of_range_is_refused(
    stack: cdk.Stack, code: Path, release: Release, expected: str
) -> None:
    message = refused(lambda: LambdaHandler(stack, "Handler", code=code, release=release))
    assert expected in message
    assert stack.node.children == []


def test_more_alarms_than_code_deploy_takes_are_refused(stack: cdk.Stack, code: Path) -> None:
    arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a"
    alarm = cloudwatch.Alarm.from_alarm_arn(stack, "Own", arn)
    release = Release.all_at_once(alarms=[alarm] * 10)
    assert "`release.alarms` must have 9 alarms at most beside the one for errors" in refused(
        lambda: LambdaHandler(stack, "Handler", code=code, release=release)
    )


def test_provisioned_concurrency_is_for_one_version() -> None:
    class Provisioned:
        kind = "provisioned"

    (message,) = release_problems(Release.canary(), Provisioned())
    assert "`release` must be Release.all_at_once() with provisioned concurrency" in message
    assert release_problems(Release.all_at_once(), Provisioned()) == []


def test_wrong_types_are_refused(stack: cdk.Stack, code: Path) -> None:
    assert refused(lambda: Release.canary(minutes="5")) == (  # type: ignore[arg-type]
        "`minutes` must be a whole number, got: '5' (in Release.canary)"
    )
    assert "`release` must be a Release, got: 'canary'" in refused(
        lambda: LambdaHandler(stack, "H", code=code, release="canary")  # type: ignore[arg-type]
    )
