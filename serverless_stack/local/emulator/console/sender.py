"""Requests that a person sends from the console, through the same doors as everybody's."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ..activity import ACTIVITY, new_id
from ..http.catalog import urls
from ..http.exchange import Receive, Scope, Send
from ..http.recording import EXCHANGE_KEY
from ..settings import Settings
from .requests import ConsoleError, ConsoleRequest, Document

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ID = re.compile("[0-9a-f]{32}")
Serve = Callable[[Scope, Receive, Send], Awaitable[None]]


class Sender:
    """Sends requests to the APIs, distributions and functions of this cloud, in this process.

    Args:
        settings: The settings of the emulator.
        application: Serves all ports.
    """

    def __init__(self, settings: Settings, application: Serve) -> None:
        self._settings = settings
        self._application = application

    async def send(self, request: ConsoleRequest) -> Document:
        """Send a request, and return it with its answer and the invocations that it caused.

        Raises:
            ConsoleError: The request is invalid, or not to this cloud.
        """
        method, url = request.text("method", "GET").upper(), request.text("url")
        if method not in METHODS:
            raise ConsoleError(f"`method` must be one of {', '.join(METHODS)}, got: {method}")
        base = next((each for each in self._bases() if url.startswith(each)), None)
        if base is None:
            raise ConsoleError(f"`url` must begin with a URL of this local cloud, got: {url[:200]}")
        body = request.text("body", "").encode()
        exchange_id = request.text("id", new_id())
        if not ID.fullmatch(exchange_id):
            raise ConsoleError("`id` must be 32 hexadecimal digits")
        scope = self._scope(method, url, _headers(request.body.get("headers"), body), exchange_id)
        messages: list[Document] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> MutableMapping[str, Any]:
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            """Drop the answer: it is in the record."""

        await self._application(scope, receive, send)
        return ACTIVITY.exchange(exchange_id) or {}

    def _bases(self) -> list[str]:
        return [item["url"] for items in urls(self._settings).values() for item in items]

    def _scope(
        self, method: str, url: str, headers: list[tuple[bytes, bytes]], exchange_id: str
    ) -> Scope:
        parts = urlsplit(url)
        if not url.isascii() or any(each.isspace() for each in url):
            raise ConsoleError("`url` must be percent-encoded: no spaces, no letters beyond ASCII")
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(parts.path or "/"),
            "raw_path": (parts.path or "/").encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(b"host", parts.netloc.encode()), *headers],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", parts.port or 80),
            EXCHANGE_KEY: exchange_id,
        }


def _headers(given: object, body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers as ASGI has them, with the length of the body.

    Raises:
        ConsoleError: They are no pairs of texts, or no headers.
    """
    pairs: list[tuple[bytes, bytes]] = []
    for pair in given if isinstance(given, list) else []:
        valid = isinstance(pair, list) and len(pair) == 2 and all(type(x) is str for x in pair)
        if not valid or not pair[0].strip() or any(c in "".join(pair) for c in "\r\n\0"):
            raise ConsoleError(f"a header must be a name and a value in one line, got: {pair}")
        name, value = pair[0].strip().lower(), pair[1].strip()
        if name in ("host", "content-length", "transfer-encoding"):
            continue
        try:
            pairs.append((name.encode("ascii"), value.encode("latin-1")))
        except UnicodeEncodeError as error:
            raise ConsoleError(f"a header must have Latin letters only, got: {name}") from error
    return [*pairs, *([(b"content-length", str(len(body)).encode())] if body else [])]
