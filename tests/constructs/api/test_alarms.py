import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import ApiAlarms, ProxyApi
from tests.constructs.templates import Json, all_of, refused, synth

ALARM = "AWS::CloudWatch::Alarm"


def by_metric(template: Json) -> dict[str, Json]:
    alarms = [alarm["Properties"] for alarm in all_of(template, ALARM)]
    return {alarm["MetricName"]: alarm for alarm in alarms}


def test_alarms_on_errors_latency_and_refused_callers(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    ProxyApi(stack, "Api", handler=function, alarms=True)
    alarms = by_metric(synth(stack))
    assert sorted(alarms) == ["4XXError", "5XXError", "Latency"]
    latency = alarms["Latency"]
    assert (latency["ExtendedStatistic"], latency["Threshold"]) == ("p99", 5000)
    assert (latency["EvaluationPeriods"], latency["DatapointsToAlarm"]) == (5, 3)
    assert (alarms["5XXError"]["Statistic"], alarms["5XXError"]["Threshold"]) == ("Sum", 1)
    assert alarms["4XXError"]["AlarmDescription"].startswith("ClientErrors of Test/Api")
    for alarm in alarms.values():
        assert alarm["Dimensions"] == [{"Name": "ApiName", "Value": "Test-Api"}]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmActions"] == alarm["OKActions"]


def test_thresholds_and_alarms_that_are_left_out(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    api = ProxyApi(stack, "Api", handler=function)
    alarms = ApiAlarms(
        stack,
        "Alarms",
        api=api.rest_api,
        server_errors=None,
        latency=cdk.Duration.seconds(1),
        client_errors=7,
    )
    assert sorted(alarms.alarms) == ["ClientErrors", "Latency"]
    found = by_metric(synth(stack))
    assert (found["4XXError"]["Threshold"], found["Latency"]["Threshold"]) == (7, 1000)
    assert "AlarmActions" not in found["Latency"]


@pytest.mark.parametrize(
    ("latency", "message"),
    [
        (cdk.Duration.millis(1500), "`latency` must be whole seconds, got: 1.5 seconds"),
        (cdk.Duration.minutes(16), "`latency` must be between 1 and 900 seconds, got: 960"),
    ],
)
def test_refused(
    stack: cdk.Stack, function: lambda_.Function, latency: cdk.Duration, message: str
) -> None:
    api = ProxyApi(stack, "Api", handler=function).rest_api
    found = refused(lambda: ApiAlarms(stack, "Alarms", api=api, latency=latency, server_errors=0))
    assert message in found
    assert "`server_errors` must be 1 or more, got: 0" in found
