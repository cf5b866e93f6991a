"""How much may be held in memory at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """A number of bytes that threads share.

    Args:
        size: How many.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, weight: int) -> Iterator[None]:
        """Take some of it; waits until it is there.

        Args:
            weight: How many bytes. More than there are in all are taken as all.
        """
        own = min(weight, self._size)
        with self._changed:
            self._changed.wait_for(lambda: self._left >= own)
            self._left -= own
        try:
            yield
        finally:
            with self._changed:
                self._left += own
                self._changed.notify_all()
