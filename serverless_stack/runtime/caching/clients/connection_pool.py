"""One server: its idle connections behind a circuit breaker, and one way to send a command.

The pools of redis-py and pymemcache are not used here, because a hit through them takes longer
(redis-py's client: 1.6 times as long; pymemcache's pool: 1.2 times), their threads wait for a
common lock, and neither repeats a command only if it may run twice and within one time-out.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.base import StoreError, StoreUnavailable
from serverless_stack.runtime.caching.resilience.breaker import CircuitBreaker
from serverless_stack.runtime.caching.resilience.forks import register_fork_aware

C = TypeVar("C")
T = TypeVar("T")


class Failure:
    """What an error says about a command and its connection; an enum would load more slowly.

    Attributes:
        REFUSED: The server refused the command; the connection can be used again.
        NOT_RUN: The server did not run the command, and may do so on a new connection.
        CLOSED: The server closed the connection; nobody knows whether it ran the command.
        FAILED: The connection is of no use any more.
    """

    REFUSED, NOT_RUN, CLOSED, FAILED = range(4)


class ConnectionPool(ABC, Generic[C]):
    """Lends an idle connection, or a new one, to one command at a time.

    There is neither a lock nor a limit to connections, so that threads that ask a hung server
    do not wait for each other but all give up after one time-out.

    A server may close an idle connection. That is no failure: a command that can be repeated
    is sent once more on a new connection, within the same time-out; before any other command,
    the connection is checked.

    Args:
        name: What messages call the server.
        cool_down: Seconds for which the server is not asked after a failure.
        on_failure: Called when the server begins to fail and when a probe has failed; it must
            return at once.
    """

    def __init__(
        self, name: str, cool_down: float, on_failure: Callable[[], None] | None = None
    ) -> None:
        self.breaker = CircuitBreaker(name, cool_down, on_failure=on_failure)
        self._idle: list[C] = []  # whose `pop` and `append` need no lock
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Leave the connections to the parent process: two processes must not share one."""
        self._idle.clear()

    def run(self, command: Callable[[C], T], repeatable: bool = True) -> T:
        """Run a command.

        Raises:
            StoreUnavailable: The server cannot be used, or the breaker is open.
            StoreRefused: The server refused the command.
        """
        return self.breaker.call(lambda: self._attempt(command, repeatable))

    def drop(self) -> None:
        """Close the idle connections: after a failure they lead to the same dead server."""
        while self._idle:
            self._close(self._idle.pop())

    def _attempt(self, command: Callable[[C], T], repeatable: bool) -> T:
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._on_new(command, 0.0)
        if not repeatable and self._is_stale(connection):
            self._close(connection)
            self.drop()
            return self._on_new(command, 0.0)
        started = time.monotonic()
        try:
            answer = command(connection)
        except Exception as error:
            return self._recover(error, connection, started, command, repeatable)
        self._idle.append(connection)
        return answer

    def _recover(
        self,
        error: Exception,
        connection: C,
        started: float,
        command: Callable[[C], T],
        repeatable: bool,
    ) -> T:
        """Continue after an error on a connection that was idle until ``started``."""
        failure, explained = self._explain(error)
        if failure == Failure.REFUSED:
            self._idle.append(connection)
            raise explained
        self._close(connection)
        self.drop()
        if failure == Failure.NOT_RUN or (failure == Failure.CLOSED and repeatable):
            return self._on_new(command, time.monotonic() - started)
        raise explained from error

    def _on_new(self, command: Callable[[C], T], spent: float) -> T:
        connection: C | None = None
        try:
            connection = self._open(spent)
            answer = command(connection)
        except Exception as error:
            if connection is not None:
                self._close(connection)
            _, explained = self._explain(error)
            if isinstance(explained, StoreUnavailable):
                self.drop()
            raise explained from error
        mark_connected = getattr(
            connection, "mark_connected", None
        )  # absent from a user's own client
        if mark_connected is not None:
            mark_connected()
        self._idle.append(connection)
        return answer

    @abstractmethod
    def _open(self, spent: float) -> C:
        """Make a connection, ``spent`` seconds of whose time-out have gone by."""

    @abstractmethod
    def _close(self, connection: C) -> None:
        """Close a connection."""

    @abstractmethod
    def _is_stale(self, connection: C) -> bool:
        """Return whether the server has closed an idle connection."""

    @abstractmethod
    def _explain(self, error: Exception) -> tuple[int, StoreError]:
        """Return the `Failure` of an error, and the exception for the caller.

        Whatever a client library raises means that the cache cannot be used: a server that
        lies makes them raise almost anything.
        """
