"""Checks of the queues, streams and tables that Lambda reads, and what is set on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations
from aws_cdk import aws_sqs as sqs

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.lambda_function import sources as limits
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.lazy import LazyModule
from serverless_stack.constructs._internal.raw import properties_of
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.function.triggers.owner import Owner
from serverless_stack.constructs.function.triggers.values import Queue

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_kinesis as kinesis
else:
    dynamodb = LazyModule("aws_cdk.aws_dynamodb")
    kinesis = LazyModule("aws_cdk.aws_kinesis")

STREAM_ACTIONS = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)
_DEFAULT_VISIBILITY = 30  # seconds, of a queue without one
_REDRIVE = "give it a dead-letter queue with a redrive policy"


def queue_problems(
    owner: Owner,
    queue: Queue,
    window: float,
    failures: Queue | None,
    max_receive_count: int,
    max_concurrency: int | None,
) -> list[str]:
    """List why a queue cannot trigger a function.

    Args:
        owner: The function.
        queue: The queue.
        window: The batching window in seconds.
        failures: The queue of the caller for messages that failed.
        max_receive_count: How often a message is received before it goes there.
        max_concurrency: The most calls at a time.
    """
    problems = Problems()
    problems.between("max_receive_count", max_receive_count, *limits.RECEIVE_COUNT)
    if max_concurrency is not None:
        problems.between("max_concurrency", max_concurrency, *limits.MAX_CONCURRENCY)
    hidden = _visibility_timeout(queue) if isinstance(queue, sqs.Queue) else None
    timeout = owner.timeout_seconds
    if hidden is not None and timeout is not None and hidden < timeout + window:
        nearest = limits.VISIBILITY_FACTOR * timeout + window
        problems.fail(
            f"`queue` must have a visibility time-out of {nearest:g} seconds, six times the "
            f"`timeout` of the function{' and the batching window' if window else ''}, "
            f"got: {hidden:g} seconds of {path_of(queue)}; AWS Lambda needs {timeout:g} at least"
        )
    if failures is not None:
        own = queue.dead_letter_queue if isinstance(queue, sqs.Queue) else None
        if not isinstance(queue, sqs.Queue):
            problems.fail(
                "`failures` must be None for a queue that is not in this app, whose redrive "
                f"policy cannot be set here, got: {path_of(failures)}; {_REDRIVE} where it is"
            )
        elif own is not None and path_of(own.queue) != path_of(failures):
            problems.fail(
                f"`failures` must be None for {path_of(queue)}, which has the dead-letter queue "
                f"{path_of(own.queue)}, got: {path_of(failures)}"
            )
        elif not owner.is_in_stack_of(queue) and owner.is_in_stack_of(failures):
            problems.fail(
                f"`failures` must be in the stack of {path_of(queue)}, whose redrive policy names "
                f"it, got: {path_of(failures)} in the stack of the function, which would make "
                "the stacks depend on each other"
            )
        if path_of(failures) == path_of(queue):
            problems.fail(f"`failures` must be another queue than `queue`, got: {path_of(queue)}")
    return problems.messages


def hide_messages(owner: Owner, queue: Queue, window: float) -> None:
    """Set the visibility time-out of a queue that has none, to six times that of the function.

    Args:
        owner: The function.
        queue: The queue.
        window: The batching window in seconds.
    """
    timeout = owner.timeout_seconds
    if timeout is None:
        return
    seconds = int(limits.VISIBILITY_FACTOR * timeout + window)
    if not isinstance(queue, sqs.Queue):
        Annotations.of(owner.construct).add_info_v2(
            "serverless-stack:visibility-timeout",
            f"the queue {path_of(queue)} is not in this app: its visibility time-out must be "
            f"{timeout:g} seconds at least, and should be {seconds}, six times the time-out of "
            "the function",
        )
        return
    hidden = _visibility_timeout(queue)
    if properties_of(queue).get("visibilityTimeout") is None:
        if seconds > _DEFAULT_VISIBILITY:
            default_child(queue, sqs.CfnQueue).visibility_timeout = seconds
    elif hidden is not None and hidden < seconds:
        Annotations.of(owner.construct).add_warning_v2(
            "serverless-stack:visibility-timeout",
            f"the queue {path_of(queue)} hides messages for {hidden:g} seconds: give it "
            f"`visibility_timeout=Duration.seconds({seconds})`, six times the time-out of the "
            "function, so that Lambda can try again when the function is throttled",
        )


def redrive(queue: sqs.Queue, failures: Queue, max_receive_count: int) -> None:
    """Send the messages of a queue that were received too often to another queue.

    Args:
        queue: The queue of this app.
        failures: The other queue.
        max_receive_count: How often a message is received before.
    """
    raw = default_child(queue, sqs.CfnQueue)
    raw.redrive_policy = {
        "deadLetterTargetArn": failures.queue_arn,
        "maxReceiveCount": max_receive_count,
    }


def warn_about_redrive(owner: Owner, queue: Queue) -> None:
    """Warn that nothing here decides what happens to messages that fail again and again.

    Args:
        owner: The function.
        queue: The queue, which is not in this app.
    """
    Annotations.of(owner.construct).add_warning_v2(
        "serverless-stack:redrive-policy",
        f"the queue {path_of(queue)} is not in this app: {_REDRIVE} where it is, otherwise "
        "messages that fail are received again until they expire",
    )


def redrives(queue: sqs.Queue) -> bool:
    """Return whether a queue has a redrive policy."""
    return properties_of(queue).get("redrivePolicy") is not None


def table_problems(table: dynamodb.ITable) -> list[str]:
    """List why the changes of a table cannot be read.

    Args:
        table: The table.
    """
    raw = table.node.default_child
    if isinstance(raw, dynamodb.CfnTable | dynamodb.CfnGlobalTable) or table.table_stream_arn:
        return []
    return [
        f"`table` must have a stream, got: {path_of(table)}, which is not in this app: turn it "
        "on where the table is, and import it by `Table.from_table_attributes(table_arn=…, "
        "table_stream_arn=…)`"
    ]


def stream_arn_of(table: dynamodb.ITable) -> str:
    """Return the ARN of the stream of a table; turn it on if the table has none.

    Args:
        table: The table, which is in this app or has a stream.
    """
    # A TableV2 returns an ARN whether its stream is on or not.
    raw = table.node.default_child
    view = dynamodb.StreamViewType.NEW_AND_OLD_IMAGES.name
    if isinstance(raw, dynamodb.CfnTable | dynamodb.CfnGlobalTable):
        if not properties_of(table).get("streamSpecification"):
            raw.stream_specification = raw.StreamSpecificationProperty(stream_view_type=view)
        return raw.attr_stream_arn
    return str(table.table_stream_arn)


def consumer_of(owner: Owner, stream: kinesis.IStream) -> kinesis.CfnStreamConsumer:
    """Create the consumer of a stream that has a throughput of its own.

    Args:
        owner: The function.
        stream: The stream.
    """
    scope, construct_id = owner.scope_for("Consumer", stream)
    unique = owner.construct.node.addr[-8:]
    name = "".join(char if char.isalnum() else "-" for char in owner.path)[-100:].strip("-")
    return kinesis.CfnStreamConsumer(
        scope, construct_id, consumer_name=f"{name}-{unique}", stream_arn=stream.stream_arn
    )


def _visibility_timeout(queue: sqs.Queue) -> float | None:
    """Return the visibility time-out in seconds that somebody chose; None if nobody did."""
    seconds = properties_of(queue).get("visibilityTimeout")
    if isinstance(seconds, int | float) and not is_unresolved(seconds):
        return float(seconds)
    return None
