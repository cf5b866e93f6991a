"""redis-py's connections, with one deadline for everything it takes to make them.

Importing this module loads redis-py, so it is imported where a connection is made.
"""

import socket
import time
from collections.abc import Callable
from typing import cast

from redis.backoff import NoBackoff
from redis.connection import Connection, SSLConnection, parse_url
from redis.retry import Retry

from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.resilience.deadline import BoundedSocket, open_socket

TYPE_CHECKING = False

if TYPE_CHECKING:
    import ssl

    from serverless_stack.runtime.caching.clients.protocols import Credentials, RedisConnection


class BoundedConnection(Connection):
    """Looks up the name, connects, shakes hands, authenticates and asks within one time-out.

    Attributes:
        tls: The context for TLS; None for a plain connection.
        spent: Seconds of the time-out that have gone by before the connection is made.
    """

    tls: "ssl.SSLContext | None" = None
    spent: float = 0.0
    _deadline: float = 0.0
    _wire: BoundedSocket | None = None

    def _connect(self) -> socket.socket:
        return self._bound(self._open())

    def _open(self) -> socket.socket:
        self._deadline = time.monotonic() + float(self.socket_timeout or 0) - self.spent
        return open_socket(Endpoint(self.host, self.port), self._deadline, self.tls)

    def _bound(self, wire: socket.socket) -> socket.socket:
        self._wire = BoundedSocket(wire, float(self.socket_timeout or 0), self._deadline)
        return cast("socket.socket", self._wire)

    def mark_connected(self) -> None:
        """Start the time-out anew with each further command."""
        if self._wire is not None:
            self._wire.mark_connected()


class _Plain(BoundedConnection):
    def _connect(self) -> socket.socket:
        return self._open()


class OwnTlsConnection(SSLConnection, _Plain):
    """A bounded connection whose URL has TLS options (`ssl_ca_certs` and so on)."""

    def _connect(self) -> socket.socket:
        return self._bound(super()._connect())  # type: ignore[no-untyped-call]


def connection_to(
    endpoint: Endpoint,
    timeout: float,
    tls: "ssl.SSLContext | None",
    credentials: "Credentials | None",
    db: int = 0,
) -> "RedisConnection":
    """Make a connection, not yet connected."""
    connection = BoundedConnection(  # type: ignore[no-untyped-call]
        host=endpoint.host,
        port=endpoint.port,
        db=db,
        credential_provider=credentials,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
    connection.tls = tls
    return _without_client_info(connection)


def connection_of_url(
    url: str, timeout: float, trust: "Callable[[], ssl.SSLContext]"
) -> "RedisConnection":
    """Make a connection, not yet connected, from a URL with redis-py's options."""
    options: dict[str, object] = parse_url(url)  # type: ignore[no-untyped-call]
    options |= {"socket_timeout": timeout, "retry": Retry(NoBackoff(), 0)}
    kind = options.pop("connection_class", BoundedConnection)
    options.setdefault("protocol", 2)
    options.pop("socket_connect_timeout", None)
    if kind is SSLConnection and any(name.startswith("ssl_") for name in options):
        return _without_client_info(OwnTlsConnection(**options))  # type: ignore[arg-type]
    connection = BoundedConnection(**options)  # type: ignore[no-untyped-call]
    if kind is SSLConnection:
        connection.tls = trust()
    return _without_client_info(connection)


def _without_client_info(connection: BoundedConnection) -> "RedisConnection":
    """Leave out two round trips of every connect, which tell redis-py's name and version."""
    for name in ("driver_info", "lib_name", "lib_version"):  # before redis-py 7 the latter two
        setattr(connection, name, None)
    return connection
