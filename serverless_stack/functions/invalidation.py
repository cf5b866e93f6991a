"""The function behind ``Invalidation``: it invalidates paths when the trigger has changed."""

from datetime import timedelta

from serverless_stack.functions.custom_resource import (
    Context,
    Event,
    Json,
    Request,
    answered,
    logger,
)
from serverless_stack.operations.invalidation.client import send, wait_for

_COMPARED = ("Trigger", "Paths", "Distributions")
_RESERVE_SECONDS = 30


def handler(event: Event, context: Context) -> None:
    """Answer CloudFormation.

    Args:
        event: Its request, with ``Distributions``, ``Paths``, ``Trigger`` and ``WaitSeconds``.
        context: The context of the call.
    """
    request = Request.parse(event)
    answered(event, context, request.resource.rpartition("/")[2], lambda: _run(request, context))


def _run(request: Request, context: Context) -> dict[str, Json]:
    asked, before = request.properties, request.old_properties
    same = request.kind == "Update" and all(asked[key] == before.get(key) for key in _COMPARED)
    if request.kind == "Delete" or same:
        return {"PathsBilled": 0}

    def left() -> float:
        return max(0.0, context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS)

    sent = send(
        _texts(asked["Paths"]),
        _texts(asked["Distributions"]),
        deployment=f"{request.resource}/{asked['Trigger']}",
        replaces=request.operation,
        patience=timedelta(seconds=min(600, left())),
    )
    # What was spent on finding room for it is not there for waiting any more.
    seconds = min(float(str(asked["WaitSeconds"])), left())
    if seconds > 0:
        sent = wait_for(sent, timedelta(seconds=seconds))
    for each in sent:
        logger.info("invalidated %s: %s", each.distribution_id, each)
    return {"PathsBilled": sum(each.paths for each in sent)}


def _texts(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
