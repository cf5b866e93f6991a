"""Requests and responses of ASGI, and the viewer's request that a distribution serves."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Rewrite = Callable[[str], str]
Response = tuple[int, dict[str, Any], bytes]

current_viewer_headers: ContextVar[list[tuple[str, str]]] = ContextVar(
    "serverless_stack_viewer_headers"
)
"""The viewer's headers as sent. MiniStack forwards only lower-case names to an origin."""

current_connection: ContextVar[tuple[int, str]] = ContextVar("serverless_stack_connection")
"""The viewer's port and version of HTTP, for which MiniStack's function has no arguments."""


@dataclass(frozen=True)
class Incoming:
    """A request as it was received.

    Attributes:
        method: The HTTP method.
        path: The path, percent-encoded as sent.
        query: The query string as sent.
        headers: The headers in order, with the case of their names.
        body: The body.
        client: The IP address of the client.
        port: The port of the client.
        http_version: The version of HTTP.
    """

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    client: str
    port: int = 0
    http_version: str = "1.1"

    def header(self, name: str) -> str:
        """Return the first value of a header, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class ClientGoneError(ConnectionError):
    """The client disconnected before its request was complete."""


async def read_request(scope: Scope, receive: Receive, limit: int) -> Incoming:
    """Read a whole request.

    Args:
        scope: The ASGI scope.
        receive: The ASGI receive callable.
        limit: The maximum size of the body. One byte more is kept of a longer body.

    Raises:
        ClientGoneError: The client disconnected.
    """
    body = await read_body(receive, limit)
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    return Incoming(
        method=scope["method"],
        path=raw_path.decode("latin-1").partition("?")[0],
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=[(k.decode("latin-1"), _text(v)) for k, v in scope["headers"]],
        body=body,
        client=(scope.get("client") or ("127.0.0.1", 0))[0],
        port=(scope.get("client") or ("127.0.0.1", 0))[1],
        http_version=scope.get("http_version", "1.1"),
    )


async def read_body(receive: Receive, limit: int | None = None) -> bytes:
    """Read the body of a request; one byte more than the limit of a longer one.

    Raises:
        ClientGoneError: The client disconnected.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        piece: bytes = message.get("body", b"")
        if limit is None or size <= limit:
            pieces.append(piece)
            size += len(piece)
        if not message.get("more_body"):
            break
    return b"".join(pieces)[: None if limit is None else limit + 1]


async def write_response(
    send: Send,
    method: str,
    response: Response,
    rewrite: Rewrite | None = None,
) -> None:
    """Write a response.

    Args:
        send: The ASGI send callable.
        method: The request's method; HEAD gets the headers only.
        response: Status, headers and body. A list of values is sent as several headers.
        rewrite: Rewrites ``Location``.
    """
    status, headers, body = response
    bodiless = method == "HEAD" or status in (204, 304) or status < 200
    pairs: list[tuple[bytes, bytes]] = []
    for name, value in headers.items():
        lower = name.lower()
        if lower == "content-length" and not (method == "HEAD" and not body):
            continue
        for item in value if isinstance(value, (list, tuple)) else [value]:
            text = str(item)
            if lower == "location" and rewrite is not None:
                text = rewrite(text)
            pairs.append((name.encode("latin-1"), _bytes(text)))
    names = {name.lower() for name, _value in pairs}
    if b"date" not in names:
        pairs.append((b"Date", formatdate(usegmt=True).encode("ascii")))
    if b"content-length" not in names and status != 204 and status >= 200:
        pairs.append((b"Content-Length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": b"" if bodiless else body})


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _bytes(value: str) -> bytes:
    clean = value.replace("\r", " ").replace("\n", " ").strip()
    try:
        return clean.encode("latin-1")
    except UnicodeEncodeError:
        return clean.encode("utf-8")


def viewer_case(name: str) -> str:
    """Return a header's name in the viewer's case, or in CloudFront's."""
    for sent, _value in current_viewer_headers.get([]):
        if sent.lower() == name.lower():
            return sent
    return "-".join(part.capitalize() for part in name.split("-"))
