"""Recording of requests to the APIs, distributions and functions of this cloud."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ..activity import ACTIVITY, MAX_BODY_BYTES, current_trace, new_id
from .exchange import Receive, Scope, Send

EXCHANGE_KEY = "serverless_stack.exchange"
"""The key of a scope with the id of its request, for a request that the console sends."""

Serve = Callable[[Scope, Receive, Send], Awaitable[None]]


class Body:
    """The first bytes of a body, and its size."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Add a piece. What exceeds the limit is only counted."""
        if piece and self.size < MAX_BODY_BYTES:
            self._pieces.append(piece[: MAX_BODY_BYTES - self.size])
        self.size += len(piece)

    def document(self) -> dict[str, Any]:
        """Return it as text, or as what it is if it is none."""
        content = b"".join(self._pieces)
        is_cut = self.size > len(content)
        try:
            text: str | None = content.decode("utf-8", "ignore" if is_cut else "strict")
        except UnicodeDecodeError:
            text = None
        return {"text": text, "size": self.size, "kept": len(content)}


async def record(via: str, scope: Scope, receive: Receive, send: Send, serve: Serve) -> None:
    """Serve a request, and note what it was and how it was answered.

    Args:
        via: What it goes to: ``api``, ``cdn`` or ``function``.
        scope: The ASGI scope.
        receive: The ASGI receive callable.
        send: The ASGI send callable.
        serve: Serves the request.
    """
    began, asked, answered = time.monotonic(), Body(), Body()
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"").decode("latin-1")
    path = raw_path.decode("latin-1").partition("?")[0]
    exchange: dict[str, Any] = {
        "id": scope.get(EXCHANGE_KEY) or new_id(),
        "via": via,
        "at": time.time(),
        "method": scope["method"],
        "target": f"{path}?{query}" if query else path,
        "status": None,
        "milliseconds": None,
        "outcome": "",
        "request_headers": _pairs(scope["headers"]),
        "request_body": asked.document(),
        "response_headers": [],
        "response_body": answered.document(),
    }
    ACTIVITY.begin_exchange(exchange)
    token = current_trace.set(exchange["id"])

    async def receive_and_note() -> MutableMapping[str, Any]:
        message = await receive()
        asked.add(message.get("body", b""))
        return message

    async def send_and_note(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = _pairs(message.get("headers", []))
            exchange["status"], exchange["response_headers"] = message["status"], headers
            outcomes = [value for name, value in headers if name.lower() == "x-cache"]
            exchange["outcome"] = outcomes[0].partition(" ")[0] if outcomes else ""
        answered.add(message.get("body", b""))
        await send(message)

    try:
        await serve(scope, receive_and_note, send_and_note)
    finally:
        current_trace.reset(token)
        exchange["milliseconds"] = (time.monotonic() - began) * 1000
        exchange["request_body"], exchange["response_body"] = asked.document(), answered.document()
        ACTIVITY.end_exchange(exchange)


def _pairs(headers: list[tuple[bytes, bytes]]) -> list[list[str]]:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers]
