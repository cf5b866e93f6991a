"""One Memcached node: its client, and what its errors mean."""

import ssl
from collections.abc import Callable
from typing import Protocol, TypeVar

from serverless_stack.runtime.caching.breaker import CircuitBreaker
from serverless_stack.runtime.caching.environment import Endpoint
from serverless_stack.runtime.caching.errors import StoreRefused, StoreUnavailable

T = TypeVar("T")


class MemcachedClient(Protocol):
    """The part of pymemcache's clients that a store uses; it must be safe between threads."""

    def get(self, key: bytes) -> bytes | None:
        """Give an entry."""

    def get_many(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Give the entries that there are."""

    def gets(self, key: bytes) -> tuple[bytes | None, bytes | None]:
        """Give an entry and its version."""

    def cas(self, key: bytes, value: bytes, cas: bytes, expire: int, noreply: bool) -> bool | None:
        """Replace an entry that still has this version."""

    def set_many(self, values: dict[bytes, bytes], expire: int, noreply: bool) -> list[bytes]:
        """Store entries; gives the keys of those that were not."""

    def set(self, key: bytes, value: bytes, expire: int, noreply: bool) -> bool | None:
        """Store an entry."""

    def add(self, key: bytes, value: bytes, expire: int, noreply: bool) -> bool:
        """Store an entry unless there is one."""

    def delete(self, key: bytes, noreply: bool) -> bool:
        """Remove an entry."""

    def incr(self, key: bytes, value: int) -> int | None:
        """Add to a counter; None when there is none."""

    def close(self) -> None:
        """Close all connections; the next call makes a new one."""


class MemcachedLink:
    """A node's client, made on first use, behind a circuit breaker."""

    def __init__(
        self, endpoint: Endpoint, connect: Callable[[Endpoint], MemcachedClient], cool_down: float
    ) -> None:
        self._endpoint = endpoint
        self._connect = connect
        self._client: MemcachedClient | None = None
        self._breaker = CircuitBreaker(f"memcached at {endpoint}", cool_down)

    def run(self, command: Callable[[MemcachedClient], T]) -> T:
        """Run a command.

        Raises:
            StoreUnavailable: The node cannot be used, or the breaker is open.
            StoreRefused: The node refused the command.
        """
        return self._breaker.call(lambda: self._attempt(command))

    def _attempt(self, command: Callable[[MemcachedClient], T]) -> T:
        from pymemcache import exceptions  # type: ignore[import-untyped]

        if self._client is None:
            self._client = self._connect(self._endpoint)
        try:
            return command(self._client)
        except (
            OSError,
            exceptions.MemcacheUnexpectedCloseError,
            exceptions.MemcacheUnknownError,
        ) as error:
            self._client.close()  # other idle connections lead to the same dead server
            reason = str(error) or type(error).__name__
            raise StoreUnavailable(f"{self._breaker.name}: {reason}") from error
        except exceptions.MemcacheError as error:
            raise StoreRefused(f"{self._breaker.name}: {error}") from error


def client_of(endpoint: Endpoint, timeout: float, tls: ssl.SSLContext | None) -> MemcachedClient:
    """Make a client with finite time-outs and no retries."""
    from pymemcache.client.base import PooledClient  # type: ignore[import-untyped]

    client: MemcachedClient = PooledClient(
        endpoint, connect_timeout=timeout, timeout=timeout, no_delay=True, tls_context=tls
    )
    return client
