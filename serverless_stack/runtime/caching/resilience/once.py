"""What is made on first use, and once, whatever the threads."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.resilience.forks import renew_in_children

T = TypeVar("T")


class Once(Generic[T]):
    """Calls a function once and gives what it gave.

    Args:
        make: The function; if it raises, the next call tries again.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._lock = threading.Lock()
        renew_in_children(self)

    def renew(self) -> None:
        """Wait for no thread of the parent process."""
        self._lock = threading.Lock()

    def __call__(self) -> T:
        """Give it."""
        if not self._made:
            with self._lock:
                if not self._made:
                    self._made.append(self._make())
        return self._made[0]

    def forget(self) -> None:
        """Have it made again."""
        with self._lock:
            self._made.clear()
