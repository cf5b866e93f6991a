"""Queues with the functions that read them, and with each other."""

from collections.abc import Iterator

from serverless_stack.checks.cross.functions import functions_in, timeout
from serverless_stack.checks.findings import Severity
from serverless_stack.checks.registry import Problem, must, rule
from serverless_stack.checks.template import Resource

_MAPPING = "AWS::Lambda::EventSourceMapping"
_PAGE = "Creating and configuring an Amazon SQS event source mapping"


@rule("XS-010", _MAPPING, page=_PAGE)
def visibility(mapping: Resource) -> Iterator[Problem]:
    """A message stays hidden as long as the function that reads it may run."""
    for queue, hidden, seconds in _read(mapping):
        if hidden < seconds:
            wanted = f"be the time-out of the function that reads it or more, {seconds:g} seconds"
            nearest = f"{seconds:g}; AWS advises {_advised(mapping, seconds):g}"
            yield _told(queue, wanted, hidden, nearest)


@rule("XS-011", _MAPPING, page=_PAGE, severity=Severity.WARNING)
def visibility_for_retries(mapping: Resource) -> Iterator[Problem]:
    """A message stays hidden while Lambda tries again when the function is throttled."""
    for queue, hidden, seconds in _read(mapping):
        advised = _advised(mapping, seconds)
        if seconds <= hidden < advised:
            wanted = (
                "be six times the time-out of the function that reads it or more, "
                f"{advised:g} seconds, so that Lambda can try again when it is throttled"
            )
            nearest = f"{advised:g}"
            yield _told(queue, wanted, hidden, nearest)


@rule("XS-012", "AWS::SQS::Queue", page="Using dead-letter queues in Amazon SQS")
def dead_letters(queue: Resource) -> Iterator[Problem]:
    """The dead-letter queue of a FIFO queue is one, and that of another is not."""
    other = queue.reference("RedrivePolicy.deadLetterTargetArn")
    if other is None or other.type != "AWS::SQS::Queue":
        return
    kinds = [_is_fifo(queue), _is_fifo(other)]
    if None not in kinds and kinds[0] != kinds[1]:
        wanted = (
            "be a FIFO queue, too" if kinds[0] else "not be a FIFO queue, as its source is none"
        )
        path = "RedrivePolicy.deadLetterTargetArn"
        yield must(path, wanted, other.logical_id)


@rule("XS-013", "AWS::SQS::Queue", page="Using dead-letter queues in Amazon SQS")
def itself(queue: Resource) -> Iterator[Problem]:
    """A queue is not its own dead-letter queue."""
    other = queue.reference("RedrivePolicy.deadLetterTargetArn")
    if other is not None and other.logical_id == queue.logical_id:
        path = "RedrivePolicy.deadLetterTargetArn"
        yield must(path, "be another queue", other.logical_id)


def _read(mapping: Resource) -> Iterator[tuple[Resource, float, float]]:
    """The queue that a function reads, how long it hides messages, and the time-out."""
    queue = mapping.reference("EventSourceArn")
    if queue is None or queue.type != "AWS::SQS::Queue":
        return
    hidden = 30 if queue.get("VisibilityTimeout") is None else queue.number("VisibilityTimeout")
    for function in functions_in(mapping.template, mapping.get("FunctionName")):
        seconds = timeout(function)
        if hidden is not None and seconds is not None:
            yield queue, hidden, seconds


def _told(queue: Resource, wanted: str, hidden: float, nearest: str) -> Problem:
    shown = int(hidden) if hidden == int(hidden) else hidden
    return must("VisibilityTimeout", wanted, shown, nearest, resource=queue.logical_id)


def _advised(mapping: Resource, seconds: float) -> float:
    return 6 * seconds + (mapping.number("MaximumBatchingWindowInSeconds") or 0)


def _is_fifo(queue: Resource) -> bool | None:
    return False if queue.get("FifoQueue") is None else queue.boolean("FifoQueue")
