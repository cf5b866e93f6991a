"""Rules on queues and the functions that read them."""

from collections.abc import Iterator

from serverless_stack.checks.cross_service.functions import functions_in, timeout
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_MAPPING = "AWS::Lambda::EventSourceMapping"
_PAGE = "Creating and configuring an Amazon SQS event source mapping"


@RULES.resource("CROSS-SERVICE-011", _MAPPING, page=_PAGE, severity=Severity.WARNING)
def visibility_for_retries(mapping: Resource) -> Iterator[Violation]:
    """`VisibilityTimeout` must be at least six times the function's time-out.

    AWS recommends this so that Lambda can retry a batch when the function is throttled. Messages
    are otherwise delivered again while they are still being processed.
    """
    for queue, hidden, seconds in _read(mapping):
        advised = _advised(mapping, seconds)
        if seconds <= hidden < advised:
            requirement = (
                "be at least six times the time-out of the function that reads it, "
                f"{advised:g} seconds, so that Lambda can try again when it is throttled"
            )
            shown = int(hidden) if hidden == int(hidden) else hidden
            nearest = f"{advised:g}"
            yield violation(
                "VisibilityTimeout", requirement, shown, nearest, resource=queue.logical_id
            )


def _read(mapping: Resource) -> Iterator[tuple[Resource, float, float]]:
    """Yield the queue that a function reads, how long it hides messages, and the time-out."""
    queue = mapping.reference("EventSourceArn")
    if queue is None or queue.type != "AWS::SQS::Queue":
        return
    hidden = 30 if queue.get("VisibilityTimeout") is None else queue.number("VisibilityTimeout")
    for function in functions_in(mapping.template, mapping.get("FunctionName")):
        seconds = timeout(function)
        if hidden is not None and seconds is not None:
            yield queue, hidden, seconds


def _advised(mapping: Resource, seconds: float) -> float:
    return 6 * seconds + (mapping.number("MaximumBatchingWindowInSeconds") or 0)
