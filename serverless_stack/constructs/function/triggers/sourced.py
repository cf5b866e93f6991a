"""Triggers by queues, streams and tables, which Lambda reads in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from serverless_stack.checks.cross_service.writes import WRITES
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.lambda_function.sources import Kind
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.lazy import LazyModule
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.function.triggers import failures as failed
from serverless_stack.constructs.function.triggers import sources
from serverless_stack.constructs.function.triggers.loops import refuse_writes
from serverless_stack.constructs.function.triggers.mappings import (
    Batches,
    Filter,
    StreamSettings,
    create_mapping,
)
from serverless_stack.constructs.function.triggers.owner import Owner
from serverless_stack.constructs.function.triggers.values import MappingTrigger, Queue

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_kinesis as kinesis
else:
    dynamodb = LazyModule("aws_cdk.aws_dynamodb")
    kinesis = LazyModule("aws_cdk.aws_kinesis")

_SEVERAL = "one call takes several patterns as `filter`"
_ADVICE = "write to another {}, or leave out by `filter` what the function writes"


class SourceTriggers:
    """The methods ``on_*`` for what Lambda reads in batches."""

    @check_types
    def on_queue(
        self,
        queue: sqs.IQueue | sqs.Queue,
        *,
        batch_size: int = 10,
        max_batching_window: Duration | None = None,
        filter: Filter | None = None,
        max_concurrency: int | None = None,
        max_receive_count: int = 5,
        report_batch_item_failures: bool = True,
        failures: sqs.IQueue | sqs.Queue | None = None,
    ) -> MappingTrigger:
        """Call the function with the messages of a queue.

        The function returns the messages that it failed to handle, as
        ``serverless_stack.runtime.batches.process`` does: they are received again, and the others
        are deleted. It creates an event source mapping and, for a queue of this app, what the
        queue lacks: a visibility time-out of six times the time-out of the function, and a redrive
        policy ("Using Lambda with Amazon SQS").

        Args:
            queue: The queue, standard or FIFO.
            batch_size: The most messages of a call, 1-10000; 10 for a FIFO queue, and without a
                window.
            max_batching_window: How long to wait for a full batch, 0-300 seconds; not for a FIFO
                queue. Default: not at all.
            filter: A pattern such as ``{"body": {"type": ["order"]}}``, or up to 10 of them;
                messages that match none are deleted. Default: all messages.
            max_concurrency: The most calls at a time, 2-1000. Default: that of the function.
            max_receive_count: How often a message is received before it goes to ``failures``,
                1-1000. A queue that has a redrive policy keeps its own.
            report_batch_item_failures: Whether the function returns the messages that it failed to
                handle. Otherwise one failure repeats the whole batch.
            failures: The queue for messages that fail again and again. Default: that of the
                queue's redrive policy, else a new one of the function.

        Raises:
            ValueError: If an argument is out of range, the visibility time-out is shorter than the
                time-out of the function, or, at synthesis, the function may send to the queue.
        """
        owner = Owner.of(self)
        kind: Kind = "fifo queue" if queue.fifo else "queue"
        batches = Batches(kind, batch_size, max_batching_window, filter, report_batch_item_failures)
        window = batches.window_seconds or 0
        problems = Problems(owner.path)
        problems.add(batches.problems())
        problems.add(
            sources.queue_problems(
                owner, queue, window, failures, max_receive_count, max_concurrency
            )
        )
        problems.add(failed.failures_problems(failures, fifo=queue.fifo))
        problems.raise_if_any()
        problems.add(owner.repeated("on_queue", path_of(queue), _SEVERAL))
        problems.raise_if_any()

        sources.hide_messages(owner, queue, window)
        dead: Queue | None = None
        if not isinstance(queue, sqs.Queue):
            sources.warn_about_redrive(owner, queue)
        elif queue.dead_letter_queue is not None:
            dead = queue.dead_letter_queue.queue
        elif not sources.redrives(queue):
            dead = failed.failures_beside(owner, queue, failures)
            sources.redrive(queue, dead, max_receive_count)
        actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        grant = owner.allow(actions, [queue.queue_arn])
        owner.allow_key(queue.encryption_master_key)
        mapping = create_mapping(
            owner, queue, queue.queue_arn, batches, [grant], max_concurrency=max_concurrency
        )
        owner.acknowledge_redrive(mapping)
        if filter is None:
            _, writes = WRITES["AWS::SQS::Queue"]
            refuse_writes(owner, "on_queue", queue.queue_arn, writes, _ADVICE.format("queue"))
        return MappingTrigger(mapping, dead)

    @check_types
    def on_table_change(
        self,
        table: dynamodb.ITable | dynamodb.Table | dynamodb.TableV2,
        *,
        batch_size: int = 100,
        max_batching_window: Duration | None = None,
        filter: Filter | None = None,
        starting_position: lambda_.StartingPosition = lambda_.StartingPosition.TRIM_HORIZON,
        retry_attempts: int = 3,
        max_record_age: Duration | None = None,
        bisect_batch_on_error: bool = True,
        parallelization_factor: int = 1,
        report_batch_item_failures: bool = True,
        failures: sqs.IQueue | sqs.Queue | None = None,
    ) -> MappingTrigger:
        """Call the function with the changes of a table, in order for each key.

        The function returns the first record that it failed to handle, as
        ``serverless_stack.runtime.batches.process`` does: the batch is repeated from there. It
        creates an event source mapping, and turns on the stream of a table of this app that has
        none, with new and old images ("Using Lambda with Amazon DynamoDB").

        Args:
            table: The table, with its stream if it is not in this app.
            batch_size: The most records of a call, 1-10000.
            max_batching_window: How long to wait for a full batch, 0-300 seconds. Default: not at
                all.
            filter: A pattern such as ``{"eventName": ["INSERT"]}``, or up to 10 of them. Default:
                all records.
            starting_position: Where to begin. With ``LATEST``, changes during the first minutes
                may be missed.
            retry_attempts: How often a batch is repeated, 0-10000; then its records go to
                ``failures``, and those that follow are read.
            max_record_age: The age at which a record goes to ``failures``, 60 seconds to 7 days.
                Default: none; a stream keeps records for a day.
            bisect_batch_on_error: Whether a batch that fails is split in two, until the record
                that fails is alone.
            parallelization_factor: The batches of one shard at a time, 1-10.
            report_batch_item_failures: Whether the function returns the record that it failed to
                handle. Otherwise one failure repeats the whole batch.
            failures: The queue for records that fail; it gets their place in the stream, which
                keeps them for a day. Default: a new one of the function.

        Raises:
            ValueError: If an argument is out of range, the stream of an imported table is unknown,
                or, at synthesis, the function may write to the table.
        """
        owner = Owner.of(self)
        batches = Batches(
            "stream", batch_size, max_batching_window, filter, report_batch_item_failures
        )
        settings = StreamSettings(
            starting_position,
            None,
            retry_attempts,
            max_record_age,
            bisect_batch_on_error,
            parallelization_factor,
        )
        problems = Problems(owner.path)
        problems.add(batches.problems())
        problems.add(settings.problems(timestamps=False))
        problems.add(failed.failures_problems(failures))
        problems.add(sources.table_problems(table))
        problems.raise_if_any()
        problems.add(owner.repeated("on_table_change", path_of(table), _SEVERAL))
        problems.raise_if_any()

        arn = sources.stream_arn_of(table)
        actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        grants = [owner.allow(actions, [arn]), owner.allow(["dynamodb:ListStreams"], ["*"])]
        owner.allow_key(table.encryption_key)
        if filter is None:
            _, writes = WRITES["AWS::DynamoDB::Table"]
            advice = _ADVICE.format("table")
            refuse_writes(owner, "on_table_change", table.table_arn, writes, advice)
        return _stream_trigger(owner, table, arn, batches, grants, settings, failures)

    @check_types
    def on_kinesis(
        self,
        stream: kinesis.IStream | kinesis.Stream,
        *,
        batch_size: int = 100,
        max_batching_window: Duration | None = None,
        filter: Filter | None = None,
        starting_position: lambda_.StartingPosition = lambda_.StartingPosition.TRIM_HORIZON,
        starting_position_timestamp: float | None = None,
        retry_attempts: int = 3,
        max_record_age: Duration | None = None,
        bisect_batch_on_error: bool = True,
        parallelization_factor: int = 1,
        enhanced_fan_out: bool = False,
        report_batch_item_failures: bool = True,
        failures: sqs.IQueue | sqs.Queue | None = None,
    ) -> MappingTrigger:
        """Call the function with the records of a Kinesis stream, in order for each key.

        The function returns the first record that it failed to handle, as
        ``serverless_stack.runtime.batches.process`` does: the batch is repeated from there. It
        creates an event source mapping ("Using Lambda with Amazon Kinesis").

        Args:
            stream: The stream.
            batch_size: The most records of a call, 1-10000.
            max_batching_window: How long to wait for a full batch, 0-300 seconds. Default: not at
                all.
            filter: A pattern such as ``{"data": {"type": ["order"]}}``, or up to 10 of them.
                Default: all records.
            starting_position: Where to begin. With ``LATEST``, records of the first minutes may be
                missed.
            starting_position_timestamp: The Unix time to begin at, with ``AT_TIMESTAMP``.
            retry_attempts: How often a batch is repeated, 0-10000; then its records go to
                ``failures``, and those that follow are read.
            max_record_age: The age at which a record goes to ``failures``, 60 seconds to 7 days.
                Default: none; the stream decides how long it keeps records.
            bisect_batch_on_error: Whether a batch that fails is split in two, until the record
                that fails is alone.
            parallelization_factor: The batches of one shard at a time, 1-10.
            enhanced_fan_out: Whether the function has a throughput of its own, which is billed.
            report_batch_item_failures: Whether the function returns the record that it failed to
                handle. Otherwise one failure repeats the whole batch.
            failures: The queue for records that fail; it gets their place in the stream. Default:
                a new one of the function.

        Raises:
            ValueError: If an argument is out of range or, at synthesis, the function may write to
                the stream.
        """
        owner = Owner.of(self)
        batches = Batches(
            "stream", batch_size, max_batching_window, filter, report_batch_item_failures
        )
        settings = StreamSettings(
            starting_position,
            starting_position_timestamp,
            retry_attempts,
            max_record_age,
            bisect_batch_on_error,
            parallelization_factor,
        )
        problems = Problems(owner.path)
        problems.add(batches.problems())
        problems.add(settings.problems(timestamps=True))
        problems.add(failed.failures_problems(failures))
        problems.raise_if_any()
        problems.add(owner.repeated("on_kinesis", path_of(stream), _SEVERAL))
        problems.raise_if_any()

        grants = [owner.allow(list(sources.STREAM_ACTIONS), [stream.stream_arn])]
        owner.allow_key(stream.encryption_key)
        arn, consumer = stream.stream_arn, None
        if enhanced_fan_out:
            consumer = sources.consumer_of(owner, stream)
            arn = consumer.attr_consumer_arn
            actions = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
            grants.append(owner.allow(actions, [arn]))
        if filter is None:
            _, writes = WRITES["AWS::Kinesis::Stream"]
            refuse_writes(owner, "on_kinesis", stream.stream_arn, writes, _ADVICE.format("stream"))
        return _stream_trigger(owner, stream, arn, batches, grants, settings, failures, consumer)


def _stream_trigger(
    owner: Owner,
    source: dynamodb.ITable | kinesis.IStream,
    arn: str,
    batches: Batches,
    grants: list[iam.Grant],
    settings: StreamSettings,
    given: Queue | None,
    consumer: kinesis.CfnStreamConsumer | None = None,
) -> MappingTrigger:
    queue = failed.failures_of(owner, given)
    grants.append(failed.allow_sending(owner, queue))
    mapping = create_mapping(owner, source, arn, batches, grants, stream=settings, failures=queue)
    return MappingTrigger(mapping, queue, consumer)
