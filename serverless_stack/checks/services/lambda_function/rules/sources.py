"""Rules on event source mappings."""

from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.values import parsed_json
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    check_length,
    check_range,
    violation,
)
from serverless_stack.checks.services.lambda_function.rules.function import FUNCTION

RULES = RuleList()

_MAPPING = "AWS::Lambda::EventSourceMapping"
_API = "CreateEventSourceMapping (AWS Lambda API Reference)"
_SQS = "Using Lambda with Amazon SQS"
_KINDS = {"kinesis": "kinesis", "dynamodb": "dynamodb", "sqs": "sqs", "kafka": "kafka", "mq": "mq"}
_TYPES = {
    "AWS::SQS::Queue": "sqs",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::MSK::Cluster": "kafka",
}
_STREAMS = ("kinesis", "dynamodb")
_MOST_RECORDS = {"kinesis": 10_000, "dynamodb": 10_000, "kafka": 10_000, "mq": 10_000}
_STREAM_ONLY = (
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "TumblingWindowInSeconds",
)


def _source(mapping: Resource) -> tuple[str, Resource | None]:
    """Return the kind of an event source, and the source; empty and None if they are unknown."""
    source = mapping.reference("EventSourceArn")
    if source is not None:
        return _TYPES.get(source.type, ""), source
    arn = mapping.get("EventSourceArn")
    parts = arn.split(":") if isinstance(arn, str) else []
    return (_KINDS.get(parts[2], "") if len(parts) > 5 else ""), None


def _is_fifo(mapping: Resource, queue: Resource | None) -> bool:
    if queue is not None:
        return bool(queue.boolean("FifoQueue"))
    return str(mapping.get("EventSourceArn")).endswith(".fifo")


@RULES.resource("LAMBDA-040", _MAPPING, page=_API)
def batch_size(mapping: Resource) -> Iterator[Violation]:
    """`BatchSize` must be within the limits of the event source.

    Lambda refuses batches of more than 10,000 records, of more than 10 messages from FIFO queues,
    and of more than 10 messages from queues without a batching window.
    """
    kind, source = _source(mapping)
    if kind in _MOST_RECORDS:
        yield from check_range(mapping, "BatchSize", 1, _MOST_RECORDS[kind], "records")
    if kind != "sqs":
        return
    fifo = _is_fifo(mapping, source)
    size = mapping.number("BatchSize")
    yield from check_range(mapping, "BatchSize", 1, 10 if fifo else 10_000, "messages")
    window = mapping.get("MaximumBatchingWindowInSeconds")
    seconds = mapping.number("MaximumBatchingWindowInSeconds") or 0
    path = "MaximumBatchingWindowInSeconds"
    if not fifo and size is not None and size > 10 and not is_unresolved(window) and seconds < 1:
        yield violation(path, "be 1 or more with a `BatchSize` above 10", int(seconds), 1)
    if fifo and seconds > 0:
        yield violation(path, "be absent for a FIFO queue", int(seconds), 0)


@RULES.resource("LAMBDA-041", _MAPPING, page=_API)
def batching_window(mapping: Resource) -> Iterator[Violation]:
    """`MaximumBatchingWindowInSeconds` must be between 0 and 300 seconds.

    Lambda refuses the event source mapping otherwise.
    """
    yield from check_range(mapping, "MaximumBatchingWindowInSeconds", 0, 300, "seconds")


@RULES.resource("LAMBDA-042", _MAPPING, page=_API)
def starting_position(mapping: Resource) -> Iterator[Violation]:
    """`StartingPosition` must be set for streams, and for streams only.

    Lambda refuses a stream without it, a queue with it, and a timestamp where the position is not
    AT_TIMESTAMP. DynamoDB streams have no AT_TIMESTAMP.
    """
    kind, _ = _source(mapping)
    position = mapping.get("StartingPosition")
    if kind in (*_STREAMS, "kafka") and position is None:
        yield violation("StartingPosition", "be set for a stream", None, "LATEST")
    if kind in ("sqs", "mq") and position is not None:
        yield violation("StartingPosition", "be absent for a queue", position)
    if position == "AT_TIMESTAMP":
        if kind == "dynamodb":
            requirement = "be LATEST or TRIM_HORIZON for DynamoDB"
            yield violation("StartingPosition", requirement, position, "TRIM_HORIZON")
        elif mapping.get("StartingPositionTimestamp") is None:
            yield violation("StartingPositionTimestamp", "be set with AT_TIMESTAMP", None)
    elif position in ("LATEST", "TRIM_HORIZON"):
        when = mapping.get("StartingPositionTimestamp")
        if when is not None:
            yield violation("StartingPositionTimestamp", f"be absent with {position}", when)


@RULES.resource("LAMBDA-043", _MAPPING, page=_API)
def stream_settings(mapping: Resource) -> Iterator[Violation]:
    """Event source mappings must have settings of their source only.

    Lambda refuses settings of streams on queues, a maximum concurrency on anything but SQS, and
    failure destinations on queues, which have a redrive policy.
    """
    kind, _ = _source(mapping)
    if kind in ("sqs", "mq"):
        for name in _STREAM_ONLY:
            value = mapping.get(name)
            if value is not None and value is not False:
                yield violation(name, "be absent for a queue", value)
    if kind and kind != "sqs" and mapping.get("ScalingConfig.MaximumConcurrency") is not None:
        path = "ScalingConfig.MaximumConcurrency"
        yield violation(path, "be absent for what is no SQS queue", mapping.get(path))
    if kind == "sqs" and mapping.get("DestinationConfig.OnFailure.Destination") is not None:
        path = "DestinationConfig.OnFailure.Destination"
        yield violation(
            path, "be absent for a queue, which has a redrive policy", mapping.get(path)
        )


@RULES.resource("LAMBDA-044", _MAPPING, page=_API)
def ranges(mapping: Resource) -> Iterator[Violation]:
    """Event source settings must be within Lambda's limits.

    Lambda refuses values outside the ranges for parallelization, tumbling windows, retries,
    concurrency and record age.
    """
    yield from check_range(mapping, "ParallelizationFactor", 1, 10)
    yield from check_range(mapping, "TumblingWindowInSeconds", 0, 900, "seconds")
    yield from check_range(mapping, "MaximumRetryAttempts", -1, 10_000)
    yield from check_range(mapping, "ScalingConfig.MaximumConcurrency", 2, 1000)
    age = mapping.number("MaximumRecordAgeInSeconds")
    if age is not None and age != -1 and not 60 <= age <= 604_800:
        nearest = 60 if age < 60 else 604_800
        yield violation(
            "MaximumRecordAgeInSeconds", "be -1 or 60 to 604,800 seconds", int(age), nearest
        )


@RULES.resource("LAMBDA-045", _MAPPING, page="Control which events Lambda sends to your function")
def filters(mapping: Resource) -> Iterator[Violation]:
    """`FilterCriteria` must be at most 10 JSON objects of 4,096 characters.

    Lambda refuses other filters.
    """
    yield from check_count(mapping, "FilterCriteria.Filters", 10, "filters")
    for path in mapping.paths("FilterCriteria.Filters"):
        pattern = mapping.text(f"{path}.Pattern")
        if pattern is None:
            continue
        yield from check_length(mapping, f"{path}.Pattern", 4096)
        if not isinstance(parsed_json(pattern), dict):
            yield violation(
                f"{path}.Pattern", "be a JSON object", pattern, '{"body": {"a": ["b"]}}'
            )


@RULES.resource("LAMBDA-046", _MAPPING, page=_SQS)
def visibility_timeout(mapping: Resource) -> Iterator[Violation]:
    """`VisibilityTimeout` must be at least the time-out of the function.

    Lambda refuses the event source mapping, because messages would reappear while they are being
    processed. Six times the time-out is recommended.
    """
    kind, queue = _source(mapping)
    function = mapping.reference("FunctionName")
    if kind != "sqs" or queue is None or function is None or function.type != FUNCTION:
        return
    timeout, visible = function.number("Timeout"), queue.number("VisibilityTimeout")
    if function.get("Timeout") is None:
        timeout = 3
    if queue.get("VisibilityTimeout") is None:
        visible = 30
    if timeout is not None and visible is not None and visible < timeout:
        requirement = f"be at least the `Timeout` of {function.logical_id} ({timeout:g} seconds)"
        yield violation(
            "VisibilityTimeout",
            requirement,
            int(visible),
            f"{timeout:g}",
            resource=queue.logical_id,
        )


@RULES.resource("LAMBDA-047", _MAPPING, page="Using Lambda with Amazon DynamoDB")
def table_stream(mapping: Resource) -> Iterator[Violation]:
    """Tables require a stream to trigger functions.

    Lambda refuses the event source mapping of a table without a `StreamSpecification`.
    """
    table = mapping.reference("EventSourceArn")
    if table is None or table.type != "AWS::DynamoDB::Table":
        return
    if table.get("StreamSpecification") is None:
        id = table.logical_id
        yield violation("StreamSpecification", "be set for a trigger", None, resource=id)
