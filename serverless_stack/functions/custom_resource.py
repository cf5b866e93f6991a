"""Requests of CloudFormation to a custom resource, and the answers."""

import http.client
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

_MAX_BYTES = 4096  # "Custom resource response objects"
_ATTEMPTS = 5
_LATER = {400, 408, 429}  # S3 also says "RequestTimeout" and "SlowDown" like this


class Context(Protocol):
    """The context of a call of a Lambda function."""

    log_stream_name: str
    function_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the call may still take."""
        ...


@dataclass(frozen=True)
class Request:
    """A request of CloudFormation.

    Attributes:
        kind: ``Create``, ``Update`` or ``Delete``.
        operation: An id of the operation, the same when Lambda repeats the call.
        resource: An id of the resource in its stack.
        physical_id: The id of the resource; empty when it is created.
        properties: The properties.
        old_properties: The properties before an update.
    """

    kind: str
    operation: str
    resource: str
    physical_id: str
    properties: dict[str, Json]
    old_properties: dict[str, Json]

    @classmethod
    def parse(cls, event: Event) -> "Request":
        """Read the event of a call.

        Raises:
            TypeError: If the properties are not a mapping.
            KeyError: If the event is not a request.
        """
        return cls(
            kind=str(event["RequestType"]),
            operation=str(event["RequestId"]),
            resource=f"{event['StackId']}/{event['LogicalResourceId']}",
            physical_id=str(event.get("PhysicalResourceId") or ""),
            properties=mapping_of(event.get("ResourceProperties") or {}),
            old_properties=mapping_of(event.get("OldResourceProperties") or {}),
        )


def mapping_of(value: Json) -> dict[str, Json]:
    """Return a value that has to be a mapping.

    Raises:
        TypeError: If it is something else.
    """
    if not isinstance(value, dict):
        raise TypeError(f"a mapping is expected, got: {type(value).__name__}")
    return value


def list_of(value: Json) -> list[Json]:
    """Return a value that has to be a list.

    Raises:
        TypeError: If it is something else.
    """
    if not isinstance(value, list):
        raise TypeError(f"a list is expected, got: {type(value).__name__}")
    return value


def answered(
    event: Event,
    context: Context,
    physical_id: str,
    work: Callable[[], Mapping[str, Json] | None],
) -> None:
    """Do the work of a request and answer CloudFormation, whatever happens.

    An error is logged and reported. If it were raised, Lambda would repeat the call, and
    CloudFormation would wait for an hour.

    Args:
        event: The event of the call.
        context: The context of the call.
        physical_id: The id of the resource.
        work: Returns the attributes of the resource, or None if the answer comes later.
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
        event: The event of the call. Its ``ResponseURL`` is a secret and never logged.
        context: The context of the call.
        physical_id: The id of the resource.
        status: ``SUCCESS`` or ``FAILED``.
        reason: Why it failed, for the events of the stack; shortened if it is too long.
        data: The attributes of the resource.

    Raises:
        OSError: If CloudFormation did not accept the answer. Lambda then repeats the call.
    """
    answer: dict[str, Json] = {
        "Status": status,
        "Reason": "",
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": dict(data or {}),
    }
    body = json.dumps(answer).encode()
    if status == "FAILED":
        body = _with_reason(answer, reason, f" (log stream {context.log_stream_name})")
    # CloudFormation signs the URL for an empty content type.
    request = urllib.request.Request(
        str(event["ResponseURL"]), data=body, method="PUT", headers={"Content-Type": ""}
    )
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(request, timeout=10):
                return
        except (OSError, http.client.HTTPException) as error:
            code = error.code if isinstance(error, urllib.error.HTTPError) else 500
            refused = code < 500 and code not in _LATER
            if refused or attempt == _ATTEMPTS:
                raise
            logger.warning("CloudFormation did not accept the answer: %s", type(error).__name__)
            time.sleep(attempt)


def _with_reason(answer: dict[str, Json], reason: str, suffix: str) -> bytes:
    """Return an answer with as much of a reason as there is room for, in bytes of JSON."""
    shown = reason
    while True:
        body = json.dumps({**answer, "Reason": f"{shown}{suffix}"}).encode()
        excess = len(body) - _MAX_BYTES
        if excess <= 0 or len(shown) <= len("..."):
            return body
        # A character is up to 12 bytes of JSON: cut some of them too little, and look again.
        shown = f"{shown[: max(0, len(shown) - len('...') - max(1, excess // 12))]}..."
