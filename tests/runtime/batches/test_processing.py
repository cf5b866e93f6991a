from collections.abc import Callable
from typing import Any

import pytest

from serverless_stack.runtime import batches

Event = dict[str, Any]
ARN = "arn:aws:sqs:eu-west-1:123456789012:orders"


def queue(*bodies: str, arn: str = ARN) -> Event:
    return {
        "Records": [
            {
                "messageId": f"m-{body}",
                "body": body,
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
            }
            for body in bodies
        ]
    }


def kinesis(*bodies: str) -> Event:
    return {
        "Records": [
            {"eventSource": "aws:kinesis", "body": body, "kinesis": {"sequenceNumber": f"m-{body}"}}
            for body in bodies
        ]
    }


def table(*bodies: str) -> Event:
    return {
        "Records": [
            {"eventSource": "aws:dynamodb", "body": b, "dynamodb": {"SequenceNumber": f"m-{b}"}}
            for b in bodies
        ]
    }


def fifo(*bodies: str) -> Event:
    return queue(*bodies, arn=f"{ARN}.fifo")


class Handler:
    """A handler that fails for some bodies."""

    def __init__(self, *poison: str) -> None:
        self.seen: list[str] = []
        self.poison = poison

    def __call__(self, record: dict[str, Any]) -> str:
        self.seen.append(record["body"])
        if record["body"] in self.poison:
            raise RuntimeError(f"{record['body']} is poison")
        return "not used"


def failed(response: batches.BatchResponse) -> list[str]:
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


@pytest.mark.parametrize("make", [queue, fifo, kinesis, table])
def test_nothing_fails(make: Callable[..., Event]) -> None:
    handler = Handler()
    assert batches.process(make("a", "b"), handler) == {"batchItemFailures": []}
    assert handler.seen == ["a", "b"]


def test_messages_of_a_queue_fail_one_by_one() -> None:
    handler = Handler("a", "c")
    assert failed(batches.process(queue("a", "b", "c", "d"), handler)) == ["m-a", "m-c"]
    assert handler.seen == ["a", "b", "c", "d"]


def test_a_fifo_queue_stops_and_repeats_the_rest() -> None:
    handler = Handler("b")
    assert failed(batches.process(fifo("a", "b", "c"), handler)) == ["m-b", "m-c"]
    assert handler.seen == ["a", "b"]


@pytest.mark.parametrize("make", [kinesis, table])
def test_a_stream_stops_and_is_repeated_from_there(make: Callable[..., Event]) -> None:
    handler = Handler("b", "c")
    assert failed(batches.process(make("a", "b", "c"), handler)) == ["m-b"]
    assert handler.seen == ["a", "b"]


def test_failures_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    batches.process(queue("a"), Handler("a"))
    assert "record m-a failed" in caplog.text
    assert "RuntimeError: a is poison" in caplog.text


def test_an_exit_is_no_failure_of_a_record() -> None:
    def leave(record: object) -> None:
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        batches.process(queue("a"), leave)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"source": "aws.s3"}, "`event` must have a list of `Records`, got the keys: source"),
        ({"Records": [{"eventSource": "aws:s3"}]}, "a batch of SQS, Kinesis or DynamoDB, got: aws"),
        ({"Records": ["text"]}, "got: no record of a batch"),
        ({"Records": [{"eventSource": "aws:sqs"}]}, "got: no record of a batch"),
        ([], "`event` must be the event of the function"),
    ],
)
def test_other_events_are_refused_before_a_record_is_processed(event: Event, message: str) -> None:
    handler = Handler()
    with pytest.raises(ValueError, match=message):
        batches.process(event, handler)
    assert handler.seen == []


def test_a_handler_has_to_be_a_function() -> None:
    with pytest.raises(ValueError, match="`record_handler` must be a function"):
        batches.process(queue("a"), "handle")  # type: ignore[arg-type]


def test_a_handler_that_nobody_awaits_is_refused() -> None:
    async def handle() -> None:
        """Not reached."""

    awaitable = handle()
    with pytest.raises(ValueError, match=r"an awaitable, .* with `asyncio.run`"):
        batches.process(queue("a"), lambda record: awaitable)
    awaitable.close()
