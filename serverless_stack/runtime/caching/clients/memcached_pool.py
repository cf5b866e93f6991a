"""One Memcached node: how a command is sent, and what its errors mean."""

import re
import time
from collections.abc import Callable

from serverless_stack.runtime.caching.base import (
    StoreError,
    StoreRefused,
    StoreUnavailable,
    check_key,
)
from serverless_stack.runtime.caching.clients.connection_pool import ConnectionPool, Failure
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.libraries import load

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.clients.protocols import MemcachedClient

    _Pool = ConnectionPool[MemcachedClient]
else:
    _Pool = ConnectionPool  # a subscript with a name in quotes would have to be compiled

EXPIRED = -1
"""The expiry of an entry that is gone at once."""

_HASHED = "sha256:"
_MAX_RELATIVE_TTL = 30 * 24 * 60 * 60  # seconds; memcached takes more for a point in time
_MAX_TIME = 2**31 - 1  # January 2038: memcached takes a later point in time for one in the past
_PLAIN_KEY = re.compile(rf"(?!{_HASHED})[!-~]{{1,250}}").fullmatch


def wire_key(key: str) -> bytes:
    """Return a key as Memcached accepts it: a hash if it is long, has blanks or is not ASCII.

    A key that looks like a hash is hashed, too, so that no two keys become one.
    """
    try:
        if _PLAIN_KEY(key):
            return key.encode()
    except TypeError:  # no text, which is refused below
        pass
    import hashlib

    check_key(key)
    return f"{_HASHED}{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}".encode()


def expiry(ttl: int | None) -> int:
    """Return a time to live as Memcached accepts it: 0 for none, a point in time for a long one.

    An entry that would live beyond January 2038 lives until then, or for 30 days.
    """
    if ttl is None:
        return 0
    if ttl <= _MAX_RELATIVE_TTL:
        return ttl
    until = min(int(time.time()) + ttl, _MAX_TIME)
    return until if until - time.time() > _MAX_RELATIVE_TTL else _MAX_RELATIVE_TTL


class MemcachedPool(_Pool):
    """The connections of one node, behind a circuit breaker.

    Args:
        endpoint: Where the node is.
        connect: Makes a client of one connection.
        cool_down: Seconds for which the node is not asked after a failure.
        on_failure: See `ConnectionPool`.
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
        """Return an entry."""
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

    def _explain(self, error: Exception) -> tuple[int, StoreError]:
        load("pymemcache")
        from pymemcache import exceptions  # type: ignore[import-untyped]

        if isinstance(error, StoreError):  # a refusal of ours, or a name that is not resolved
            return Failure.FAILED, error
        message = f"{self.breaker.name}: {str(error) or type(error).__name__}"
        if isinstance(error, ConnectionError | exceptions.MemcacheUnexpectedCloseError):
            return Failure.CLOSED, StoreUnavailable(message)
        if isinstance(error, exceptions.MemcacheError) and not isinstance(
            error, exceptions.MemcacheUnknownError
        ):  # pymemcache closes the connection after any error
            return Failure.FAILED, StoreRefused(message)
        return Failure.FAILED, StoreUnavailable(message)
