"""Sockets with one deadline: for connecting, and for each answer, in however many pieces.

This is ours because the time-outs of redis-py and pymemcache are those of `socket`: they count
anew for each system call. A server that sends a byte from time to time would hold a request
for ever, and a slow name lookup, handshake and login would each take a whole time-out.
"""

import functools
import socket
import time
from collections.abc import Sequence

TYPE_CHECKING = False

if TYPE_CHECKING:
    import ssl
    from collections.abc import Buffer  # type: ignore[attr-defined] # before Python 3.12

    from serverless_stack.runtime.caching.clients.environment import Endpoint
    from serverless_stack.runtime.caching.resilience.threads import Background

_Addresses = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]]


def left(deadline: float) -> float:
    """Return the seconds until a deadline on the monotonic clock.

    Raises:
        TimeoutError: The deadline has passed.
    """
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def open_socket(
    endpoint: "Endpoint", deadline: float, tls: "ssl.SSLContext | None" = None
) -> socket.socket:
    """Look up the name, connect, and shake hands if there is a TLS context.

    The time-out of the socket is what is left until the deadline.

    Raises:
        TimeoutError: The deadline has passed.
        OSError: No connection, no such host, or a certificate that is not trusted.
        StoreUnavailable: The name was not resolved before the deadline.
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


def _addresses(endpoint: "Endpoint", deadline: float) -> _Addresses:
    try:  # a numeric address needs no lookup
        return socket.getaddrinfo(*endpoint, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return _lookup(endpoint).get(left(deadline))


@functools.lru_cache(maxsize=256)
def _lookup(endpoint: "Endpoint") -> "Background[_Addresses]":
    from serverless_stack.runtime.caching.resilience.threads import Background

    return Background(
        f"lookup of {endpoint.host}",
        lambda: socket.getaddrinfo(*endpoint, type=socket.SOCK_STREAM),
    )


class BoundedSocket:
    """Replaces the socket of a redis-py or pymemcache connection.

    Args:
        wire: The socket.
        timeout: Seconds for an answer, from the command on.
        deadline: When, on the monotonic clock, everything before `mark_connected` must have come.
    """

    __slots__ = ("_is_connected", "_is_limited", "_is_partial", "_timeout", "_until", "_wire")

    def __init__(self, wire: socket.socket, timeout: float, deadline: float) -> None:
        self._wire = wire
        self._timeout = timeout
        self._until = deadline
        self._is_connected = False
        self._is_partial = True
        self._is_limited = True

    def mark_connected(self) -> None:
        """Start the time-out anew with each command from now on."""
        self._is_connected = True

    def sendall(self, data: "Buffer") -> None:
        """Send a command, which starts the time of its answer."""
        if self._is_connected:
            self._until = time.monotonic() + self._timeout
            if self._is_limited:
                self._wire.settimeout(self._timeout)
                self._is_limited = False
            self._is_partial = False
        else:
            self._limit()
        self._wire.sendall(data)

    def recv(self, size: int) -> bytes:
        """Receive some bytes of an answer.

        Raises:
            TimeoutError: None came before the deadline.
        """
        if self._is_partial:
            self._limit()
        self._is_partial = True  # the next piece gets what is left of the time-out
        return self._wire.recv(size)

    def recv_into(self, buffer: "Buffer") -> int:
        """Receive some bytes into a buffer, for redis-py with hiredis; see `recv`."""
        if self._is_partial:
            self._limit()
        self._is_partial = True
        return self._wire.recv_into(buffer)

    def settimeout(self, seconds: float | None) -> None:
        """Set the time-out of the next bytes."""
        self._wire.settimeout(seconds)
        self._is_limited = True
        self._is_partial = not self._is_connected

    def __getattr__(self, name: str) -> object:
        return getattr(self._wire, name)

    def _limit(self) -> None:
        self._wire.settimeout(left(self._until))
        self._is_limited = True
