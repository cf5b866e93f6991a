"""One server: its idle connections, its circuit breaker, and one way to ask it."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.errors import StoreError, StoreUnavailable
from serverless_stack.runtime.caching.resilience.breaker import CircuitBreaker
from serverless_stack.runtime.caching.resilience.forks import renew_in_children

C = TypeVar("C")
T = TypeVar("T")


class Link(ABC, Generic[C]):
    """Lends an idle connection, or a new one, to one command at a time.

    Nobody waits for anybody else: there is no limit to connections and no lock, so that the
    threads that ask a server which hangs all give up after one time-out.

    A server may close a connection that is idle. That is no failure: a command that can be
    repeated is sent once more on a new connection, within the same time-out; before another
    one the connection is looked at.

    Args:
        name: What to call the server in messages.
        cool_down: Seconds for which the server is not asked after a failure.
        on_failure: Called when the server begins to fail and when a probe has failed; it must
            return at once.
    """

    def __init__(
        self, name: str, cool_down: float, on_failure: Callable[[], None] | None = None
    ) -> None:
        self.breaker = CircuitBreaker(name, cool_down, on_failure=on_failure)
        self._idle: list[C] = []  # whose `pop` and `append` need no lock
        renew_in_children(self)

    def renew(self) -> None:
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
        """Go on after an error on a connection that was idle until ``started``."""
        if self._was_refused(error):
            self._idle.append(connection)
            raise self._explain(error)
        self._close(connection)
        self.drop()
        if self._was_never_run(error) or (repeatable and self._was_closed(error)):
            return self._on_new(command, time.monotonic() - started)
        raise self._explain(error)

    def _on_new(self, command: Callable[[C], T], spent: float) -> T:
        connection: C | None = None
        try:
            connection = self._open(spent)
            answer = command(connection)
        except Exception as error:
            if connection is not None:
                self._close(connection)
            explained = self._explain(error)
            if isinstance(explained, StoreUnavailable):
                self.drop()
            if explained is error:
                raise
            raise explained from error
        settle = getattr(connection, "settle", None)  # a client of the caller's has none
        if settle is not None:
            settle()
        self._idle.append(connection)
        return answer

    @abstractmethod
    def _open(self, spent: float) -> C:
        """Make a connection; ``spent`` seconds of the time-out have gone by."""

    @abstractmethod
    def _close(self, connection: C) -> None: ...

    @abstractmethod
    def _is_stale(self, connection: C) -> bool:
        """Tell whether the server has closed an idle connection."""

    @abstractmethod
    def _was_closed(self, error: Exception) -> bool:
        """Tell whether an error means that the server has closed the connection."""

    @abstractmethod
    def _was_never_run(self, error: Exception) -> bool:
        """Tell whether the server has said that it did not run the command, and may yet."""

    @abstractmethod
    def _was_refused(self, error: Exception) -> bool:
        """Tell whether the server has answered, and the connection can be used again."""

    @abstractmethod
    def _explain(self, error: Exception) -> StoreError | Exception:
        """Give the error for the caller; one that is not about the server stays as it is."""
