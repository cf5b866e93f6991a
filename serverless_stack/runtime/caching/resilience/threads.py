"""Results, locks and background work shared by threads."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.base import StoreError, StoreUnavailable
from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock, register_fork_aware

T = TypeVar("T")


class Once(Generic[T]):
    """Calls a function on first use, and returns its result from then on.

    Args:
        make: The function. If it raises, the next call tries again.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._result: list[T] = []
        self._lock = ForkSafeLock()

    def __call__(self) -> T:
        """Return the result."""
        if not self._result:
            with self._lock:
                if not self._result:
                    self._result.append(self._make())
        return self._result[0]

    def forget(self) -> None:
        """Call the function again on next use."""
        self._result.clear()


class KeyLocks:
    """One lock per key in use; a thread may take the lock of a key twice."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[threading.RLock, int]] = {}
        self._lock = ForkSafeLock()
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Forget the locks of the parent's threads."""
        self._locks.clear()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Wait until no other thread holds the key, and hold it."""
        with self._lock:
            lock, users = self._locks.get(key, (threading.RLock(), 0))
            self._locks[key] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, users = self._locks.get(key, (lock, 1))  # absent after a fork
                if users == 1:
                    self._locks.pop(key, None)
                else:
                    self._locks[key] = (lock, users - 1)


class Background(Generic[T]):
    """Runs a function in a daemon thread, one run at a time; callers share the run.

    For work without a time-out, or with a longer one than a request may take: looking up a
    name in DNS, reading a secret. A run goes on when its callers have given up, so that a
    later call finds it done.

    Args:
        name: What the function does, for the message of a time-out.
        work: The function. Its exceptions go to all callers that wait for the run.
    """

    def __init__(self, name: str, work: Callable[[], T]) -> None:
        self._name = name
        self._work = work
        self._lock = ForkSafeLock()
        self._run: _Run[T] | None = None
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Forget the run of the parent's thread."""
        self._run = None

    def start(self) -> None:
        """Start a run unless one is under way, and return at once."""
        self._current()

    def get(self, timeout: float) -> T:
        """Return the result of the run that is under way, or else of a new one.

        Raises:
            StoreUnavailable: The run has not ended after ``timeout`` seconds, or raised what
                nobody expects of it.
            StoreError: The run raised it.
            OSError: The run raised it.
        """
        run = self._current()
        if not run.done.wait(timeout):
            raise StoreUnavailable(f"{self._name}: timed out after {timeout:.3g} s")
        error = run.error
        if isinstance(error, StoreError | OSError):
            raise error
        if error is not None:  # whatever a library raises means that the cache cannot be used
            raise StoreUnavailable(f"{self._name}: {type(error).__name__}: {error}") from error
        return run.result[0]

    def _current(self) -> "_Run[T]":
        with self._lock:
            run = self._run
            if run is None or run.done.is_set():
                run = self._run = _Run()
                threading.Thread(
                    target=run.do, args=(self._work,), name=self._name, daemon=True
                ).start()
            return run


class _Run(Generic[T]):
    def __init__(self) -> None:
        self.done = threading.Event()
        self.result: list[T] = []
        self.error: Exception | None = None

    def do(self, work: Callable[[], T]) -> None:
        try:
            self.result.append(work())
        except Exception as error:
            self.error = error
        finally:
            self.done.set()
