"""Process the records of a batch, and return those that failed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from serverless_stack.runtime.arguments import check_functions, check_kind

Record = dict[str, Any]
"""A record, as Lambda passes it."""


class Failure(TypedDict):
    """A record that failed.

    Attributes:
        itemIdentifier: The id of a message, or the sequence number of a record of a stream.
    """

    itemIdentifier: str


class BatchResponse(TypedDict):
    """The answer that an event source mapping with ``ReportBatchItemFailures`` expects.

    Attributes:
        batchItemFailures: The records that failed; empty if none did.
    """

    batchItemFailures: list[Failure]


def process(
    event: Mapping[str, object], record_handler: Callable[[Record], object]
) -> BatchResponse:
    """Call a function with each record of a batch, and return the records that failed.

    Return the result from your handler. A record fails if ``record_handler`` raises an exception,
    which is logged.

    - A standard queue: all messages are processed, and those that failed are received again.
    - A FIFO queue: processing stops at the first failure, and that message and all that follow are
      received again, so that their order is kept.
    - A stream of Kinesis or DynamoDB: processing stops at the first failure, and Lambda repeats the
      batch from that record.

    AWS describes it in "Implementing partial batch responses". The same record may come twice in
    any case, so that ``record_handler`` has to be idempotent.

    Args:
        event: The event of the function: a batch of SQS, Kinesis or DynamoDB.
        record_handler: Called with each record. What it returns is not used.

    Returns:
        The answer for Lambda.

    Raises:
        ValueError: If the event is no such batch, or ``record_handler`` is an ``async`` function.
            Lambda then repeats the whole batch.
    """
    check_functions(record_handler=record_handler)
    check_kind("event", event, Mapping, "the event of the function")
    records = event.get("Records")
    if not isinstance(records, list):
        raise ValueError(
            f"`event` must have a list of `Records`, got the keys: {', '.join(map(str, event))}"
        )
    # A record that cannot be identified would be lost if it failed after others were processed.
    identifiers = [_identifier(record) for record in records]
    failures: list[Failure] = []
    for number, record in enumerate(records):
        try:
            result = record_handler(record)
        except Exception:
            _log(identifiers[number])
            rest = _failed(record, identifiers[number:])
            failures += [{"itemIdentifier": identifier} for identifier in rest]
            if _is_ordered(record):
                break
        else:
            if hasattr(result, "__await__"):
                raise ValueError(
                    "`record_handler` must have processed the record when it returns, got: an "
                    "awaitable, which nobody awaits; call it with `asyncio.run` in a function"
                )
    return {"batchItemFailures": failures}


def _failed(record: Record, identifiers: Sequence[str]) -> Sequence[str]:
    """Return the identifiers to report, of a record that failed and those that follow."""
    return identifiers if _is_fifo(record) else identifiers[:1]


def _is_fifo(record: Record) -> bool:
    is_queue = record.get("eventSource") == "aws:sqs"
    return is_queue and str(record.get("eventSourceARN", "")).endswith(".fifo")


def _is_ordered(record: Record) -> bool:
    return record.get("eventSource") != "aws:sqs" or _is_fifo(record)


def _identifier(record: Record) -> str:
    try:
        source = record["eventSource"]
        if source == "aws:sqs":
            return str(record["messageId"])
        if source == "aws:kinesis":
            return str(record["kinesis"]["sequenceNumber"])
        if source == "aws:dynamodb":
            return str(record["dynamodb"]["SequenceNumber"])
    except (KeyError, TypeError):
        source = "no record of a batch"
    raise ValueError(
        f"`event` must be a batch of SQS, Kinesis or DynamoDB, got: {source}; other events have no "
        "partial failures"
    )


def _log(identifier: str) -> None:
    import logging  # on failure only: every cold start would pay for it

    logging.getLogger("serverless_stack.batches").exception("record %s failed", identifier)
