"""What CloudFormation asks of a custom resource, and how it is answered."""

import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Event: TypeAlias = Mapping[str, Json]

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

_MAX_REASON = 1000  # an answer may have 4,096 bytes in all
_ATTEMPTS = 5


class Context(Protocol):
    """What Lambda tells a function about its call."""

    log_stream_name: str
    function_name: str

    def get_remaining_time_in_millis(self) -> int:
        """How long the call may still take."""
        ...


@dataclass(frozen=True)
class Request:
    """A request of CloudFormation.

    Attributes:
        kind: ``Create``, ``Update`` or ``Delete``.
        operation: An id of the operation, the same when Lambda repeats the call.
        resource: An id of the resource in its stack.
        physical_id: The id that the resource has, empty when it is created.
        properties: What is asked for.
        old_properties: What was asked for before an update.
    """

    kind: str
    operation: str
    resource: str
    physical_id: str
    properties: dict[str, Json]
    old_properties: dict[str, Json]

    @classmethod
    def parse(cls, event: Event) -> "Request":
        """Read the event of a call."""
        return cls(
            kind=str(event["RequestType"]),
            operation=str(event["RequestId"]),
            resource=f"{event['StackId']}/{event['LogicalResourceId']}",
            physical_id=str(event.get("PhysicalResourceId") or ""),
            properties=mapping_of(event.get("ResourceProperties") or {}),
            old_properties=mapping_of(event.get("OldResourceProperties") or {}),
        )


def mapping_of(value: Json) -> dict[str, Json]:
    """A value that has to be a mapping.

    Raises:
        TypeError: If it is none.
    """
    if not isinstance(value, dict):
        raise TypeError(f"a mapping is wanted, got: {type(value).__name__}")
    return value


def list_of(value: Json) -> list[Json]:
    """A value that has to be a list.

    Raises:
        TypeError: If it is none.
    """
    if not isinstance(value, list):
        raise TypeError(f"a list is wanted, got: {type(value).__name__}")
    return value


def answered(
    event: Event,
    context: Context,
    physical_id: str,
    work: Callable[[], Mapping[str, Json] | None],
) -> None:
    """Do the work of a request and tell CloudFormation how it ended.

    An error is logged and reported: if it were raised, Lambda would repeat the call, and
    CloudFormation would wait for an hour.

    Args:
        event: The event of the call.
        context: The context of the call.
        physical_id: The id of the resource.
        work: Gives the attributes of the resource, or None if the answer comes later.
    """
    try:
        data = work()
    except Exception as error:
        logger.exception("failed")
        reason = f"{type(error).__name__}: {error}"
        respond(event, context, physical_id, status="FAILED", reason=reason)
        return
    if data is not None:
        respond(event, context, physical_id, status="SUCCESS", data=data)


def respond(
    event: Event,
    context: Context,
    physical_id: str,
    *,
    status: str,
    reason: str = "",
    data: Mapping[str, Json] | None = None,
) -> None:
    """Answer CloudFormation.

    Args:
        event: The event of the call; its ``ResponseURL`` is a secret and never logged.
        context: The context of the call.
        physical_id: The id of the resource.
        status: ``SUCCESS`` or ``FAILED``.
        reason: What the stack's event shows when it failed; cut where it is too long.
        data: The attributes of the resource.
    """
    where = f" (log stream {context.log_stream_name})"
    told = reason if len(reason) <= _MAX_REASON else f"{reason[: _MAX_REASON - 3]}..."
    body = json.dumps(
        {
            "Status": status,
            "Reason": f"{told}{where}" if status == "FAILED" else "",
            "PhysicalResourceId": physical_id,
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
            "Data": dict(data or {}),
        }
    ).encode()
    # CloudFormation signs the URL for an empty content type.
    request = urllib.request.Request(
        str(event["ResponseURL"]), data=body, method="PUT", headers={"Content-Type": ""}
    )
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(request, timeout=10):
                return
        except (urllib.error.URLError, TimeoutError) as error:
            code = getattr(error, "code", 503)
            if attempt == _ATTEMPTS or code < 500:
                raise
            logger.warning("CloudFormation did not take the answer: %s", type(error).__name__)
            time.sleep(attempt)
