"""The access log of a stage: a line for each request, in the declared format."""

import re
import time
from typing import Any

from ministack.services import cloudwatch_logs

from .request import RestRequest

VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_.]+)")


def access_log_line(template: str, variables: dict[str, Any]) -> str:
    """Return a line of the access log.

    Args:
        template: The stage's format, with ``$context.name`` for variables.
        variables: Nested as in an event's ``requestContext``. Missing ones become ``-``.
    """

    def fill(variable: re.Match[str]) -> str:
        value: Any = variables
        for part in variable[1].rstrip(".").split("."):
            value = value.get(part) if isinstance(value, dict) else None
        dots = "." * (len(variable[1]) - len(variable[1].rstrip(".")))
        return ("-" if value is None else str(value)) + dots

    return VARIABLE.sub(fill, template)


def write_access_log(
    settings: dict[str, str],
    request: RestRequest,
    context: dict[str, Any],
    status: int,
    length: int,
    seconds: float,
) -> None:
    """Write a request's line to the log group of a stage.

    Args:
        settings: The stage's ``accessLogSettings``. Without a destination, nothing is written.
        request: The request.
        context: The event's ``requestContext``; empty if no function was called.
        status: The status of the response.
        length: The size of its body.
        seconds: The duration.
    """
    destination, template = settings.get("destinationArn"), settings.get("format")
    if not destination or not template or ":log-group:" not in destination:
        return
    group = cloudwatch_logs._log_groups.get(destination.split(":log-group:")[1].split(":")[0])
    if group is None:
        return
    now = int(time.time() * 1000)
    basics = {
        "apiId": request.api_id,
        "domainName": request.domain_name,
        "httpMethod": request.method,
        "identity": {"sourceIp": request.client, "userAgent": request.header("user-agent") or None},
        "path": request.public_path,
        "protocol": "HTTP/1.1",
        "requestId": request.request_id,
        "requestTimeEpoch": now,
        "stage": request.stage,
    }
    outcome = {
        "status": status,
        "responseLength": length,
        "responseLatency": int(seconds * 1000),
        "integrationLatency": int(seconds * 1000) if context else None,
        "integrationStatus": status if context else None,
        "error": {"message": None},
    }
    line = access_log_line(template, {**basics, **context, **outcome})
    stream = group["streams"].setdefault(
        request.stage,
        {
            "events": [],
            "uploadSequenceToken": "1",
            "creationTime": now,
            "firstEventTimestamp": None,
            "lastEventTimestamp": None,
            "lastIngestionTime": None,
        },
    )
    event = {"timestamp": now, "message": line, "ingestionTime": now}
    cloudwatch_logs._append_log_events(stream, [event])
