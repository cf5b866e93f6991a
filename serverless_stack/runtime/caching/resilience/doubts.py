"""Keys whose entries may be wrong, because the cache could not be told of a change."""

import threading
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from serverless_stack.runtime.caching.errors import StoreError
from serverless_stack.runtime.caching.resilience.forks import renew_in_children
from serverless_stack.runtime.caching.stores.base import Store

_AT_ONCE = 100  # keys that one request deletes on behalf of earlier ones


class Doubt:
    """Ends by itself when the entry has expired.

    Args:
        until: When, by the clock of `Doubts`.
    """

    __slots__ = ("until",)

    def __init__(self, until: float) -> None:
        self.until = until


class Doubts:
    """Remembers keys to delete as soon as the store answers again.

    Until then this process does not believe the store about them. Other processes do, so
    the first request that finds the store well deletes them.

    Attributes:
        keys: The doubts, by key.
        longest: Seconds that an entry of the store may live, by the strategies that use it.

    Args:
        most: How many keys are remembered, 1 or more. When there are more, the oldest is
            forgotten: its entry stays until its time to live is over.
        clock: Gives the current time in seconds.
    """

    def __init__(self, most: int = 1024, clock: Callable[[], float] = time.monotonic) -> None:
        self.keys: dict[str, Doubt] = {}
        self.longest = 1
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        renew_in_children(self)

    def renew(self) -> None:
        """Wait for no thread of the parent process."""
        self._lock = threading.Lock()

    def mark(self, key: str) -> Doubt | None:
        """Give the doubt about a key that there is now, for `clear`."""
        return self.keys.get(key)

    def add(self, key: str) -> None:
        """Doubt a key until its entry has been deleted or must have expired."""
        with self._lock:
            self.keys.pop(key, None)
            self.keys[key] = Doubt(self._clock() + self.longest)
            if len(self.keys) > self._most:
                del self.keys[next(iter(self.keys))]

    def clear(self, key: str, mark: Doubt | None) -> None:
        """Believe a key again, unless there is a newer doubt about it than ``mark``."""
        with self._lock:
            if mark is not None and self.keys.get(key) is mark:
                del self.keys[key]

    def settle(self, store: Store, key: str) -> None:
        """Delete the entry of this key and of some others that are in doubt.

        Raises:
            StoreError: The store failed, and this key is still in doubt.
        """
        for each in [key, *list(self.keys)[:_AT_ONCE]]:
            mark = self.mark(each)
            if mark is None:
                continue
            if self._clock() < mark.until:
                try:
                    store.delete(each)
                except StoreError:
                    if key in self.keys:
                        raise
                    return
            self.clear(each, mark)


_all: "WeakKeyDictionary[Store, Doubts]" = WeakKeyDictionary()
_lock = threading.Lock()


def doubts_about(store: Store, ttl: int) -> Doubts:
    """Give the one memory of doubts that all strategies on a store share in this process.

    Args:
        store: The store.
        ttl: Seconds that the entries of the caller may live.
    """
    with _lock:
        doubts = _all.setdefault(store, Doubts())
        doubts.longest = max(doubts.longest, ttl)
        return doubts


def drop(store: Store, doubts: Doubts, key: str) -> bool:
    """Delete an entry, or doubt it until it can be deleted; tells which."""
    mark = doubts.mark(key)
    try:
        store.delete(key)
    except StoreError:
        doubts.add(key)
        return False
    doubts.clear(key, mark)
    return True
