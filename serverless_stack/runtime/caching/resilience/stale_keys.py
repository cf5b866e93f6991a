"""Keys whose entries in the store may be wrong.

This happens if a change could not be written to the store, or if a load that began before a change
ends after it.
"""

import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from serverless_stack.runtime.caching.base import Store, StoreError
from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock, register_fork_aware
from serverless_stack.runtime.caching.resilience.lease import entry_key
from serverless_stack.runtime.caching.resilience.single_flight import Flight

_MAX_DELETIONS = 100  # keys that one request deletes on behalf of earlier ones


class StaleKey:
    """The time until which the entry of a key may be wrong, by the clock of `StaleKeys`."""

    __slots__ = ("until",)

    def __init__(self, until: float) -> None:
        self.until = until


class StaleKeys:
    """Remembers keys to delete as soon as the store answers again, and loads under way.

    Until a key is deleted, this process does not trust the store about it. Other processes do,
    so the first request that finds the store well deletes the keys.

    Attributes:
        keys: The stale keys.
        max_ttl: The longest time to live in seconds of the strategies that use the store.

    Args:
        max_keys: How many keys are remembered, 1 or more. If there are more, the oldest is
            forgotten: its entry stays until it expires.
        clock: Returns the current time in seconds.
    """

    def __init__(self, max_keys: int = 1024, clock: Callable[[], float] = time.monotonic) -> None:
        self.keys: dict[str, StaleKey] = {}
        self.max_ttl = 1
        self._max_keys = max_keys
        self._clock = clock
        self._loads: set[Flight] = set()
        self._lock = ForkSafeLock()
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Forget the loads of the parent's threads."""
        self._loads.clear()

    def add(self, key: str) -> None:
        """Distrust the entry of a key until it has been deleted or must have expired."""
        with self._lock:
            self.keys.pop(key, None)
            self.keys[key] = StaleKey(self._clock() + self.max_ttl)
            if len(self.keys) > self._max_keys:
                del self.keys[next(iter(self.keys))]

    def clear(self, key: str, mark: StaleKey | None) -> None:
        """Trust the entry of a key again, unless it became stale once more after ``mark``."""
        with self._lock:
            if mark is not None and self.keys.get(key) is mark:
                del self.keys[key]

    def flush(self, store: Store, key: str) -> None:
        """Delete the entry of this key and of other stale keys.

        Raises:
            StoreError: The store failed, and this key is still stale.
        """
        for stale in [key, *list(self.keys)[:_MAX_DELETIONS]]:
            mark = self.keys.get(stale)
            if mark is None:
                continue
            if self._clock() < mark.until:
                try:
                    store.delete(stale)
                except StoreError:
                    if key in self.keys:
                        raise
                    return
            self.clear(stale, mark)

    @contextmanager
    def watch(self, flight: Flight) -> Iterator[None]:
        """Note changes of the keys of a load while it runs."""
        with self._lock:
            self._loads.add(flight)
        try:
            yield
        finally:
            with self._lock:
                self._loads.discard(flight)

    def changed(self, key: str) -> None:
        """Note that the source has a new value: loads under way may have read the old one."""
        with self._lock:
            for flight in self._loads:
                if key in flight.keys:
                    flight.outdated.add(key)

    def invalidate(self, store: Store, key: str) -> bool:
        """Delete an entry whose value has changed; return False if it could not be deleted.

        The entry is distrusted then until it can be.
        """
        self.changed(key)
        return self.delete(store, entry_key(key))

    def delete(self, store: Store, key: str) -> bool:
        """Delete an entry; return False if it could not be, and is distrusted for it."""
        mark = self.keys.get(key)
        try:
            store.delete(key)
        except StoreError:
            self.add(key)
            return False
        self.clear(key, mark)
        return True


_by_store: dict[int, tuple[Callable[[], Store | None], StaleKeys]] = {}
_by_store_lock = ForkSafeLock()


def stale_keys_of(store: Store, ttl: int) -> StaleKeys:
    """Return the stale keys that all strategies on a store share in this process.

    Args:
        store: The store; it need be neither hashable nor weakly referable.
        ttl: Seconds that the caller's entries may live.
    """
    number = id(store)
    with _by_store_lock:
        entry = _by_store.get(number)
        if entry is None or entry[0]() is not store:

            def forget(_gone: object) -> None:  # at any time, so it must not take the lock
                _by_store.pop(number, None)

            reference: Callable[[], Store | None]
            try:
                reference = weakref.ref(store, forget)
            except TypeError:  # a class with `__slots__`
                reference = lambda: store  # noqa: E731
            entry = _by_store[number] = (reference, StaleKeys())
        stale_keys = entry[1]
        stale_keys.max_ttl = max(stale_keys.max_ttl, ttl)
        return stale_keys
