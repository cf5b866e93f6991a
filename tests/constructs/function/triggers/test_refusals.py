from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from serverless_stack.constructs import LambdaHandler
from tests.constructs.templates import new_app, refused, warnings

KEY = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
ARN = "arn:aws:sqs:eu-west-1:123456789012:jobs"
T = TypeVar("T")
Call = Callable[[LambdaHandler, Construct], object]


@pytest.fixture(scope="module")
def handler_of_all(code: Path) -> LambdaHandler:
    """A function for all calls that are refused, which leave nothing behind."""
    return LambdaHandler(cdk.Stack(new_app(), "Test"), "Handler", code=code)


def seconds(number: float) -> cdk.Duration:
    return cdk.Duration.millis(int(number * 1000))


def queue(stack: Construct, *, fifo: bool = False) -> sqs.Queue:
    return sqs.Queue(stack, "Queue", fifo=True if fifo else None)


def table(stack: Construct) -> dynamodb.Table:
    return dynamodb.Table(stack, "Table", partition_key=KEY)


QUEUES: list[tuple[Call, str]] = [
    (
        lambda h, s: h.on_queue(queue(s), batch_size=0),
        "`batch_size` must be between 1 and 10000, got: 0",
    ),
    (
        lambda h, s: h.on_queue(queue(s), batch_size=11),
        "`max_batching_window` must be 1 second or more with a `batch_size` above 10, "
        "got: 0 seconds",
    ),
    (
        lambda h, s: h.on_queue(queue(s, fifo=True), batch_size=11),
        "`batch_size` must be between 1 and 10, got: 11",
    ),
    (
        lambda h, s: h.on_queue(queue(s, fifo=True), max_batching_window=seconds(1)),
        "`max_batching_window` must be None for a FIFO queue, got: 1 seconds",
    ),
    (
        lambda h, s: h.on_queue(queue(s), max_batching_window=seconds(301)),
        "`max_batching_window` must be between 0 and 300 seconds, got: 301",
    ),
    (
        lambda h, s: h.on_queue(queue(s), max_concurrency=1),
        "`max_concurrency` must be between 2 and 1000, got: 1",
    ),
    (
        lambda h, s: h.on_queue(queue(s), max_receive_count=1001),
        "`max_receive_count` must be between 1 and 1000, got: 1001",
    ),
    (
        lambda h, s: h.on_queue(sqs.Queue(s, "Short", visibility_timeout=seconds(10))),
        "`queue` must have a visibility time-out of 90 seconds, six times the `timeout` of the "
        "function, got: 10 seconds of Test/Short; AWS Lambda needs 15 at least",
    ),
    (
        lambda h, s: h.on_queue(queue(s), failures=sqs.Queue(s, "Dead", fifo=True)),
        "`failures` must be a standard queue, got: Test/Dead",
    ),
    (
        lambda h, s: h.on_queue(queue(s, fifo=True), failures=sqs.Queue(s, "Dead")),
        "`failures` must be a FIFO queue, like its source, got: Test/Dead",
    ),
    (
        lambda h, s: h.on_queue(
            sqs.Queue.from_queue_arn(s, "Theirs", ARN), failures=sqs.Queue(s, "Dead")
        ),
        "`failures` must be None for a queue that is not in this app, whose redrive policy cannot "
        "be set here, got: Test/Dead; give it a dead-letter queue with a redrive policy where it "
        "is",
    ),
    (
        lambda h, s: h.on_queue(
            sqs.Queue(
                s,
                "Has",
                dead_letter_queue=sqs.DeadLetterQueue(
                    queue=sqs.Queue(s, "Own"), max_receive_count=3
                ),
            ),
            failures=sqs.Queue(s, "Dead"),
        ),
        "`failures` must be None for Test/Has, which has the dead-letter queue Test/Own, "
        "got: Test/Dead",
    ),
    (
        lambda h, s: h.on_queue(queue(s), filter={"body": {"type": "order"}}),
        "`filter.body.type` must be a list of values, got: 'order' (nearest accepted: ['order'])",
    ),
    (lambda h, s: h.on_queue(queue(s), filter={}), "`filter` must have a key or more, got: {}"),
    (lambda h, s: h.on_queue(queue(s), filter=[]), "`filter` must have a pattern or more, got: []"),
    (
        lambda h, s: h.on_queue(queue(s), filter=[{"body": ["a"]}] * 11),
        "`filter` must have 10 patterns at most, got: 11",
    ),
    (
        lambda h, s: h.on_queue(queue(s), filter={"body": ["a" * 4096]}),
        "`filter` must have 4,096 characters at most as JSON, got: 4,109",
    ),
]
STREAMS: list[tuple[Call, str]] = [
    (
        lambda h, s: h.on_table_change(table(s), batch_size=10_001),
        "`batch_size` must be between 1 and 10000, got: 10001",
    ),
    (
        lambda h, s: h.on_table_change(table(s), retry_attempts=-1),
        "`retry_attempts` must be between 0 and 10000, got: -1",
    ),
    (
        lambda h, s: h.on_table_change(table(s), max_record_age=seconds(59)),
        "`max_record_age` must be between 60 and 604800 seconds, got: 59",
    ),
    (
        lambda h, s: h.on_table_change(table(s), parallelization_factor=11),
        "`parallelization_factor` must be between 1 and 10, got: 11",
    ),
    (
        lambda h, s: h.on_table_change(
            table(s), starting_position=lambda_.StartingPosition.AT_TIMESTAMP
        ),
        "`starting_position` must be LATEST or TRIM_HORIZON for a table, "
        "got: StartingPosition.AT_TIMESTAMP",
    ),
    (
        lambda h, s: h.on_table_change(dynamodb.Table.from_table_name(s, "Theirs", "orders")),
        "`table` must have a stream, got: Test/Theirs, which is not in this app: turn it on where "
        "the table is, and import it by `Table.from_table_attributes(table_arn=…, "
        "table_stream_arn=…)`",
    ),
    (
        lambda h, s: h.on_kinesis(
            kinesis.Stream(s, "Stream"), starting_position=lambda_.StartingPosition.AT_TIMESTAMP
        ),
        "`starting_position_timestamp` must be given with StartingPosition.AT_TIMESTAMP",
    ),
    (
        lambda h, s: h.on_kinesis(kinesis.Stream(s, "Stream"), starting_position_timestamp=1.0),
        "`starting_position_timestamp` must go with StartingPosition.AT_TIMESTAMP, "
        "got: StartingPosition.TRIM_HORIZON",
    ),
]
EVENTS: list[tuple[Call, str]] = [
    (
        lambda h, s: h.on_schedule("rate(1 minutes)"),
        "`schedule` must be a rate of 1 minute, hour or day, or of more in the plural, "
        "got: 'rate(1 minutes)' (nearest accepted: rate(1 minute))",
    ),
    (
        lambda h, s: h.on_schedule("every day"),
        "`schedule` must be such as rate(5 minutes) or cron(0 12 * * ? *), got: 'every day'",
    ),
    (
        lambda h, s: h.on_schedule("cron(0 8 * * ? *)", time_zone="Europe/Bern"),
        "`time_zone` must be a name such as Europe/Berlin, got: 'Europe/Bern'",
    ),
    (
        lambda h, s: h.on_schedule("rate(1 day)", time_zone="Europe/Berlin"),
        "`time_zone` must be None for a rate, which has no time of day, got: 'Europe/Berlin'",
    ),
    (
        lambda h, s: h.on_schedule("rate(1 day)", retry_attempts=186),
        "`retry_attempts` must be between 0 and 185, got: 186",
    ),
    (
        lambda h, s: h.on_event({"source": ["a"]}, max_event_age=seconds(59)),
        "`max_event_age` must be between 60 and 86400 seconds, got: 59",
    ),
    (
        lambda h, s: h.on_event({"detail_type": ["a"]}),
        "`pattern` must not have `detail_type`; did you mean `detail-type`?",
    ),
    (
        lambda h, s: h.on_event({"source": "shop"}),
        "`pattern.source` must be a list of values, got: 'shop' (nearest accepted: ['shop'])",
    ),
    (
        lambda h, s: h.on_event(events.EventPattern()),
        "`pattern` must have a key or more, got: EventPattern()",
    ),
    (
        lambda h, s: h.on_topic(sns.Topic(s, "Topic", fifo=True)),
        "`topic` must not be FIFO, got: Test/Topic; SNS delivers FIFO topics to queues only: "
        "subscribe a queue, and call the function by `on_queue`",
    ),
    (
        lambda h, s: h.on_topic(sns.Topic(s, "Topic"), filter={"a": {"b": ["c"]}}),
        "`filter_body` must be True for a `filter` with keys inside of a, got: False; attributes "
        "of messages have none",
    ),
    (
        lambda h, s: h.on_topic(sns.Topic(s, "Topic"), filter={n: ["a"] for n in "abcdef"}),
        "`filter` must have 5 keys at most, got: 6",
    ),
    (
        lambda h, s: h.on_topic(sns.Topic(s, "Topic"), filter={n: list(range(13)) for n in "ab"}),
        "`filter` must have 150 combinations of values at most, got: 169",
    ),
    (
        lambda h, s: h.on_topic(sns.Topic(s, "Topic"), filter_body=True),
        "`filter_body` must go with a `filter`, got: None",
    ),
    (
        lambda h, s: h.on_topic(sns.Topic(s, "Topic"), failures=sqs.Queue(s, "D", fifo=True)),
        "`failures` must be a standard queue, got: Test/D",
    ),
    (
        lambda h, s: h.on_object_created(s3.Bucket(s, "Bucket"), prefix="in/*"),
        "`prefix` must be without *, which S3 takes as part of the key, got: 'in/*' "
        "(nearest accepted: 'in/')",
    ),
    (
        lambda h, s: h.on_object_removed(s3.Bucket(s, "Bucket"), prefix="/in", suffix="a" * 1025),
        "`suffix` must have 1,024 bytes at most, got: 1,025",
    ),
    (
        lambda h, s: h.on_object_created("bucket"),  # type: ignore[arg-type]
        "`bucket` must be an aws_s3.IBucket or a construct with `bucket`, got: 'bucket'",
    ),
]


@pytest.mark.parametrize(("call", "message"), [*QUEUES, *STREAMS, *EVENTS])
def test_arguments(handler_of_all: LambdaHandler, call: Call, message: str) -> None:
    stack = cdk.Stack.of(handler_of_all)
    place = Construct(stack, f"P{len(stack.node.children)}")
    text = refused(lambda: call(handler_of_all, place))
    assert message in text.replace(f"{place.node.path}/", "Test/")


def test_all_problems_of_a_call_are_reported_together(
    handler: LambdaHandler, stack: cdk.Stack
) -> None:
    text = refused(
        lambda: handler.on_queue(queue(stack), batch_size=0, max_concurrency=1, filter={})
    )
    assert text.startswith("3 problems in Test/Handler:")


@pytest.mark.parametrize(
    "call",
    [
        lambda h, s: h.on_queue(get(s, "Queue", sqs.Queue)),
        lambda h, s: h.on_kinesis(get(s, "Stream", kinesis.Stream)),
        lambda h, s: h.on_topic(get(s, "Topic", sns.Topic)),
        lambda h, s: h.on_schedule("rate(1 hour)"),
        lambda h, s: h.on_event({"source": ["shop"]}),
        lambda h, s: h.on_object_removed(get(s, "Bucket", s3.Bucket)),
    ],
)
def test_a_trigger_twice(handler: LambdaHandler, stack: cdk.Stack, call: Call) -> None:
    call(handler, stack)
    assert "called for" in refused(lambda: call(handler, stack))


def get(stack: Construct, construct_id: str, kind: type[T]) -> T:
    return cast(T, stack.node.try_find_child(construct_id) or kind(stack, construct_id))  # type: ignore[call-arg]


def test_overlapping_notifications_of_two_functions(
    handler: LambdaHandler, stack: cdk.Stack, code: Path
) -> None:
    bucket = s3.Bucket(stack, "Bucket")
    other = LambdaHandler(stack, "Other", code=code)
    handler.on_object_created(bucket, prefix="in/", suffix=".csv")
    other.on_object_created(bucket, prefix="in/", suffix=".jpg")
    other.on_object_removed(bucket, prefix="in/")
    assert refused(lambda: other.on_object_created(bucket, prefix="in/a")) == (
        "`on_object_created` must be for other objects of Test/Bucket than Test/Handler is called "
        "for already, prefix 'in/' and suffix '.csv', got: prefix 'in/a' and suffix ''; S3 refuses "
        "notifications that overlap: use other prefixes, or publish to a topic that calls several "
        "functions (in Test/Handler)"
    ).replace("(in Test/Handler)", "(in Test/Other)")


def test_one_queue_for_the_events_of_a_function(handler: LambdaHandler, stack: cdk.Stack) -> None:
    handler.on_schedule("rate(1 hour)", failures=sqs.Queue(stack, "One"))
    text = refused(lambda: handler.on_schedule("rate(2 hours)", failures=sqs.Queue(stack, "Two")))
    assert text == (
        "`failures` must be the same queue for all events of a function, Test/One, got: Test/Two; "
        "AWS Lambda has one dead-letter queue for each function (in Test/Handler)"
    )


def test_failures_in_another_stack(handler: LambdaHandler, app: cdk.App) -> None:
    other = cdk.Stack(app, "Other")
    dead = sqs.Queue(other, "Dead")
    assert refused(lambda: handler.on_schedule("rate(1 hour)", failures=dead)) == (
        "`failures` must be a queue of the stack Test, whose policy can name the trigger, "
        "got: Other/Dead (in Test/Handler)"
    )
    source = sqs.Queue(other, "Queue")
    mine = sqs.Queue(cdk.Stack.of(handler), "Mine")
    assert "would make the stacks depend on each other" in refused(
        lambda: handler.on_queue(source, failures=mine)
    )


def test_what_cannot_be_set_is_told(handler: LambdaHandler, stack: cdk.Stack) -> None:
    handler.on_queue(sqs.Queue.from_queue_arn(stack, "Theirs", ARN))
    handler.on_queue(sqs.Queue(stack, "Short", visibility_timeout=seconds(60)))
    handler.on_object_created(s3.Bucket.from_bucket_name(stack, "Bucket", "theirs"))
    told = "\n".join(warnings(stack))
    assert "the queue Test/Theirs is not in this app: give it a dead-letter queue" in told
    assert "give it `visibility_timeout=Duration.seconds(90)`, six times the time-out" in told
    assert "the bucket Test/Bucket is not in this app: turn on Amazon EventBridge" in told
