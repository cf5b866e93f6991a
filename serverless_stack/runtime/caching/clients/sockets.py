"""Connections that are made before a deadline, name lookup and TLS handshake included."""

import functools
import socket
import time
from collections.abc import Sequence

from serverless_stack.runtime.caching.clients.environment import Endpoint

TYPE_CHECKING = False

if TYPE_CHECKING:
    import ssl

    from serverless_stack.runtime.caching.resilience.background import Background

_Addresses = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]]


def left(deadline: float) -> float:
    """Give the seconds until a deadline on the monotonic clock.

    Raises:
        TimeoutError: There are none.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def open_socket(
    endpoint: Endpoint, deadline: float, tls: "ssl.SSLContext | None" = None
) -> socket.socket:
    """Connect, and shake hands if there is a TLS context.

    The time-out of the socket is what is left until the deadline.

    Raises:
        TimeoutError: The deadline has passed.
        OSError: No connection, no such host, or a certificate that is not trusted.
        StoreUnavailable: The name is not resolved before the deadline.
    """
    addresses = _addresses(endpoint, deadline)
    error: OSError = OSError(f"{endpoint.host} has no address")
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        connection = socket.socket(family, kind, protocol)
        try:
            # An address that does not answer leaves time for the next one.
            connection.settimeout(left(deadline) / (len(addresses) - number))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection.connect(address)
            connection.settimeout(left(deadline))
            if tls is not None:
                connection = tls.wrap_socket(connection, server_hostname=endpoint.host)
                connection.settimeout(left(deadline))
        except OSError as failure:
            connection.close()
            error = failure
        else:
            return connection
    raise error


def _addresses(endpoint: Endpoint, deadline: float) -> _Addresses:
    try:  # an address in numbers needs no lookup
        return socket.getaddrinfo(*endpoint, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return _lookup(endpoint).get(left(deadline))


@functools.lru_cache(maxsize=256)
def _lookup(endpoint: Endpoint) -> "Background[_Addresses]":
    from serverless_stack.runtime.caching.resilience.background import Background

    return Background(
        f"lookup of {endpoint.host}",
        lambda: socket.getaddrinfo(*endpoint, type=socket.SOCK_STREAM),
    )
