"""Write-through: save to the source, then put the same value into the cache."""

from collections.abc import Callable
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.errors import StoreError
from serverless_stack.runtime.caching.store import Store, check_key, check_ttl
from serverless_stack.runtime.caching.values import encode

V = TypeVar("V")


class WriteThrough(Generic[V]):
    """Writes through a store; never fails because of it.

    Args:
        store: Where values are cached.
        save: Saves a value to the source. What it raises goes to the caller, and the cache
            is left alone then.
        ttl: Seconds that a value is cached, 1 or more.
    """

    def __init__(self, store: Store, save: Callable[[str, V], None], ttl: int = 300) -> None:
        check_ttl(ttl)
        self._store = store
        self._save = save
        self._ttl = ttl

    def put(self, key: str, value: V) -> bool:
        """Save the value, then cache it.

        Returns:
            Whether the cache took the value, which is saved in any case. If it did not, the
            cache may give the old value until its ``ttl`` has passed.

        Raises:
            TypeError: The value has no JSON form; nothing has been saved.
            ValueError: The key is empty, or the value holds a NaN; nothing has been saved.
        """
        check_key(key)
        encode(value)
        self._save(key, value)
        try:
            self._store.set(key, value, self._ttl)
        except StoreError:
            return False
        return True
