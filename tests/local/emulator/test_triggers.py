"""What calls functions: aliases as targets, and what the example of `tests/e2e` does not show."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.local.emulator.conftest import Emulator, function

CODE = """
import json, os, boto3
queues = boto3.client("sqs")
def handler(event, context):
    body = json.dumps({"arn": context.invoked_function_arn, "event": event})
    queues.send_message(QueueUrl=os.environ["SEEN"], MessageBody=body)
    if "fail" in body:
        raise ValueError("as told")
    return {"batchItemFailures": []}
"""
ALIAS = {"Ref": "Alias"}


def resource(kind: str, **properties: object) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def arn(name: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, "Arn"]}


def invoked_by(service: str) -> dict[str, Any]:
    return resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=ALIAS,
        Principal=f"{service}.amazonaws.com",
    )


def mapping(source: object, **properties: object) -> dict[str, Any]:
    return resource(
        "Lambda::EventSourceMapping",
        FunctionName=ALIAS,
        EventSourceArn=source,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **properties,
    )


RESOURCES: dict[str, dict[str, Any]] = {
    **function(
        CODE,
        Environment={"Variables": {"SEEN": {"Ref": "Seen"}}},
        DeadLetterConfig={"TargetArn": arn("Dead")},
    ),
    "Version": resource("Lambda::Version", FunctionName={"Ref": "Function"}),
    "Alias": resource(
        "Lambda::Alias",
        FunctionName={"Ref": "Function"},
        FunctionVersion={"Fn::GetAtt": ["Version", "Version"]},
        Name="live",
    ),
    "Settings": resource(
        "Lambda::EventInvokeConfig",
        FunctionName={"Ref": "Function"},
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={
            "OnSuccess": {"Destination": arn("Done")},
            "OnFailure": {"Destination": arn("Failed")},
        },
    )
    | {"DependsOn": "Alias"},
    **{name: resource("SQS::Queue") for name in ("Seen", "Dead", "Done", "Failed", "Jobs")},
    "FromJobs": mapping(
        arn("Jobs"),
        BatchSize=20,
        MaximumBatchingWindowInSeconds=1,
        FilterCriteria={"Filters": [{"Pattern": '{"body": {"tags": ["a"]}}'}]},
    ),
    "Stream": resource("Kinesis::Stream", ShardCount=1),
    "Consumer": resource("Kinesis::StreamConsumer", ConsumerName="it", StreamARN=arn("Stream")),
    "FromStream": mapping(
        {"Fn::GetAtt": ["Consumer", "ConsumerARN"]}, StartingPosition="TRIM_HORIZON"
    ),
    "Topic": resource("SNS::Topic"),
    "ByTopic": invoked_by("sns"),
    "FromTopic": resource(
        "SNS::Subscription", Protocol="lambda", TopicArn={"Ref": "Topic"}, Endpoint=ALIAS
    ),
    "ByRule": invoked_by("events"),
    "Rule": resource(
        "Events::Rule",
        EventPattern={"source": ["shop", "aws.s3"]},
        Targets=[{"Id": "one", "Arn": ALIAS}],
    ),
    "ByBucket": invoked_by("s3"),
    "Bucket": resource(
        "S3::Bucket",
        NotificationConfiguration={
            "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": ALIAS}],
            "EventBridgeConfiguration": {"EventBridgeEnabled": True},
        },
    )
    | {"DependsOn": "ByBucket"},
}


class Account:
    """The stack, and the messages that the function wrote."""

    def __init__(self, cloud: Emulator, outputs: dict[str, str]) -> None:
        self.cloud = cloud
        self.outputs = outputs

    def receive(self, queue: str) -> list[dict[str, Any]]:
        queues = self.cloud.client("sqs")
        found = queues.receive_message(
            QueueUrl=self.outputs[queue], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        for message in found:
            queues.delete_message(
                QueueUrl=self.outputs[queue], ReceiptHandle=message["ReceiptHandle"]
            )
        return list(found)

    def first(self, queue: str, matches: Callable[[Any], bool]) -> dict[str, Any]:
        """Return the first message whose body matches; others are lost."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for message in self.receive(queue):
                body = json.loads(message["Body"])
                if matches(body):
                    return {**message, "Json": body}
            time.sleep(0.05)
        raise AssertionError(f"nothing came to {queue}")

    def event(self, matches: Callable[[Any], bool]) -> Any:  # noqa: ANN401
        """Return an event that the function got; it was called by its alias."""
        seen = self.first("Seen", lambda body: matches(body["event"]))["Json"]
        assert seen["arn"].endswith(":live")
        return seen["event"]


@pytest.fixture(scope="module")
def account(cloud: Emulator) -> Iterator[Account]:
    names = ("Seen", "Dead", "Done", "Failed", "Jobs", "Topic", "Bucket", "Stream", "Function")
    outputs = cloud.deploy("triggers", RESOURCES, **{name: {"Ref": name} for name in names})
    yield Account(cloud, outputs)
    assert cloud.destroy("triggers") == "DELETE_COMPLETE"


def source(name: str) -> Callable[[Any], bool]:
    return lambda event: event.get("Records", [{}])[0].get("eventSource") == name


def test_a_window_gathers_messages_that_match(account: Account) -> None:
    queues = account.cloud.client("sqs")
    bodies = [{"tags": ["a", "b"], "n": n} for n in range(12)] + [{"tags": ["b"]}, {}]
    for body in bodies:
        queues.send_message(QueueUrl=account.outputs["Jobs"], MessageBody=json.dumps(body))
    records = account.event(source("aws:sqs"))["Records"]
    assert [json.loads(record["body"])["n"] for record in records] == list(range(12))
    assert records[0]["attributes"]["ApproximateReceiveCount"] == "1"


def test_a_consumer_with_a_throughput_of_its_own(account: Account) -> None:
    account.cloud.client("kinesis").put_record(
        StreamName=account.outputs["Stream"], Data=b"hello", PartitionKey="one"
    )
    (record,) = account.event(source("aws:kinesis"))["Records"]
    assert record["kinesis"]["data"] == "aGVsbG8="
    assert "/consumer/it:" in record["eventSourceARN"]


def test_a_bucket_sends_notifications_and_events(account: Account) -> None:
    bucket = account.outputs["Bucket"]
    objects = account.cloud.client("s3")
    objects.put_object(Bucket=bucket, Key="a b", Body=b"x")
    found: dict[str, Any] = {}
    while len(found) < 2:
        event = account.event(lambda event: "s3" in json.dumps(event))
        found["notification" if "Records" in event else "event"] = event
    assert found["notification"]["Records"][0]["s3"]["object"]["key"] == "a+b"
    assert found["event"]["detail"]["object"]["key"] == "a b"
    assert found["event"]["detail-type"] == "Object Created"
    objects.delete_object(Bucket=bucket, Key="a b")


def test_the_settings_of_the_alias_decide_where_results_go(account: Account) -> None:
    publish = account.cloud.client("sns").publish
    publish(TopicArn=account.outputs["Topic"], Message="good")
    done = account.first("Done", lambda body: "good" in json.dumps(body["requestPayload"]))["Json"]
    assert done["requestContext"]["condition"] == "Success"
    assert done["requestContext"]["functionArn"].endswith(":live")

    publish(TopicArn=account.outputs["Topic"], Message="fail")
    failed = account.first("Failed", lambda body: True)["Json"]
    assert failed["requestContext"]["condition"] == "RetriesExhausted"
    assert failed["requestContext"]["approximateInvokeCount"] == 1  # no retry, as the alias says
    assert failed["responsePayload"]["errorMessage"] == "as told"
    dead = account.first("Dead", lambda body: True)
    assert dead["Json"]["Records"][0]["Sns"]["Message"] == "fail"
    assert dead["MessageAttributes"]["ErrorMessage"]["StringValue"] == "as told"


def test_an_event_of_a_rule(account: Account) -> None:
    account.cloud.client("events").put_events(
        Entries=[{"Source": "shop", "DetailType": "Order placed", "Detail": '{"order": 7}'}]
    )
    event = account.event(lambda event: event.get("source") == "shop")
    assert (event["detail-type"], event["detail"]) == ("Order placed", {"order": 7})


def test_a_schedule_in_a_time_zone(account: Account) -> None:
    """In Auckland this moment is hours ahead of UTC, where the schedule would not be due yet."""
    local = datetime.now(ZoneInfo("Pacific/Auckland")).strftime("%Y-%m-%dT%H:%M:%S")
    functions = account.cloud.client("lambda")
    alias = functions.get_alias(FunctionName=account.outputs["Function"], Name="live")
    account.cloud.client("scheduler").create_schedule(
        Name="auckland",
        ScheduleExpression=f"at({local})",
        ScheduleExpressionTimezone="Pacific/Auckland",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": alias["AliasArn"],
            "RoleArn": "arn:aws:iam::000000000000:role/schedules",
            "Input": '{"by": "auckland"}',
        },
    )
    account.event(lambda event: event == {"by": "auckland"})
