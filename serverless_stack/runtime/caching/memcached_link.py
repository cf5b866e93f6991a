"""One Memcached node: how a command is sent, and what its errors mean."""

import socket
import time
from collections.abc import Callable
from typing import Protocol

from serverless_stack.runtime.caching.environment import Endpoint
from serverless_stack.runtime.caching.errors import StoreError, StoreRefused, StoreUnavailable
from serverless_stack.runtime.caching.link import Link


class MemcachedClient(Protocol):
    """The part of pymemcache's clients that a store uses, from one thread at a time."""

    def get(self, key: bytes) -> bytes | None:
        """Give an entry."""

    def get_many(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Give the entries that there are."""

    def gets(self, key: bytes) -> tuple[bytes | None, bytes | None]:
        """Give an entry and its version."""

    def set(self, key: bytes, value: bytes, expire: int, noreply: bool) -> bool | None:
        """Store an entry."""

    def set_many(self, values: dict[bytes, bytes], expire: int, noreply: bool) -> list[bytes]:
        """Store entries; gives the keys of those that were not."""

    def add(self, key: bytes, value: bytes, expire: int, noreply: bool) -> bool:
        """Store an entry unless there is one."""

    def cas(self, key: bytes, value: bytes, cas: bytes, expire: int, noreply: bool) -> bool | None:
        """Replace an entry that still has this version."""

    def delete(self, key: bytes, noreply: bool) -> bool:
        """Remove an entry."""

    def incr(self, key: bytes, value: int) -> int | None:
        """Add to a counter; None when there is none."""

    def close(self) -> None:
        """Close the connection."""


class MemcachedLink(Link[MemcachedClient]):
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
        connect: Callable[[Endpoint], MemcachedClient],
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
        self, error: Exception, client: MemcachedClient, started: float, name: bytes
    ) -> bytes | None:
        return self.breaker.call(
            lambda: self._recover(error, client, started, lambda new: new.get(name), True)
        )

    def _open(self, spent: float) -> MemcachedClient:
        client = self._connect(self.endpoint)
        if spent and hasattr(client, "spent"):
            client.spent = spent
        return client

    def _settle(self, connection: MemcachedClient) -> None:
        settle = getattr(connection, "settle", None)
        if settle is not None:
            settle()

    def _close(self, connection: MemcachedClient) -> None:
        connection.close()

    def _is_stale(self, connection: MemcachedClient) -> bool:
        wire = getattr(connection, "sock", None)
        if not isinstance(wire, socket.socket):
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
