"""Work that nobody can bound, in a thread of its own, so that no caller waits for too long."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.errors import StoreUnavailable
from serverless_stack.runtime.caching.resilience.forks import renew_in_children

T = TypeVar("T")


class Background(Generic[T]):
    """Runs a function in a daemon thread, one run at a time; callers share the run.

    A lookup in DNS and a read of a secret have no time-out, or a longer one than a request
    may take. The run goes on when a caller has given up, so that a later call finds it done.

    Args:
        name: What is done, for the message about a time-out.
        work: The function. What it raises goes to all who wait for the run.
    """

    def __init__(self, name: str, work: Callable[[], T]) -> None:
        self._name = name
        self._work = work
        self._lock = threading.Lock()
        self._run: _Run[T] | None = None
        renew_in_children(self)

    def renew(self) -> None:
        """Wait for no thread of the parent process."""
        self._lock = threading.Lock()
        self._run = None

    def start(self) -> None:
        """Start a run unless there is one, and do not wait for it."""
        self._current()

    def get(self, timeout: float) -> T:
        """Give the outcome of the run that is under way, or else of a new one.

        Raises:
            StoreUnavailable: The run has not ended after ``timeout`` seconds.
        """
        run = self._current()
        if not run.done.wait(timeout):
            raise StoreUnavailable(f"{self._name}: not done after {timeout:.3g} s")
        return run.outcome()

    def _current(self) -> "_Run[T]":
        with self._lock:
            run = self._run
            if run is None or run.done.is_set():
                run = self._run = _Run()
                thread = threading.Thread(
                    target=run.do, args=(self._work,), name=self._name, daemon=True
                )
                thread.start()
            return run


class _Run(Generic[T]):
    def __init__(self) -> None:
        self.done = threading.Event()
        self._result: list[T] = []
        self._error: Exception | None = None

    def do(self, work: Callable[[], T]) -> None:
        try:
            self._result.append(work())
        except Exception as error:
            self._error = error
        finally:
            self.done.set()

    def outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return self._result[0]
