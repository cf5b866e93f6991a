"""All triggers of a function in one stack, synthesized once."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import LambdaHandler, Profile, StorageBucket
from serverless_stack.constructs.function.alias import live_alias
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import Json, all_of, new_app, require_no_cycle, synth

ALIAS = {"Ref": "HandlerLiveA8943A9E"}
FAILURES = {"Fn::GetAtt": ["HandlerFailures714B03C0", "Arn"]}


@pytest.fixture(scope="module")
def template(code: Path) -> Json:
    app = new_app()
    Profile.dev().apply(app)
    other = cdk.Stack(app, "Other")
    archive = StorageBucket(other, "Archive")
    stack = cdk.Stack(app, "Test")
    key = kms.Key(stack, "Key")
    partition = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    bucket = StorageBucket(stack, "Bucket")
    handler = LambdaHandler(stack, "Handler", code=code)
    live_alias(handler, handler.function)
    bucket.connect(handler)  # writes data/, and is in the environment: no cycle
    handler.on_object_created(bucket, prefix="in/", suffix=".csv")
    handler.on_object_created(archive, prefix="in/", suffix=".csv")
    handler.on_object_removed(bucket, prefix="in/")
    handler.on_table_change(
        dynamodb.Table(stack, "Table", partition_key=partition),
        filter=[{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}],
        max_record_age=cdk.Duration.hours(1),
    )
    stream = kinesis.Stream(
        stack, "Stream", encryption=kinesis.StreamEncryption.KMS, encryption_key=key
    )
    handler.on_kinesis(
        stream,
        enhanced_fan_out=True,
        parallelization_factor=2,
        starting_position=lambda_.StartingPosition.AT_TIMESTAMP,
        starting_position_timestamp=1_700_000_000,
    )
    handler.on_queue(
        sqs.Queue(stack, "Queue", encryption_master_key=key),
        batch_size=100,
        max_batching_window=cdk.Duration.seconds(5),
        max_concurrency=7,
    )
    handler.on_queue(sqs.Queue(stack, "Fifo", fifo=True), report_batch_item_failures=False)
    handler.on_topic(sns.Topic(stack, "Topic"), filter={"a": {"b": ["c"]}}, filter_body=True)
    handler.on_schedule("rate(5 minutes)")
    handler.on_schedule("cron(0 8 * * ? *)", time_zone="Europe/Berlin", input={"task": "report"})
    handler.on_event({"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}})
    return synth(stack)


def mapping(template: Json, source: str) -> Json:
    """Return the mapping of a source, by a part of its logical id."""
    (found,) = [
        resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping" and f"From{source}" in name
    ]
    return dict(found)


def test_template(template: Json, template_snapshot: TemplateSnapshot) -> None:
    assert template == template_snapshot


def test_nothing_depends_on_itself(template: Json) -> None:
    require_no_cycle(template)


def test_all_triggers_call_the_alias(template: Json) -> None:
    mappings = all_of(template, "AWS::Lambda::EventSourceMapping")
    rules = all_of(template, "AWS::Events::Rule")
    permissions = all_of(template, "AWS::Lambda::Permission")
    (subscription,) = all_of(template, "AWS::SNS::Subscription")
    (schedule,) = all_of(template, "AWS::Scheduler::Schedule")
    (notifications,) = all_of(template, "Custom::BucketNotifications")
    called = [
        *(item["Properties"]["FunctionName"] for item in (*mappings, *permissions)),
        *(item["Properties"]["Targets"][0]["Arn"] for item in rules),
        subscription["Properties"]["Endpoint"],
        schedule["Properties"]["Target"]["Arn"],
        *(item["Function"] for item in notifications["Properties"]["Notifications"]),
    ]
    assert len(called) == 4 + 5 + 3 + 1 + 1 + 2
    assert called == [ALIAS] * len(called)


def test_a_bucket_of_the_stack_sends_notifications(template: Json) -> None:
    (notifications,) = all_of(template, "Custom::BucketNotifications")
    properties = notifications["Properties"]
    first, second = properties["Notifications"]
    assert (first["Event"], first["Prefix"], first["Suffix"]) == (
        "s3:ObjectCreated:*",
        "in/",
        ".csv",
    )
    assert (second["Event"], second["Prefix"], second["Suffix"]) == (
        "s3:ObjectRemoved:*",
        "in/",
        "",
    )
    assert first["Id"] != second["Id"]
    assert first["Id"].startswith(properties["Owner"])
    assert "InTemplate" not in properties
    assert "NotificationConfiguration" not in template["Resources"]["BucketD7FEB781"]["Properties"]
    (permission,) = [
        (name, item["Properties"])
        for name, item in template["Resources"].items()
        if item.get("Properties", {}).get("Principal") == "s3.amazonaws.com"
    ]
    assert permission[1]["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert permission[1]["SourceArn"] == {"Fn::GetAtt": ["BucketD7FEB781", "Arn"]}
    assert permission[0] in notifications["DependsOn"]


def test_the_function_of_notifications_may_change_its_bucket_only(template: Json) -> None:
    (policy,) = [
        item
        for name, item in template["Resources"].items()
        if name.startswith("BucketTriggersPermissions")
    ]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["s3:GetBucketNotification", "s3:PutBucketNotification"]
    assert statement["Resource"] == {"Fn::GetAtt": ["BucketD7FEB781", "Arn"]}


def test_a_bucket_of_another_stack_sends_events(template: Json) -> None:
    patterns = [
        item["Properties"]["EventPattern"]
        for item in all_of(template, "AWS::Events::Rule")
        if item["Properties"].get("EventPattern", {}).get("source") == ["aws.s3"]
    ]
    (pattern,) = patterns
    assert pattern["detail-type"] == ["Object Created"]
    assert pattern["detail"]["object"] == {"key": [{"wildcard": "in/*.csv"}]}
    assert "Fn::ImportValue" in pattern["detail"]["bucket"]["name"][0]


def test_a_table_without_a_stream_gets_one(template: Json) -> None:
    (table,) = all_of(template, "AWS::DynamoDB::Table")
    assert table["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    properties = mapping(template, "Table")
    assert properties["FilterCriteria"]["Filters"] == [
        {"Pattern": '{"eventName":["INSERT"]}'},
        {"Pattern": '{"eventName":["REMOVE"]}'},
    ]
    assert properties["MaximumRecordAgeInSeconds"] == 3600
    assert properties["StartingPosition"] == "TRIM_HORIZON"
    assert properties["MaximumRetryAttempts"] == 3
    assert properties["BisectBatchOnFunctionError"] is True
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties["DestinationConfig"] == {"OnFailure": {"Destination": FAILURES}}


def test_a_stream_with_a_consumer(template: Json) -> None:
    properties = mapping(template, "Stream")
    ((consumer, _),) = [
        (name, item)
        for name, item in template["Resources"].items()
        if item["Type"] == "AWS::Kinesis::StreamConsumer"
    ]
    assert properties["EventSourceArn"] == {"Fn::GetAtt": [consumer, "ConsumerARN"]}
    assert properties["ParallelizationFactor"] == 2
    assert properties["StartingPositionTimestamp"] == 1_700_000_000


def test_a_queue_gets_what_it_lacks(template: Json) -> None:
    queue = next(
        item["Properties"]
        for name, item in template["Resources"].items()
        if item["Type"] == "AWS::SQS::Queue" and name.startswith("Queue")
    )
    assert queue["VisibilityTimeout"] == 6 * 15 + 5
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": FAILURES, "maxReceiveCount": 5}
    properties = mapping(template, "Queue")
    assert properties["BatchSize"] == 100
    assert properties["MaximumBatchingWindowInSeconds"] == 5
    assert properties["ScalingConfig"] == {"MaximumConcurrency": 7}
    assert "DestinationConfig" not in properties


def test_a_fifo_queue_fails_to_a_fifo_queue(template: Json) -> None:
    queues = {n: i for n, i in template["Resources"].items() if i["Type"] == "AWS::SQS::Queue"}
    (fifo,) = [item for name, item in queues.items() if name.startswith("Fifo")]
    target = fifo["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert queues[target]["Properties"]["FifoQueue"] is True
    assert "FunctionResponseTypes" not in mapping(template, "Fifo")


def test_events_that_fail_are_kept(template: Json) -> None:
    (subscription,) = all_of(template, "AWS::SNS::Subscription")
    (schedule,) = all_of(template, "AWS::Scheduler::Schedule")
    function = template["Resources"]["HandlerFunction0D87A48C"]["Properties"]
    targets = [i["Properties"]["Targets"][0] for i in all_of(template, "AWS::Events::Rule")]
    assert function["DeadLetterConfig"] == {"TargetArn": FAILURES}
    assert subscription["Properties"]["RedrivePolicy"] == {"deadLetterTargetArn": FAILURES}
    assert [item["DeadLetterConfig"] for item in targets] == [{"Arn": FAILURES}] * 3
    assert schedule["Properties"]["Target"]["DeadLetterConfig"] == {"Arn": FAILURES}


def test_the_role_may_read_sources_and_no_more(template: Json) -> None:
    policy = template["Resources"]["HandlerRoleDefaultPolicyA01AACCE"]["Properties"]
    actions: dict[str, object] = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        listed = statement["Action"]
        for action in [listed] if isinstance(listed, str) else listed:
            actions[action] = statement["Resource"]
    wildcards = {action for action, resource in actions.items() if resource == "*"}
    assert wildcards == {"dynamodb:ListStreams"}
    assert {action for action in actions if action.startswith(("sqs:", "kinesis:", "kms:"))} == {
        *("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"),
        *("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords"),
        *("kinesis:GetShardIterator", "kinesis:ListShards"),
        *("kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard", "kms:Decrypt"),
    }
    assert actions["sqs:SendMessage"] == FAILURES
