"""The function behind ``Invalidation``: it invalidates paths when the trigger has changed."""

from datetime import timedelta

from serverless_stack.operations.deploy_time.custom_resource import (
    Context,
    Event,
    Json,
    Request,
    answered,
    logger,
)
from serverless_stack.operations.invalidation.sender import send

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
    left = context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS
    seconds = min(float(str(asked["WaitSeconds"])), left)
    sent = send(
        _texts(asked["Paths"]),
        _texts(asked["Distributions"]),
        deployment=f"{request.resource}/{asked['Trigger']}",
        replaces=request.operation,
        wait=timedelta(seconds=seconds) if seconds > 0 else False,
        patience=timedelta(seconds=max(0, min(600, left))),
    )
    for each in sent:
        logger.info("invalidated %s: %s", each.distribution_id, each)
    return {"PathsBilled": sum(each.paths for each in sent)}


def _texts(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
