"""A request to a REST API, and its binary media types."""

import time
import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

DEFAULT_MEDIA_TYPE = "application/json"

HeaderPairs = list[tuple[str, str]]
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"}
)


@dataclass(frozen=True)
class RestRequest:
    """A request as sent: nothing is decoded, folded or renamed.

    Attributes:
        api_id: The API.
        stage: The stage, the first segment of the path.
        method: The HTTP method.
        path: The path below the stage, percent-encoded as sent, with its leading slash.
        query: The query string as sent, without the question mark.
        headers: The headers in order, with the case of their names.
        body: The body.
        client: The IP address of the client.
        region: The region of the API, for its domain name.
        domain: The custom domain name that was requested; empty for that of API Gateway.
        base_path: What its mapping removed from the path.
        request_id: The id in logs and in the response.
        target: The whole path as sent, which a signature covers.
        context: The event's ``requestContext``, set when there is an event.
        identity: What is known of the caller, for ``requestContext.identity``.
    """

    api_id: str
    stage: str
    method: str
    path: str
    query: str
    headers: HeaderPairs
    body: bytes
    client: str
    region: str
    domain: str = ""
    base_path: str = ""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    target: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict)

    @property
    def domain_name(self) -> str:
        """The host name of the API on AWS."""
        return self.domain or f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    @property
    def public_path(self) -> str:
        """The path as the caller sees it: below the stage, or below the base path of a domain."""
        prefix = self.base_path if self.domain else f"/{self.stage}"
        return f"{prefix}{self.path}"

    @property
    def trace_id(self) -> str:
        """The X-Ray trace header, for requests without one."""
        return f"Root=1-{int(time.time()):08x}-{self.request_id.replace('-', '')[:24]}"

    def header(self, name: str) -> str:
        """Return the last value of a header, or an empty string."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[-1] if values else ""

    def multi_headers(self) -> dict[str, list[str]]:
        """Return the headers for the function: end-to-end ones, and those that the gateway adds.

        Names that differ only in case are one header, with the first spelling.
        """
        merged: dict[str, list[str]] = {}
        spelling: dict[str, str] = {}
        for name, value in self.headers:
            lower = name.lower()
            if lower in HOP_BY_HOP or lower in ("host", "x-forwarded-for", "content-length"):
                continue
            merged.setdefault(spelling.setdefault(lower, name), []).append(value)
        forwarded = self.header("x-forwarded-for")
        added = {
            "Host": self.domain_name,
            "X-Amzn-Trace-Id": self.header("x-amzn-trace-id") or self.trace_id,
            "X-Forwarded-For": f"{forwarded}, {self.client}" if forwarded else self.client,
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
        }
        for name, value in added.items():
            merged.pop(spelling.get(name.lower(), name), None)
            merged[name] = [value]
        return dict(sorted(merged.items()))

    def multi_query(self) -> dict[str, list[str]]:
        """Return the decoded query string: all values of each name, in order."""
        merged: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            merged.setdefault(name, []).append(value)
        return merged


_current: ContextVar[RestRequest | None] = ContextVar("serverless_stack_rest_request", default=None)


def current_request() -> RestRequest | None:
    """Return the request that this task serves, if any."""
    return _current.get()


def set_current_request(request: RestRequest) -> None:
    """Set the request that this task serves."""
    _current.set(request)


def is_binary(media_type: str, binary_media_types: list[str]) -> bool:
    """Return whether a media type is binary.

    Args:
        media_type: The value of ``Content-Type`` or ``Accept``. As on AWS, only the first item of
            a list counts, and a missing header means JSON.
        binary_media_types: The API's binary media types. ``*/*`` and ``image/*`` are wildcards.
    """
    first = media_type.split(",", 1)[0].split(";", 1)[0].strip().lower() or DEFAULT_MEDIA_TYPE
    for pattern in binary_media_types:
        binary = pattern.strip().lower()
        if binary in ("*/*", first):
            return True
        if binary.endswith("/*") and first.split("/", 1)[0] == binary[:-2]:
            return True
    return False
