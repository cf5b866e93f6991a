"""The right of one process, among all, to load a key for some seconds."""

import os
from collections.abc import Iterator
from contextlib import suppress

from serverless_stack.runtime.caching.base import Store, StoreError, check_key
from serverless_stack.runtime.caching.resilience.budget import Stopwatch
from serverless_stack.runtime.caching.resilience.single_flight import Flight, ancestors

_FIRST_PAUSE = 0.005  # seconds
_LONGEST_PAUSE = 0.1
_PREFIX = "#lease:"
_ESCAPE = "#key:"


def entry_key(key: str) -> str:
    """Return the key under which a strategy stores a user's key: no key is that of a lease."""
    check_key(key)
    return f"{_ESCAPE}{key}" if key[:1] == "#" else key


class Lease:
    """An entry in the store that names the process loading a key.

    A lease expires: an owner that dies locks nobody out. Only its owner ends it earlier,
    because no other process knows its token.

    Args:
        store: The store of the key.
        key: The key that is loaded.
        seconds: How long the lease lasts, 1 or more.
    """

    def __init__(self, store: Store, key: str, seconds: int) -> None:
        self.store = store
        self.key = f"{_PREFIX}{key}"
        self.seconds = seconds
        self._token = os.urandom(16).hex()
        self._may_be_held = False

    def is_held_here(self) -> bool:
        """Return whether the caller runs within a load that holds the lease of this key."""
        return any(
            lease.key == self.key and lease.store is self.store
            for flight in ancestors()
            for lease in flight.leases
        )

    def acquire(self, flight: Flight) -> bool:
        """Acquire the lease for a load, unless another process has it.

        Raises:
            StoreError: The store failed.
        """
        self._may_be_held = True  # also if only the answer is lost
        self._may_be_held = self.store.add(self.key, self._token, self.seconds)
        if self._may_be_held:
            flight.leases.append(self)
        return self._may_be_held

    def release(self) -> None:
        """End the lease if it is the caller's. If the store fails, the lease expires."""
        if self._may_be_held:
            self._may_be_held = False
            with suppress(StoreError):  # logged by the store's breaker
                self.store.delete_if(self.key, self._token)

    def pauses(self, stopwatch: Stopwatch) -> Iterator[float]:
        """Return the pauses between two attempts, until the lease or the budget has run out."""
        left = float(self.seconds)
        pause = _FIRST_PAUSE
        while (length := min(pause, left, stopwatch.left)) > 0:
            yield length
            left -= length
            stopwatch.spend(length)
            pause = min(1.5 * pause, _LONGEST_PAUSE)
