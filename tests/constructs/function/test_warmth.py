"""Warm functions: pings, provisioned concurrency and SnapStart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import LambdaHandler, Profile, Release, Warmth
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    require_no_cycle,
    synth,
    variables,
)

FUNCTION = "AWS::Lambda::Function"
RULE = "AWS::Events::Rule"
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"
WRAPPER = "serverless_stack.runtime.warmth.handler"


def handler(
    stack: cdk.Stack,
    code: Path | lambda_.Code,
    warmth: Warmth,
    **options: Any,  # noqa: ANN401
) -> LambdaHandler:
    return LambdaHandler(stack, "Handler", code=code, warmth=warmth, **options)


@pytest.fixture(scope="module")
def pinged(code: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    handler(stack, code, Warmth.ping(every=cdk.Duration.minutes(10), concurrency=7))
    return synth(stack)


def test_pinged(pinged: Json, template_snapshot: TemplateSnapshot) -> None:
    assert pinged == template_snapshot


def test_the_wrapper_knows_the_handler_and_the_token(pinged: Json) -> None:
    assert properties(pinged, FUNCTION)["Handler"] == WRAPPER
    assert variables(pinged) == {
        "SERVERLESS_STACK_HANDLER": "index.handler",
        "SERVERLESS_STACK_PING": {"Ref": "AWS::StackId"},
    }


def test_each_environment_has_a_ping_of_its_own(pinged: Json) -> None:
    rules = [rule["Properties"] for rule in all_of(pinged, RULE)]
    assert {rule["ScheduleExpression"] for rule in rules} == {"rate(10 minutes)"}
    assert sorted(len(rule["Targets"]) for rule in rules) == [2, 5]
    targets = [target for rule in rules for target in rule["Targets"]]
    assert len({target["Id"] for target in targets}) == 7
    for target in targets:
        assert target["Input"]["Fn::Join"][1] == [
            '{"serverless-stack:ping":"',
            {"Ref": "AWS::StackId"},
            '","milliseconds":200}',
        ]
    assert len(all_of(pinged, "AWS::Lambda::Permission")) == 2
    require_no_cycle(pinged)


def test_one_ping_holds_nothing(stack: cdk.Stack, code: Path) -> None:
    handler(stack, code, Warmth.ping(every=cdk.Duration.minutes(1)))
    rule = properties(synth(stack), RULE)
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert rule["Targets"][0]["Input"]["Fn::Join"][1][-1] == '","milliseconds":0}'


def test_pings_keep_the_version_warm_that_callers_use(stack: cdk.Stack, code: Path) -> None:
    handler(stack, code, Warmth.ping(), release=Release.canary())
    template = synth(stack)
    (target,) = properties(template, RULE)["Targets"]
    assert target["Arn"]["Ref"].startswith("HandlerLive")
    (permission,) = all_of(template, "AWS::Lambda::Permission")
    assert permission["Properties"]["FunctionName"] == target["Arn"]


def test_a_fixed_number_of_environments(stack: cdk.Stack, code: Path) -> None:
    warm = handler(stack, code, Warmth.provisioned(2))
    template = synth(stack)
    alias = properties(template, ALIAS)
    assert alias["Name"] == "live"
    assert alias["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 2}
    assert isinstance(warm.target, lambda_.Alias)
    assert not all_of(template, "AWS::ApplicationAutoScaling::ScalableTarget")


def test_environments_are_added_when_they_are_busy(stack: cdk.Stack, code: Path) -> None:
    handler(stack, code, Warmth.provisioned(2, target_utilization=0.5, max_capacity=10))
    template = synth(stack)
    target = properties(template, "AWS::ApplicationAutoScaling::ScalableTarget")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 10)
    assert "ProvisionedConcurrencyConfig" not in properties(template, ALIAS)
    policy = properties(template, "AWS::ApplicationAutoScaling::ScalingPolicy")
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["TargetValue"] == 0.5


@pytest.mark.parametrize(
    "runtime",
    [lambda_.Runtime.PYTHON_3_12, lambda_.Runtime.JAVA_21, lambda_.Runtime.DOTNET_8],
    ids=["python", "java", "dotnet"],
)
def test_snapshots_are_taken_of_published_versions(
    stack: cdk.Stack, runtime: lambda_.Runtime
) -> None:
    artifact = lambda_.Code.from_bucket(s3.Bucket(stack, "Artifacts"), "handler.zip")
    warm = handler(stack, artifact, Warmth.snap_start(), runtime=runtime, handler="a.B::c")
    template = synth(stack)
    assert properties(template, FUNCTION)["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert len(all_of(template, VERSION)) == 1
    assert isinstance(warm.target, lambda_.Alias)


def version_ids(code: Path, change: Callable[[cdk.Stack, LambdaHandler], object]) -> set[str]:
    stack = cdk.Stack(new_app(), "Test")
    change(stack, handler(stack, code, Warmth.snap_start()))
    template = synth(stack)
    return {
        name for name in template["Resources"] if template["Resources"][name]["Type"] == VERSION
    }


CHANGES: dict[str, Callable[[cdk.Stack, LambdaHandler], object]] = {
    "nothing": lambda stack, warm: None,
    "a variable": lambda stack, warm: warm.add_environment("STAGE", "prod"),
    "a connection": lambda stack, warm: warm.connect(sqs.Queue(stack, "Queue")),
    "a raw property": lambda stack, warm: warm.function.node.default_child.add_property_override(  # type: ignore[union-attr]
        "MemorySize", 512
    ),
}


def test_a_new_version_is_published_when_the_configuration_changes(code: Path) -> None:
    ids = {name: version_ids(code, change) for name, change in CHANGES.items()}
    assert ids["nothing"] == version_ids(code, CHANGES["nothing"])
    assert len(set.union(*ids.values())) == len(CHANGES)


def image(stack: cdk.Stack) -> lambda_.DockerImageCode:
    return lambda_.DockerImageCode.from_ecr(ecr.Repository(stack, "Images"))


REFUSALS: dict[str, tuple[Warmth, dict[str, Any], str]] = {
    "pings of Java": (
        Warmth.ping(),
        {"runtime": lambda_.Runtime.JAVA_21, "handler": "a.B::c"},
        "without a Python runtime, in which this library answers the pings, got: java21",
    ),
    "pings of an inline function": (
        Warmth.ping(),
        {"code": lambda_.Code.from_inline("def handler(e, c): ...")},
        "without a folder as `code`, into which this library packages",
    ),
    "pings every second": (
        Warmth.ping(every=cdk.Duration.seconds(90)),
        {},
        "`warmth.every` must be whole minutes, got: 1.5 minutes",
    ),
    "pings every day": (
        Warmth.ping(every=cdk.Duration.days(1)),
        {},
        "`warmth.every` must be between 1 and 60 minutes, got: 1440",
    ),
    "no ping": (Warmth.ping(concurrency=0), {}, "`warmth.concurrency` must be between 1 and 50"),
    "a hundred pings": (Warmth.ping(concurrency=100), {}, "must be between 1 and 50, got: 100"),
    "more than there may be": (
        Warmth.ping(concurrency=3),
        {"reserved_concurrent_executions": 2},
        "no more environments than `reserved_concurrent_executions`, 2, got: 3",
    ),
    "none provisioned": (Warmth.provisioned(0), {}, "`warmth.concurrency` must be 1 or more"),
    "too busy": (
        Warmth.provisioned(1, target_utilization=0.95, max_capacity=2),
        {},
        "`warmth.target_utilization` must be between 0.1 and 0.9, got: 0.95",
    ),
    "fewer at most": (
        Warmth.provisioned(3, max_capacity=2),
        {},
        "`warmth.max_capacity` must be 3 or more, got: 2",
    ),
    "provisioned behind weights": (
        Warmth.provisioned(1),
        {"release": Release.canary()},
        "got: Release.canary(); use Release.all_at_once() or Warmth.snap_start()",
    ),
    "pings of an unknown number": (
        Warmth.ping(concurrency=cdk.Token.as_number({"Ref": "Pings"})),  # type: ignore[arg-type]
        {},
        "`warmth.concurrency` must be known at synthesis for pings, got: a token",
    ),
    "snapshots of old Python": (
        Warmth.snap_start(),
        {"runtime": lambda_.Runtime.PYTHON_3_11},
        "`runtime` must be Python 3.12, Java 11, .NET 8 or later for Warmth.snap_start(), "
        "got: python3.11",
    ),
    "snapshots with much storage": (
        Warmth.snap_start(),
        {"ephemeral_storage_size": cdk.Size.gibibytes(1)},
        "`ephemeral_storage_size` must be 512 MiB for Warmth.snap_start(), got: 1024 MiB",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(stack: cdk.Stack, code: Path, case: str) -> None:
    warmth, options, message = REFUSALS[case]
    assert message in refused(
        lambda: LambdaHandler(stack, "Handler", **{"code": code, **options}, warmth=warmth)
    )


@pytest.mark.parametrize("warmth", [Warmth.ping(), Warmth.snap_start()], ids=["ping", "snap start"])
def test_images_are_provisioned_only(stack: cdk.Stack, warmth: Warmth) -> None:
    message = refused(lambda: LambdaHandler(stack, "Handler", code=image(stack), warmth=warmth))
    assert "a container image" in message
    LambdaHandler(stack, "Other", code=image(cdk.Stack(stack, "S")), warmth=Warmth.provisioned(1))


def test_the_variables_of_pings_are_taken(stack: cdk.Stack, code: Path) -> None:
    taken = {"SERVERLESS_STACK_HANDLER": "mine"}
    assert "got again: SERVERLESS_STACK_HANDLER" in refused(
        lambda: handler(stack, code, Warmth.ping(), environment=taken)
    )


def test_the_reserved_concurrency_of_a_profile_counts(stack: cdk.Stack, code: Path) -> None:
    Profile.regulated().apply(stack)
    message = refused(lambda: handler(stack, code, Warmth.provisioned(5, max_capacity=60)))
    assert "no more environments than `reserved_concurrent_executions`, 50, got: 60" in message


def test_a_reserved_concurrency_may_be_a_token(stack: cdk.Stack, code: Path) -> None:
    LambdaHandler(
        stack,
        "Handler",
        code=code,
        warmth=Warmth.ping(concurrency=3),
        reserved_concurrent_executions=cdk.Token.as_number({"Ref": "Reserved"}),  # type: ignore[arg-type]
    )
    function = properties(synth(stack), "AWS::Lambda::Function")
    assert function["ReservedConcurrentExecutions"] == {"Ref": "Reserved"}
