"""Event source mappings: how Lambda reads queues and streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.lambda_function import sources as limits
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs.function.triggers.owner import Owner
from serverless_stack.constructs.function.triggers.values import Queue

Filter = Mapping[str, object] | Sequence[Mapping[str, object]]
"""A pattern of records, or several of which a record must match one."""


@dataclass(frozen=True)
class Batches:
    """How Lambda groups the records of a source.

    Attributes:
        kind: The kind of the source.
        size: The most records of a batch.
        window: How long Lambda waits for a full batch; None for not at all.
        filter: Which records call the function; None for all.
        report_failures: Whether the function returns the records that it failed to handle.
    """

    kind: limits.Kind
    size: int
    window: Duration | None
    filter: Filter | None
    report_failures: bool

    @property
    def window_seconds(self) -> int | None:
        """The window in seconds; None if there is none, or it is known at deployment only."""
        if self.window is None or self.window.is_unresolved():
            return None
        return int(self.window.to_seconds(integral=False))

    @property
    def patterns(self) -> Sequence[Mapping[str, object]]:
        """The patterns of the filter."""
        if self.filter is None:
            return ()
        return [self.filter] if isinstance(self.filter, Mapping) else list(self.filter)

    def problems(self) -> list[str]:
        """List what Lambda refuses."""
        problems = Problems()
        if self.window is not None:
            low, high = limits.BATCHING_WINDOW_SECONDS
            problems.add(seconds_problems("max_batching_window", self.window, low, high))
        unknown = self.window is not None and self.window.is_unresolved()
        window = 1 if unknown and self.kind == "queue" else self.window_seconds
        problems.add(limits.batch_problems(self.kind, self.size, window))
        if self.filter is not None:
            problems.add(limits.filter_problems(self.patterns))
            if not self.patterns:
                problems.fail("`filter` must have a pattern or more, got: []")
        return problems.messages


@dataclass(frozen=True)
class StreamSettings:
    """How Lambda reads a stream, and what it does with records that fail.

    Attributes:
        starting_position: Where it begins.
        timestamp: The Unix time to begin at, for ``AT_TIMESTAMP``.
        retry_attempts: How often it repeats a batch.
        max_record_age: The age at which a record is given up; None for that of the stream.
        bisect: Whether it splits a batch that fails.
        parallelization: The batches of one shard at a time.
    """

    starting_position: lambda_.StartingPosition
    timestamp: float | None
    retry_attempts: int
    max_record_age: Duration | None
    bisect: bool
    parallelization: int

    def problems(self, *, timestamps: bool) -> list[str]:
        """List what Lambda refuses.

        Args:
            timestamps: Whether the source can be read from a point in time.
        """
        problems = Problems()
        problems.between("retry_attempts", self.retry_attempts, *limits.RETRY_ATTEMPTS)
        problems.between(
            "parallelization_factor", self.parallelization, *limits.PARALLELIZATION_FACTOR
        )
        if self.max_record_age is not None:
            low, high = limits.RECORD_AGE_SECONDS
            problems.add(seconds_problems("max_record_age", self.max_record_age, low, high))
        at_timestamp = self.starting_position == lambda_.StartingPosition.AT_TIMESTAMP
        if at_timestamp and not timestamps:
            problems.fail(
                "`starting_position` must be LATEST or TRIM_HORIZON for a table, "
                "got: StartingPosition.AT_TIMESTAMP"
            )
        elif at_timestamp and self.timestamp is None:
            problems.fail(
                "`starting_position_timestamp` must be given with StartingPosition.AT_TIMESTAMP"
            )
        elif self.timestamp is not None and not at_timestamp:
            problems.fail(
                "`starting_position_timestamp` must go with StartingPosition.AT_TIMESTAMP, "
                f"got: {self.starting_position}"
            )
        return problems.messages


def create_mapping(
    owner: Owner,
    source: IConstruct,
    source_arn: str,
    batches: Batches,
    grants: Sequence[iam.Grant],
    *,
    stream: StreamSettings | None = None,
    failures: Queue | None = None,
    max_concurrency: int | None = None,
) -> lambda_.CfnEventSourceMapping:
    """Create an event source mapping after the permissions that Lambda checks.

    Args:
        owner: The function.
        source: The queue, stream or table.
        source_arn: Its ARN, or that of the stream of a table.
        batches: How records are grouped.
        grants: The permissions.
        stream: The settings of a stream; None for a queue.
        failures: Where the records of a stream go that failed.
        max_concurrency: The most calls at a time, for a queue.
    """
    raw = lambda_.CfnEventSourceMapping
    scope, construct_id = owner.scope_for("From", source)
    mapping = raw(
        scope,
        construct_id,
        function_name=owner.target.function_arn,
        event_source_arn=source_arn,
        batch_size=batches.size,
        maximum_batching_window_in_seconds=_seconds(batches.window),
        function_response_types=["ReportBatchItemFailures"] if batches.report_failures else None,
    )
    if batches.patterns:
        filters = [raw.FilterProperty(pattern=limits.pattern_of(item)) for item in batches.patterns]
        mapping.filter_criteria = raw.FilterCriteriaProperty(filters=filters)
    if max_concurrency is not None:
        mapping.scaling_config = raw.ScalingConfigProperty(maximum_concurrency=max_concurrency)
    if stream is not None:
        mapping.starting_position = stream.starting_position.name
        mapping.starting_position_timestamp = stream.timestamp
        mapping.maximum_retry_attempts = stream.retry_attempts
        mapping.maximum_record_age_in_seconds = _seconds(stream.max_record_age)
        mapping.bisect_batch_on_function_error = stream.bisect
        mapping.parallelization_factor = (
            stream.parallelization if stream.parallelization > 1 else None
        )
    if failures is not None:
        mapping.destination_config = raw.DestinationConfigProperty(
            on_failure=raw.OnFailureProperty(destination=failures.queue_arn)
        )
    for grant in grants:
        grant.apply_before(mapping)
    return mapping


def _seconds(duration: Duration | None) -> float | None:
    return None if duration is None else duration.to_seconds()
