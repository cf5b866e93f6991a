"""The function that sets the notifications of a bucket, with the answers of S3."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from serverless_stack.functions import bucket_notifications

OURS = {"Id": "ours-1", "LambdaFunctionArn": "arn:one", "Events": ["s3:ObjectCreated:*"]}
OLD = {"Id": "ours-0", "LambdaFunctionArn": "arn:old", "Events": ["s3:ObjectCreated:*"]}
THEIRS = {"Id": "theirs", "LambdaFunctionArn": "arn:two", "Events": ["s3:ObjectRemoved:*"]}
QUEUE = {"Id": "queue", "QueueArn": "arn:queue", "Events": ["s3:ObjectRemoved:*"]}
EVENTS: dict[str, object] = {"EventBridgeConfiguration": {}}
BUCKET = {"Bucket": "shop"}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    monkeypatch.setattr(bucket_notifications, "_client", lambda: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def expect(s3: Stubber, current: dict[str, object], put: dict[str, object]) -> None:
    s3.add_response("get_bucket_notification_configuration", current, BUCKET)
    parameters = {**BUCKET, "NotificationConfiguration": put}
    s3.add_response("put_bucket_notification_configuration", {}, parameters)


def event(kind: str, **properties: object) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "RequestId": "1",
        "StackId": "stack",
        "LogicalResourceId": "Triggers",
        "ResourceProperties": properties,
    }


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Status and reason of the answers to CloudFormation."""
    found: list[tuple[str, str]] = []

    def answered(_event: object, _context: object, _id: str, work: Any) -> None:  # noqa: ANN401
        try:
            work()
        except Exception as error:
            found.append(("FAILED", str(error)))
        else:
            found.append(("SUCCESS", _id))

    monkeypatch.setattr(bucket_notifications, "answered", answered)
    return found


def call(kind: str, **properties: object) -> None:
    bucket_notifications.handler(event(kind, **properties), None)  # type: ignore[arg-type]


def test_others_are_kept(s3: Stubber, answers: list[tuple[str, str]]) -> None:
    current = {
        "LambdaFunctionConfigurations": [OLD, THEIRS],
        "QueueConfigurations": [QUEUE],
        **EVENTS,
    }
    new = {
        "Id": "ours-1",
        "LambdaFunctionArn": "arn:one",
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
    }
    expect(s3, current, {**current, "LambdaFunctionConfigurations": [THEIRS, new]})
    notification = {
        "Id": "ours-1",
        "Event": "s3:ObjectCreated:*",
        "Prefix": "in/",
        "Suffix": "",
        "Function": "arn:one",
    }
    call("Create", BucketName="shop", Owner="ours-", Notifications=[notification])
    assert answers == [("SUCCESS", "shop#ours-")]


def test_what_was_set_is_removed(s3: Stubber, answers: list[tuple[str, str]]) -> None:
    expect(
        s3,
        {"LambdaFunctionConfigurations": [OURS, THEIRS]},
        {"LambdaFunctionConfigurations": [THEIRS]},
    )
    call("Delete", BucketName="shop", Owner="ours-", Notifications=[])
    assert answers == [("SUCCESS", "shop#ours-")]


def test_a_bucket_that_is_gone(s3: Stubber, answers: list[tuple[str, str]]) -> None:
    s3.add_client_error("get_bucket_notification_configuration", "NoSuchBucket")
    call("Delete", BucketName="shop", Owner="ours-")
    assert answers == [("SUCCESS", "shop#ours-")]


def test_incomplete_properties(answers: list[tuple[str, str]]) -> None:
    call("Delete")
    call("Create")
    assert answers == [("SUCCESS", "Triggers"), ("FAILED", "'Notifications'")]


def replace(s3: Stubber, clock: Clock) -> None:
    client: Any = s3.client
    bucket_notifications.replace_notifications(
        client, "shop", "ours-", [OURS], sleep=clock.sleep, clock=lambda: clock.now
    )


def test_a_permission_that_is_not_known_yet(s3: Stubber) -> None:
    s3.add_client_error("get_bucket_notification_configuration", "AccessDenied")
    s3.add_response("get_bucket_notification_configuration", {}, BUCKET)
    s3.add_client_error(
        "put_bucket_notification_configuration",
        "InvalidArgument",
        "Unable to validate the following destination configurations",
    )
    expect(s3, {}, {"LambdaFunctionConfigurations": [OURS]})
    clock = Clock()
    replace(s3, clock)
    assert clock.now == 6


def test_other_errors_are_raised_at_once(s3: Stubber) -> None:
    s3.add_response("get_bucket_notification_configuration", {}, BUCKET)
    s3.add_client_error(
        "put_bucket_notification_configuration",
        "InvalidArgument",
        "Configurations overlap",
    )
    with pytest.raises(ClientError, match="overlap"):
        replace(s3, Clock())


def test_an_error_that_stays_is_raised(s3: Stubber) -> None:
    for _ in range(32):
        s3.add_client_error("get_bucket_notification_configuration", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        replace(s3, Clock())
