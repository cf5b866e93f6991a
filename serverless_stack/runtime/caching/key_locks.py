"""One writer of a key at a time, in one process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class KeyLocks:
    """Makes a lock for each key that is being written, and keeps none of them."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[threading.RLock, int]] = {}
        self._lock = threading.Lock()

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
                lock, users = self._locks[key]
                if users == 1:
                    del self._locks[key]
                else:
                    self._locks[key] = (lock, users - 1)
