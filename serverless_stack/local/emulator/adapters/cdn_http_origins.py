"""Web servers as origins: attempts to connect, and all three time-outs of an origin.

"Origin connection timeout and attempts", "Response timeout" and "Response completion timeout".
MiniStack tries once, with one time-out for everything.
"""

import http.client
import time
from typing import Any

from ministack.services import cloudfront

from .types import Record

_SAFE = ("GET", "HEAD")
_PIECE = 1 << 16
Forwarded = tuple[int, str, list[tuple[str, str]], bytes]


def apply() -> None:
    """Apply this module's patch."""
    cloudfront._forward_to_origin = forward


def forward(
    origin: Record,
    method: str,
    uri: str,
    query: str,
    headers: dict[str, Any],
    body: bytes,
    viewer_is_https: bool,
    client_ip: str = "127.0.0.1",
    forwarded_for: str = "",
) -> Forwarded:
    """Send a request to a web server, and return its response.

    Raises:
        cloudfront.OriginTimeout: It did not respond in time.
        cloudfront.OriginUnreachable: It refused the connection, or is one of AWS's own.
    """
    host, port, is_https = cloudfront._origin_connect_target(origin, viewer_is_https)
    if cloudfront._is_aws_owned_host(cloudfront._normalize_origin_host(host)):
        raise cloudfront.OriginUnreachable(f"{host} is not in this cloud")
    sent = cloudfront._origin_request_headers(origin, headers, client_ip, forwarded_for)
    target = f"{uri}?{query}" if query else uri
    attempts = origin.get("attempts", 1)
    for attempt in range(1, attempts + 1):
        connection = _connected(origin, host, port, is_https)
        try:
            return _exchange(connection, origin, method, target, body, sent)
        except TimeoutError as error:
            # A request that writes is not sent twice.
            if attempt == attempts or method not in _SAFE:
                raise cloudfront.OriginTimeout(f"{host} does not respond") from error
        except (http.client.HTTPException, OSError) as error:
            raise cloudfront.OriginUnreachable(f"{host}: {error}") from error
        finally:
            connection.close()
    raise cloudfront.OriginTimeout(f"{host} does not respond")


def _connected(origin: Record, host: str, port: int, is_https: bool) -> http.client.HTTPConnection:
    """Return a connection, after as many attempts as the origin has."""
    failure: OSError = OSError("no attempt")
    for _attempt in range(origin.get("attempts", 1)):
        timeout = origin.get("connection_timeout", 10)
        connection = (
            http.client.HTTPSConnection(
                host, port, timeout=timeout, context=cloudfront._origin_ssl_context()
            )
            if is_https
            else http.client.HTTPConnection(host, port, timeout=timeout)
        )
        try:
            connection.connect()
        except OSError as error:
            failure = error
        else:
            return connection
    if isinstance(failure, TimeoutError):
        raise cloudfront.OriginTimeout(f"cannot connect to {host} in time") from failure
    raise cloudfront.OriginUnreachable(f"cannot connect to {host}: {failure}") from failure


def _exchange(
    connection: http.client.HTTPConnection,
    origin: Record,
    method: str,
    target: str,
    body: bytes,
    headers: dict[str, str],
) -> Forwarded:
    connection.sock.settimeout(origin.get("read_timeout", 30))
    connection.request(method, target, body=body or None, headers=headers)
    response = connection.getresponse()
    limit = origin.get("completion_timeout")
    deadline = time.monotonic() + limit if limit else None
    pieces = []
    while piece := response.read(_PIECE):
        pieces.append(piece)
        if deadline is not None and time.monotonic() > deadline:
            raise TimeoutError(f"the response is not complete after {limit} seconds")
    return response.status, response.reason, response.getheaders(), b"".join(pieces)
