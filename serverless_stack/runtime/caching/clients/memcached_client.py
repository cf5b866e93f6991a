"""pymemcache's client, with one deadline for everything it takes to connect.

Importing this module loads pymemcache, so it is imported where a connection is made.
"""

import time

from pymemcache.client.base import Client  # type: ignore[import-untyped]

from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.resilience.deadline import BoundedSocket, open_socket

TYPE_CHECKING = False

if TYPE_CHECKING:
    import ssl


class BoundedClient(Client):  # type: ignore[misc]
    """Looks up the name, connects, shakes hands and asks within one time-out.

    Attributes:
        tls: The context for TLS; None for a plain connection.
        spent: Seconds of the time-out that have gone by before the connection is made.
    """

    tls: "ssl.SSLContext | None" = None
    spent: float = 0.0

    def _connect(self) -> None:
        self.close()
        deadline = time.monotonic() + self.timeout - self.spent
        wire = open_socket(Endpoint(*self.server), deadline, self.tls)
        self.sock = BoundedSocket(wire, self.timeout, deadline)

    def mark_connected(self) -> None:
        """Start the time-out anew with each further command."""
        if self.sock is not None:
            self.sock.mark_connected()


def client_of(endpoint: Endpoint, timeout: float, tls: "ssl.SSLContext | None") -> BoundedClient:
    """Make a client of one connection, not yet connected."""
    client = BoundedClient(tuple(endpoint), connect_timeout=timeout, timeout=timeout)
    client.tls = tls
    return client
