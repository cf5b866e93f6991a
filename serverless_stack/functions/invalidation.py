"""The function behind ``Invalidation``: invalidate paths and tags when the trigger has changed."""

from datetime import timedelta

from serverless_stack.functions.custom_resource import (
    Context,
    Event,
    Json,
    Request,
    answered,
    logger,
)
from serverless_stack.operations.invalidation.client import DEFAULT_PATIENCE, send, wait_for

_COMPARED = ("Trigger", "Paths", "Tags", "Distributions")
_RESERVE_SECONDS = 30


def handler(event: Event, context: Context) -> None:
    """Handle a request of CloudFormation.

    Args:
        event: The request, with ``Distributions``, ``Paths``, ``Tags``, ``Trigger`` and
            ``WaitSeconds``.
        context: The context of the call.
    """
    name = str(event["LogicalResourceId"])
    answered(event, context, name, lambda: _run(event, context))


def _run(event: Event, context: Context) -> dict[str, Json]:
    if event.get("RequestType") == "Delete":  # whatever the properties: a stack must be able to go
        return {"PathsBilled": 0}
    request = Request.parse(event)
    properties, previous = request.properties, request.old_properties
    unchanged = all(properties.get(name) == previous.get(name) for name in _COMPARED)
    if request.kind == "Update" and unchanged:
        return {"PathsBilled": 0}

    def seconds_left() -> float:
        return max(0.0, context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS)

    invalidations = send(
        _texts(properties["Paths"]),
        _texts(properties["Distributions"]),
        deployment=f"{request.resource}/{properties['Trigger']}",
        replaces=request.operation,
        tags=_texts(properties.get("Tags") or []),
        patience=min(DEFAULT_PATIENCE, timedelta(seconds=seconds_left())),
    )
    # Sending may have taken time that was meant for waiting.
    seconds = min(float(str(properties["WaitSeconds"])), seconds_left())
    if seconds > 0:
        invalidations = wait_for(invalidations, timedelta(seconds=seconds))
    for invalidation in invalidations:
        logger.info("invalidated %s: %s", invalidation.distribution_id, invalidation)
    return {"PathsBilled": sum(invalidation.paths for invalidation in invalidations)}


def _texts(value: Json) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got: {type(value).__name__}")
    return [str(item) for item in value]
