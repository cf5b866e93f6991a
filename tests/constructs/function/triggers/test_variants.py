"""Other sources, arguments and profiles, in two stacks that are synthesized once."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template

from serverless_stack.constructs import LambdaHandler, Profile, Release
from tests.constructs.templates import Json, all_of, new_app, properties, require_no_cycle, synth

KEY = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/theirs/stream/1"


@pytest.fixture(scope="module")
def template(code: Path) -> Json:
    app = new_app()
    stack = cdk.Stack(app, "Test")
    sources = cdk.Stack(app, "Sources")

    def handler(construct_id: str, **options: object) -> LambdaHandler:
        return LambdaHandler(stack, construct_id, code=code, **options)  # type: ignore[arg-type]

    Profile.dev().apply(stack)
    first = handler("First")
    first.on_event(events.EventPattern(source=events.Match.prefix("shop.")))
    first.on_event({"source": ["shop"]}, bus=events.EventBus(stack, "Bus"))
    first.on_schedule(events.Schedule.rate(cdk.Duration.hours(2)))
    first.on_schedule(
        events.Schedule.cron(minute="0", hour="8"), max_event_age=cdk.Duration.minutes(5)
    )
    first.on_topic(
        sns.Topic.from_topic_arn(stack, "TheirTopic", "arn:aws:sns:eu-west-1:123456789012:theirs"),
        filter={"kind": sns.SubscriptionFilter.string_filter(allowlist=["a"])},
    )
    tables = handler("Tables")
    tables.on_table_change(
        dynamodb.Table.from_table_attributes(
            stack, "Theirs", table_name="theirs", table_stream_arn=STREAM
        )
    )
    keys = dynamodb.StreamViewType.KEYS_ONLY
    tables.on_table_change(
        dynamodb.TableV2(stack, "Keys", partition_key=KEY, dynamo_stream=keys),
        failures=sqs.Queue(stack, "Own"),
    )
    tables.on_table_change(dynamodb.Table(sources, "Far", partition_key=KEY))
    tables.on_kinesis(kinesis.Stream(sources, "FarStream"), retry_attempts=0)
    queues = handler("Queues", timeout=cdk.Duration.seconds(3))
    queues.on_queue(sqs.Queue(stack, "Brief"))
    queues.on_queue(sqs.Queue(sources, "FarQueue"))
    dead = sqs.DeadLetterQueue(queue=sqs.Queue(stack, "Dead"), max_receive_count=2)
    told = queues.on_queue(sqs.Queue(stack, "Told", dead_letter_queue=dead))
    assert told.failures is dead.queue
    theirs = sqs.Queue.from_queue_arn(
        stack, "TheirFifo", "arn:aws:sqs:eu-west-1:123456789012:theirs.fifo"
    )
    assert queues.on_queue(theirs).failures is None
    settled = handler("Settled", on_failure=sqs.Queue(stack, "Failed"))
    assert settled.on_object_created(s3.Bucket(stack, "Plain")).failures is None
    managed = s3.Bucket(stack, "Managed", event_bridge_enabled=True)
    assert handler("Managing").on_object_removed(managed).rule is not None
    return synth(stack)


def named(template: Json, start: str, kind: str) -> Json:
    (found,) = [
        item["Properties"]
        for name, item in template["Resources"].items()
        if item["Type"] == kind and name.startswith(start)
    ]
    return dict(found)


def test_no_cycle(template: Json) -> None:
    require_no_cycle(template)


def test_patterns_and_schedules_of_cdk(template: Json) -> None:
    rules = [
        item["Properties"]
        for item in template["Resources"].values()
        if item["Type"] == "AWS::Events::Rule"
    ]
    patterns = [rule["EventPattern"] for rule in rules if "EventPattern" in rule]
    assert patterns[:2] == [{"source": [{"prefix": "shop."}]}, {"source": ["shop"]}]
    schedules = {rule["ScheduleExpression"]: rule for rule in rules if "ScheduleExpression" in rule}
    assert set(schedules) == {"rate(2 hours)", "cron(0 8 * * ? *)"}
    retries = schedules["cron(0 8 * * ? *)"]["Targets"][0]["RetryPolicy"]
    assert retries == {"MaximumEventAgeInSeconds": 300, "MaximumRetryAttempts": 185}


def test_a_filter_of_cdk(template: Json) -> None:
    subscription = named(template, "First", "AWS::SNS::Subscription")
    assert subscription["FilterPolicy"] == {"kind": ["a"]}


def test_streams_that_are_on_already(template: Json) -> None:
    mapping = "AWS::Lambda::EventSourceMapping"
    assert named(template, "TablesFromTheirs", mapping)["EventSourceArn"] == STREAM
    table = named(template, "Keys", "AWS::DynamoDB::GlobalTable")
    assert table["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    destination = named(template, "TablesFromKeys", mapping)["DestinationConfig"]
    assert destination["OnFailure"]["Destination"]["Fn::GetAtt"][0].startswith("Own")
    assert named(template, "TablesFromFarStream", mapping)["MaximumRetryAttempts"] == 0


def test_queues(template: Json) -> None:
    brief = named(template, "Brief", "AWS::SQS::Queue")
    assert "VisibilityTimeout" not in brief  # the default is enough for six times three seconds
    assert named(template, "Told", "AWS::SQS::Queue")["RedrivePolicy"]["maxReceiveCount"] == 2


def test_a_bucket_whose_notifications_cdk_sets_sends_events(template: Json) -> None:
    rule = named(template, "ManagingOnManaged", "AWS::Events::Rule")
    assert rule["EventPattern"]["detail-type"] == ["Object Deleted"]
    assert rule["EventPattern"]["detail"]["reason"] == ["DeleteObject"]
    (managed,) = [
        item["Properties"]
        for item in template["Resources"].values()
        if item["Type"] == "Custom::S3BucketNotifications"
    ]
    assert managed["NotificationConfiguration"] == {"EventBridgeConfiguration": {}}


def test_a_function_with_a_destination_gets_no_other_queue(template: Json) -> None:
    assert "DeadLetterConfig" not in named(template, "Settled", "AWS::Lambda::Function")
    assert not [name for name in template["Resources"] if name.startswith("SettledFailures")]


def test_the_queue_of_the_profile_is_used(code: Path) -> None:
    stack = cdk.Stack(new_app(), "Test")
    handler = LambdaHandler(stack, "Handler", code=code)
    trigger = handler.on_schedule("rate(1 hour)")
    template = synth(stack)
    rule = named(template, "Handler", "AWS::Events::Rule")
    function = named(template, "Handler", "AWS::Lambda::Function")
    shared = {"Fn::GetAtt": ["ServerlessStackSharedDeadLettersDF415155", "Arn"]}
    assert rule["Targets"][0]["DeadLetterConfig"] == {"Arn": shared}
    assert function["DeadLetterConfig"] == {"TargetArn": shared}
    assert trigger.failures.node.path == "Test/ServerlessStackShared/DeadLetters"


def test_sources_with_the_same_id(stack: cdk.Stack, app: cdk.App, code: Path) -> None:
    other = cdk.Stack(app, "Other")
    handler = LambdaHandler(stack, "Handler", code=code, release=Release.all_at_once())
    for place in (stack, other):
        handler.on_queue(sqs.Queue(place, "Jobs"))
        handler.on_topic(sns.Topic(place, "News"))
    handler.on_queue(sqs.Queue(stack, "jobs"))
    template = synth(stack)
    assert len(all_of(template, "AWS::Lambda::EventSourceMapping")) == 3
    subscriptions = all_of(template, "AWS::SNS::Subscription")
    assert len({str(item["Properties"]["TopicArn"]) for item in subscriptions}) == 2
    assert all(item["Properties"]["RedrivePolicy"] for item in subscriptions)
    require_no_cycle(template)


def test_one_pattern_for_two_buses(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    pattern = {"source": [{"prefix": "shop."}, "till"]}
    handler.on_event(pattern)
    handler.on_event(pattern, bus=events.EventBus(stack, "Bus"))
    rules = all_of(synth(stack), "AWS::Events::Rule")
    assert [item["Properties"]["EventPattern"] for item in rules] == [pattern, pattern]
    assert len({str(item["Properties"].get("EventBusName")) for item in rules}) == 2


def test_tokens_in_the_input_of_a_schedule(code: Path) -> None:
    def rendered(*, with_other_tokens: bool) -> Json:
        stack = cdk.Stack(new_app(), "Test")
        if with_other_tokens:
            cdk.Token.as_string({"Ref": "Other"})
        handler = LambdaHandler(stack, "Handler", code=code)
        content = {"queue": cdk.Fn.ref("Q"), "number": cdk.Token.as_number({"Ref": "N"})}
        handler.on_schedule("rate(1 hour)", input=content)
        handler.on_schedule("cron(0 8 * * ? *)", time_zone="Europe/Berlin", input=content)
        bucket = s3.Bucket.from_bucket_name(stack, "Theirs", "theirs")
        handler.on_object_created(bucket, prefix=cdk.Fn.ref("Prefix"))
        return synth(stack)

    template = rendered(with_other_tokens=False)
    assert template == rendered(with_other_tokens=True)
    schedule = properties(template, "AWS::Scheduler::Schedule")
    assert schedule["Target"]["Input"] == {
        "Fn::Join": ["", ['{"queue":"', {"Ref": "Q"}, '","number":', {"Ref": "N"}, "}"]]
    }


def test_a_topic_beside_a_nested_stack(app: cdk.App, code: Path) -> None:
    stack = cdk.Stack(app, "Outer")
    nested = cdk.NestedStack(stack, "Nested")
    LambdaHandler(nested, "Handler", code=code).on_topic(sns.Topic(stack, "News"))
    app.synth()
    template = dict(Template.from_stack(nested).to_json())
    subscription = properties(template, "AWS::SNS::Subscription")
    (parameter,) = (name for name in template["Parameters"] if "News" in name)
    assert subscription["TopicArn"] == {"Ref": parameter}
    permission = properties(template, "AWS::Lambda::Permission")
    assert permission["SourceArn"] == {"Ref": parameter}
