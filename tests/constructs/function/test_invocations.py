"""Asynchronous calls: destinations with no more permissions than sending, retries and age."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import LambdaHandler, Release
from serverless_stack.constructs.function.invocations import Destination
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, refused, statements, synth

CONFIG = "AWS::Lambda::EventInvokeConfig"
HERE = "eu-west-1:123456789012"


def destination(stack: cdk.Stack, code: Path, kind: str) -> Destination:
    if kind == "queue":
        return sqs.Queue(stack, "Queue", encryption_master_key=kms.Key(stack, "Key"))
    if kind == "imported topic":
        return sns.Topic.from_topic_arn(stack, "Topic", f"arn:aws:sns:{HERE}:topic")
    if kind == "bus":
        return events.EventBus(stack, "Bus")
    if kind == "function":
        return plain_function(stack, "Other")
    if kind == "handler":
        return LambdaHandler(stack, "Other", code=code, release=Release.all_at_once())
    return destinations.SqsDestination(sqs.Queue(stack, "Queue"))


def granted(template: Json) -> list[object]:
    return [
        statement["Action"]
        for statement in statements(template)
        if not str(statement["Action"]).startswith("lambda:GetAlias")
    ]


@pytest.mark.parametrize(
    ("kind", "actions"),
    [
        ("queue", ["sqs:SendMessage", ["kms:Decrypt", "kms:GenerateDataKey"]]),
        ("imported topic", ["sns:Publish"]),
        ("bus", ["events:PutEvents"]),
        ("function", ["lambda:InvokeFunction"]),
        ("handler", ["lambda:InvokeFunction"]),
        ("cdk", [["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]]),
    ],
)
def test_every_kind_of_destination(
    stack: cdk.Stack, code: Path, kind: str, actions: list[object]
) -> None:
    LambdaHandler(stack, "Handler", code=code, on_failure=destination(stack, code, kind))
    template = synth(stack)
    found = [sorted(action) if isinstance(action, list) else action for action in granted(template)]
    assert found == actions
    (config,) = all_of(template, CONFIG)
    target = config["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]
    (first, *_) = (s for s in statements(template) if s["Action"] == actions[0] or kind == "cdk")
    assert first["Resource"] == target
    assert config["Properties"]["Qualifier"] == "$LATEST"
    # Lambda refuses a destination that the role may not send to.
    assert any("Policy" in name for name in config["DependsOn"])


def test_the_alias_has_the_configuration(stack: cdk.Stack, code: Path) -> None:
    LambdaHandler(
        stack,
        "Handler",
        code=code,
        release=Release.all_at_once(),
        retry_attempts=0,
        max_event_age=cdk.Duration.minutes(1),
    )
    (resource,) = all_of(synth(stack), CONFIG)
    assert any("Live" in name for name in resource["DependsOn"])
    config = resource["Properties"]
    assert (config["Qualifier"], config["MaximumRetryAttempts"]) == ("live", 0)
    assert config["MaximumEventAgeInSeconds"] == 60
    assert "DestinationConfig" not in config


def test_what_lambda_refuses_is_reported_together(stack: cdk.Stack, code: Path) -> None:
    message = refused(
        lambda: LambdaHandler(
            stack,
            "Handler",
            code=code,
            retry_attempts=3,
            max_event_age=cdk.Duration.seconds(59),
            on_failure=sqs.Queue(stack, "Fifo", fifo=True),
            on_success=sns.Topic(stack, "FifoTopic", fifo=True),
            log_format=lambda_.LoggingFormat.TEXT,
            log_level=lambda_.ApplicationLogLevel.WARN,
        )
    )
    assert message.splitlines() == [
        "5 problems in Test/Handler:",
        "- `log_format` must be LoggingFormat.JSON with `log_level`, by which Lambda filters JSON "
        "only, got: LoggingFormat.TEXT",
        "- `retry_attempts` must be between 0 and 2, got: 3",
        "- `max_event_age` must be between 60 and 21600 seconds, got: 59",
        "- `on_failure` must be a standard queue or topic, to which Lambda can send, got a FIFO "
        "one: Test/Fifo",
        "- `on_success` must be a standard queue or topic, to which Lambda can send, got a FIFO "
        "one: Test/FifoTopic",
    ]


def test_a_bucket_gets_failures_only(stack: cdk.Stack, code: Path) -> None:
    bucket = destinations.S3Destination(s3.Bucket(stack, "Bucket"))
    LambdaHandler(stack, "Failures", code=code, on_failure=bucket)
    message = refused(lambda: LambdaHandler(stack, "Successes", code=code, on_success=bucket))
    assert message.startswith("`on_success` must be a queue, a topic, an event bus or a function, ")


def test_a_destination_of_a_wrong_type_is_refused(stack: cdk.Stack, code: Path) -> None:
    assert "`on_failure` must be an aws_lambda.IDestination, an aws_sqs.IQueue, " in refused(
        lambda: LambdaHandler(stack, "Handler", code=code, on_failure="queue")  # type: ignore[arg-type]
    )
