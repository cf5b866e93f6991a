"""Alarms on a distribution, which are in us-east-1."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import Cdn, CdnAlarms, Profile, StorageBucket
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth, warnings

ALARM = "AWS::CloudWatch::Alarm"
SUBSCRIPTION = "AWS::CloudFront::MonitoringSubscription"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"


def distribution(stack: cdk.Stack, **more: object) -> cloudfront.Distribution:
    origin = origins.HttpOrigin("example.com")
    behavior = cloudfront.BehaviorOptions(origin=origin)
    return cloudfront.Distribution(stack, "Cdn", default_behavior=behavior, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def templates() -> list[Json]:
    app = new_app()
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="eu-central-1"))
    Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages"), alarms=True)
    return [dict(stack.template) for stack in app.synth().stacks]


def test_two_alarms_in_us_east_1(templates: list[Json]) -> None:
    own, there = templates
    alarms = {item["Properties"]["MetricName"]: item["Properties"] for item in all_of(there, ALARM)}
    assert list(alarms) == ["5xxErrorRate", "OriginLatency"]
    assert alarms["5xxErrorRate"]["Threshold"] == 5
    assert alarms["OriginLatency"]["Threshold"] == 5000
    assert alarms["OriginLatency"]["ExtendedStatistic"] == "p90"
    for alarm in alarms.values():
        assert alarm["Namespace"] == "AWS/CloudFront"
        region, identity = sorted(alarm["Dimensions"], key=lambda item: item["Name"], reverse=True)
        assert region == {"Name": "Region", "Value": "Global"}
        output = identity["Value"]["Fn::GetStackOutput"]["OutputName"]
        assert list(own["Outputs"][output]["Value"]) == ["Ref"]
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert "of Shop/Site" in alarm["AlarmDescription"]


def test_their_topic_is_in_us_east_1(templates: list[Json]) -> None:
    kinds = [item["Type"] for item in templates[1]["Resources"].values()]
    assert kinds.count("AWS::SNS::Topic") == 1
    assert "AWS::SNS::Topic" not in [i["Type"] for i in templates[0]["Resources"].values()]


def test_the_additional_metrics_are_switched_on(templates: list[Json]) -> None:
    subscription = properties(templates[0], SUBSCRIPTION)["MonitoringSubscription"]
    assert subscription["RealtimeMetricsSubscriptionConfig"] == {
        "RealtimeMetricsSubscriptionStatus": "Enabled"
    }


def test_without_the_latency_nothing_is_billed_for_metrics(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="us-east-1"))
    topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC)
    alarms = CdnAlarms(
        stack,
        "Alarms",
        distribution=distribution(stack),
        topic=topic,
        server_errors=0.5,
        origin_latency=None,
    )
    template = synth(stack)
    assert properties(template, ALARM)["Threshold"] == 0.5
    assert properties(template, ALARM)["AlarmActions"] == [TOPIC]
    assert not all_of(template, SUBSCRIPTION)
    assert list(alarms.alarms) == ["ServerErrors"]


def test_a_distribution_has_one_subscription(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="us-east-1"))
    measured = distribution(stack, publish_additional_metrics=True)
    CdnAlarms(stack, "Alarms", distribution=measured)
    assert len(all_of(synth(stack), SUBSCRIPTION)) == 1


def test_a_regulated_stack_without_a_region(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop")
    Profile.regulated().apply(stack)
    Cdn(stack, "Site", bucket=StorageBucket(stack, "Pages"))
    assert ["no alarms" in text for text in warnings(stack)] == [True]
    assert not all_of(synth(stack), ALARM)


def other_topic(stack: cdk.Stack) -> dict[str, object]:
    return {"topic": sns.Topic(stack, "Topic")}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda stack: {"server_errors": 0}, "more than 0 and at most 100 percent, got: 0"),
        (lambda stack: {"server_errors": 101}, "more than 0 and at most 100 percent, got: 101"),
        (lambda stack: {"origin_latency": cdk.Duration.millis(1)}, "`origin_latency` must"),
        (other_topic, "`topic` must be in us-east-1, where the alarms are, got: Shop/Topic in eu"),
    ],
)
def test_refused(
    app: cdk.App, arguments: Callable[[cdk.Stack], dict[str, object]], message: str
) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="eu-central-1"))
    given = arguments(stack)
    watched = distribution(stack)
    make = lambda: CdnAlarms(stack, "Alarms", distribution=watched, **given)  # type: ignore[arg-type]  # noqa: E731
    assert message in refused(make)


def test_alarms_need_the_region(stack: cdk.Stack) -> None:
    pages = StorageBucket(stack, "Pages")
    message = refused(lambda: Cdn(stack, "Site", bucket=pages, alarms=True))
    assert "`alarms` must be False or None in a stack without a region" in message
    assert "set env=cdk.Environment(region=…)" in message
