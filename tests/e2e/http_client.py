"""Requests as they are written: no path is normalised and no header is added."""

import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """An answer; header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        values = self.all(name)
        assert len(values) == 1, f"{name}: {values}"
        return values[0]

    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.body)


def send(method: str, url: str, headers: Headers = (), body: bytes | None = None) -> Reply:
    """Send a request over HTTP.

    Args:
        method: The verb.
        url: What follows the host goes out byte for byte.
        headers: Sent as they are; `Host` replaces the one of the URL.
        body: Sent with its length.
    """
    parts = urlsplit(url)
    # Browsers know where NAME.localhost is; the resolvers of many machines do not.
    local = str(parts.hostname).endswith(".localhost")
    address = "127.0.0.1" if local else str(parts.hostname)
    connection = http.client.HTTPConnection(address, int(parts.port or 80), timeout=60)
    own_host = any(name.lower() == "host" for name, _ in headers)
    try:
        connection.putrequest(
            method,
            parts.path + (f"?{parts.query}" if parts.query else ""),
            skip_host=True,
            skip_accept_encoding=True,
        )
        for name, value in headers if own_host else [("Host", parts.netloc), *headers]:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        pairs = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Reply(answer.status, pairs, answer.read())
    finally:
        connection.close()
