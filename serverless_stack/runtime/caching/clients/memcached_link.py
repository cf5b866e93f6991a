"""One Memcached node: how a command is sent, and what its errors mean."""

import time
from collections.abc import Callable

from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.link import Link
from serverless_stack.runtime.caching.errors import StoreError, StoreRefused, StoreUnavailable

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.clients.protocols import MemcachedClient

    _Link = Link[MemcachedClient]
else:
    _Link = Link  # a name in a text would have to be compiled


class MemcachedLink(_Link):
    """A node's connections behind a circuit breaker.

    Args:
        endpoint: Where the node is.
        connect: Makes a client of one connection.
        cool_down: Seconds for which the node is not asked after a failure.
        on_failure: See `Link`.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        connect: "Callable[[Endpoint], MemcachedClient]",
        cool_down: float,
        on_failure: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(f"memcached at {endpoint}", cool_down, on_failure)
        self.endpoint = endpoint
        self._connect = connect

    def get(self, name: bytes) -> bytes | None:
        """Give an entry."""
        if not self.breaker.is_open:  # the hot path: `run`, unrolled
            try:
                client = self._idle.pop()
            except IndexError:
                pass
            else:
                started = time.monotonic()
                try:
                    data = client.get(name)
                except Exception as error:
                    return self._resume(error, client, started, name)
                self._idle.append(client)
                return data
        return self.run(lambda client: client.get(name))

    def _resume(
        self, error: Exception, client: "MemcachedClient", started: float, name: bytes
    ) -> bytes | None:
        return self.breaker.call(
            lambda: self._recover(error, client, started, lambda new: new.get(name), True)
        )

    def _open(self, spent: float) -> "MemcachedClient":
        client = self._connect(self.endpoint)
        if spent and hasattr(client, "spent"):
            client.spent = spent
        return client

    def _close(self, connection: "MemcachedClient") -> None:
        connection.close()

    def _is_stale(self, connection: "MemcachedClient") -> bool:
        wire = getattr(connection, "sock", None)
        if wire is None:
            return False
        before = wire.gettimeout()
        try:
            wire.settimeout(0)
            # Nothing is on its way to an idle client but the end of the connection.
            wire.recv(1)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            return type(error).__name__ != "SSLWantReadError"
        finally:
            wire.settimeout(before)
        return True

    def _was_closed(self, error: Exception) -> bool:
        from pymemcache import exceptions  # type: ignore[import-untyped]

        return isinstance(error, ConnectionError | exceptions.MemcacheUnexpectedCloseError)

    def _was_never_run(self, error: Exception) -> bool:
        return False

    def _was_refused(self, error: Exception) -> bool:
        return False  # pymemcache closes the connection after any error

    def _explain(self, error: Exception) -> StoreError | Exception:
        from pymemcache import exceptions

        if isinstance(
            error,
            OSError | exceptions.MemcacheUnexpectedCloseError | exceptions.MemcacheUnknownError,
        ):
            return StoreUnavailable(f"{self.breaker.name}: {str(error) or type(error).__name__}")
        if isinstance(error, exceptions.MemcacheError):
            return StoreRefused(f"{self.breaker.name}: {error}")
        return error
