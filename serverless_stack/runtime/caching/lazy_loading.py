"""Lazy loading (cache-aside): read the cache, and on a miss the source."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from serverless_stack.runtime.caching.errors import StoreError
from serverless_stack.runtime.caching.store import Store, check_ttl
from serverless_stack.runtime.caching.values import MISSING

V = TypeVar("V")


@dataclass(frozen=True)
class Lookup(Generic[V]):
    """A value and where it came from.

    Attributes:
        value: The value.
        hit: True when the cache had it, False when the source was asked.
        degraded: True when the cache failed; the value is good all the same.
    """

    value: V
    hit: bool
    degraded: bool


class LazyLoading(Generic[V]):
    """Reads through a store; never fails because of it.

    A value is at most ``ttl`` seconds old. What ``load`` raises goes to the caller, and
    nothing is cached then; a ``None`` that it returns is cached like any value.

    Args:
        store: Where values are cached.
        load: Gives the value of a key from the source. The value must be made of what JSON
            has (dict with string keys, list, str, int, float, bool, None), since that is
            what a hit gives back.
        ttl: Seconds that a value is cached, 1 or more.
    """

    def __init__(self, store: Store, load: Callable[[str], V], ttl: int = 300) -> None:
        check_ttl(ttl)
        self._store = store
        self._load = load
        self._ttl = ttl

    def get(self, key: str) -> V:
        """Give the value of a key, from the cache or else from the source."""
        return self.lookup(key).value

    def lookup(self, key: str) -> Lookup[V]:
        """Give the value of a key and whether it was a hit."""
        try:
            cached = self._store.get(key)
        except StoreError:
            # The store has logged it. No `set` afterwards: it would ask a failing server twice.
            return Lookup(self._load(key), hit=False, degraded=True)
        if cached is not MISSING:
            return Lookup(cast("V", cached), hit=True, degraded=False)
        value = self._load(key)
        try:
            self._store.set(key, value, self._ttl)
        except StoreError:
            return Lookup(value, hit=False, degraded=True)
        return Lookup(value, hit=False, degraded=False)

    def invalidate(self, key: str) -> bool:
        """Drop a key from the cache, after the source has changed.

        Returns:
            Whether the cache was reached. If it was not, it may give the old value until its
            ``ttl`` has passed.
        """
        try:
            self._store.delete(key)
        except StoreError:
            return False
        return True
