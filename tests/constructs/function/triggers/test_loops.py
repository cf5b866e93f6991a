"""A trigger that writes where it reads is refused at synthesis, whatever the order of the calls."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import LambdaHandler, Profile, StorageBucket
from tests.constructs.templates import new_app, synth

KEY = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)


class Sources:
    """A source of each kind, and one of another stack."""

    def __init__(self, app: cdk.App) -> None:
        self.stack = cdk.Stack(app, "Test")
        other = cdk.Stack(app, "Other")
        self.bucket = StorageBucket(self.stack, "Bucket")
        self.whole = StorageBucket(self.stack, "Whole")
        self.plain = s3.Bucket(self.stack, "Plain")
        self.archive = StorageBucket(other, "Archive")
        self.table = dynamodb.Table(self.stack, "Table", partition_key=KEY)
        self.theirs = dynamodb.TableV2(other, "Theirs", partition_key=KEY)
        self.queue = sqs.Queue(self.stack, "Queue")
        self.topic = sns.Topic(self.stack, "Topic")
        self.stream = kinesis.Stream(self.stack, "Stream")


Call = Callable[[LambdaHandler, Sources], object]


def connected(prefix: str) -> Call:
    return lambda h, s: s.bucket.connect(h, prefix=prefix)


# The name of the function, its grant, its trigger, and what is said.
LOOPS: dict[str, tuple[Call, Call, str]] = {
    "Same": (
        connected("in/"),
        lambda h, s: h.on_object_created(s.bucket, prefix="in/"),
        "`on_object_created` must not be for objects that the function writes itself, got: the "
        "prefix 'in/' and s3:PutObject on in/*",
    ),
    "Within": (
        lambda h, s: s.whole.connect(h),
        lambda h, s: h.on_object_created(s.whole),
        "got: the prefix '' and s3:PutObject on data/*",
    ),
    "Around": (
        lambda h, s: s.plain.grant_read_write(h.function),
        lambda h, s: h.on_object_created(s.plain, prefix="in2/"),
        "got: the prefix 'in2/' and s3:PutObject on *",
    ),
    "Removed": (
        connected("in3/"),
        lambda h, s: h.on_object_removed(s.bucket, prefix="in3/"),
        "`on_object_removed` must not be for objects that the function writes itself, got: the "
        "prefix 'in3/' and s3:DeleteObject on in3/*",
    ),
    "Archive": (
        lambda h, s: s.archive.connect(h, prefix="in4/"),
        lambda h, s: h.on_object_created(s.archive, prefix="in4/"),
        "got: the prefix 'in4/' and s3:PutObject on in4/*",
    ),
    "Table": (
        lambda h, s: s.table.grant_write_data(h.function),
        lambda h, s: h.on_table_change(s.table),
        "`on_table_change` must not be for what the function writes to itself, got: "
        "dynamodb:PutItem on <TableCD117FA1.Arn>",
    ),
    "Theirs": (
        lambda h, s: s.theirs.grant_full_access(h.function),
        lambda h, s: h.on_table_change(s.theirs),
        "`on_table_change` must not be for what the function writes to itself, got: "
        'dynamodb:PutItem on <{"Fn::ImportValue',
    ),
    "Queue": (
        lambda h, s: s.queue.grant_send_messages(h.function),
        lambda h, s: h.on_queue(s.queue),
        "`on_queue` must not be for what the function writes to itself, got: sqs:SendMessage",
    ),
    "Topic": (
        lambda h, s: s.topic.grant_publish(h.function),
        lambda h, s: h.on_topic(s.topic),
        "`on_topic` must not be for what the function writes to itself, got: sns:Publish",
    ),
    "Stream": (
        lambda h, s: s.stream.grant_write(h.function),
        lambda h, s: h.on_kinesis(s.stream),
        "`on_kinesis` must not be for what the function writes to itself, got: kinesis:PutRecord",
    ),
}


@pytest.mark.parametrize(
    ("profile", "names"),
    [(Profile.dev(), list(LOOPS)), (Profile.regulated(), ["Same", "Queue"])],  # managed policies
)
def test_loops(code: Path, profile: Profile, names: list[str]) -> None:
    app = new_app()
    profile.apply(app)
    sources = Sources(app)
    for number, name in enumerate(names):
        grant, trigger, _ = LOOPS[name]
        handler = LambdaHandler(sources.stack, f"On{name}", code=code)
        calls = (grant, trigger) if number % 2 else (trigger, grant)
        for call in calls:
            call(handler, sources)
    with pytest.raises(RuntimeError, match="must not be for") as caught:
        synth(sources.stack)
    lines = str(caught.value).splitlines()
    for name in names:
        (line,) = [line for line in lines if f"Test/On{name}]" in line]
        assert LOOPS[name][2] in line


def test_what_is_no_loop(code: Path) -> None:
    app = new_app()
    Profile.dev().apply(app)
    sources = Sources(app)
    handler = LambdaHandler(sources.stack, "Handler", code=code)
    sources.bucket.connect(handler, prefix="out/")
    handler.on_object_created(sources.bucket, prefix="in/")
    handler.on_object_created(sources.bucket, prefix="out/", suffix=".csv")  # it writes others
    sources.table.grant_read_data(handler.function)
    handler.on_table_change(sources.table)
    sources.queue.grant_send_messages(handler.function)
    handler.on_queue(sources.queue, filter={"body": {"final": [{"exists": False}]}})
    sqs.Queue(sources.stack, "Next").grant_send_messages(handler.function)
    assert synth(sources.stack)
