"""One writer of a key at a time, in one process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from serverless_stack.runtime.caching.resilience.forks import renew_in_children


class KeyLocks:
    """Makes a lock for each key that is being written, and keeps none of them."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[threading.RLock, int]] = {}
        self._lock = threading.Lock()
        renew_in_children(self)

    def renew(self) -> None:
        """Forget the writers, which are threads of the parent process."""
        self._lock = threading.Lock()
        self._locks.clear()

    @contextmanager
    def of(self, key: str) -> Iterator[None]:
        """Wait until nobody else writes the key, and be its writer."""
        with self._lock:
            lock, users = self._locks.get(key, (threading.RLock(), 0))
            self._locks[key] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, users = self._locks.get(key, (lock, 1))  # none after a fork
                if users == 1:
                    self._locks.pop(key, None)
                else:
                    self._locks[key] = (lock, users - 1)
