"""Write-through: save to the source, then put the same value into the cache."""

from collections.abc import Callable
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.codecs.json import codec_of
from serverless_stack.runtime.caching.errors import StoreError, StoreRefused, ValueTooLarge
from serverless_stack.runtime.caching.resilience.doubts import Doubt, doubts_about
from serverless_stack.runtime.caching.resilience.key_locks import KeyLocks
from serverless_stack.runtime.caching.stores.base import Store, check_key
from serverless_stack.runtime.caching.strategies.lives import Lives, not_cached

V = TypeVar("V")


class WriteThrough(Generic[V]):
    """Writes through a store; never fails because of it.

    Saves first, so the cache never has what the source does not. Puts of one key wait for each
    other in a process. Between processes, two puts can save in one order and cache in the
    other; the cache then has the older value until its ``ttl`` is over. Where that matters,
    set ``invalidate``.

    Args:
        store: Where values are cached.
        save: Saves a value to the source. What it raises goes to the caller, and the cache
            is left alone then.
        ttl: Seconds that a value is cached, 1 or more.
        jitter: See `LazyLoading`.
        invalidate: Delete the entry instead of replacing it, so that the next read loads
            what was saved last, whatever the order of the puts.
        random: Gives a number of 0 to 1 for the jitter.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        store: Store,
        save: Callable[[str, V], None],
        ttl: int = 300,
        *,
        jitter: float = 0.0,
        invalidate: bool = False,
        random: Callable[[], float] | None = None,
    ) -> None:
        self._lives = Lives(ttl, jitter=jitter, random=random)
        self._store = store
        self._save = save
        self._invalidate = invalidate
        self._doubts = doubts_about(store, ttl)
        self._locks = KeyLocks()

    def put(self, key: str, value: V) -> bool:
        """Save the value, then cache it.

        Returns:
            Whether the cache took it; the value is saved in any case. If the cache was not
            reached, this process asks the source until it has been able to delete the old
            entry; other processes may be given the old value until then, or until its ``ttl``
            is over. If the value is too large, the old entry is deleted.

        Raises:
            TypeError: The value is of a type that cannot be cached; nothing has been saved.
            ValueError: The key is empty, or the value holds a NaN; nothing has been saved.
        """
        self.check(key, value)
        with self._locks.of(key):
            mark = self.mark(key)
            self._save(key, value)
            return self.tell(key, value, mark)

    def check(self, key: str, value: V) -> None:
        """Refuse what cannot be cached, before it is saved; what is too large will pass."""
        check_key(key)
        try:
            codec_of(self._store).encode(value)
        except ValueTooLarge:
            return

    def mark(self, key: str) -> Doubt | None:
        """Give the doubt about a key that there is before it is saved."""
        return self._doubts.mark(key)

    def doubt(self, key: str) -> None:
        """Doubt the entry of a key, as nobody knows whether its new value was saved."""
        self._doubts.add(key)

    def tell(self, key: str, value: V, mark: Doubt | None) -> bool:
        """Tell the cache of a value that is saved.

        Args:
            key: The key.
            value: The value.
            mark: What `mark` gave before the value was saved.
        """
        try:
            try:
                entry = None if self._invalidate else self._lives.entry(value)
                if entry is None:
                    self._store.delete(key)
                else:
                    self._store.set(key, *entry)
            except StoreRefused as error:  # the old value must go all the same
                not_cached(key, error)
                self._store.delete(key)
                self._doubts.clear(key, mark)
                return False
        except StoreError:
            self.doubt(key)
            return False
        self._doubts.clear(key, mark)
        return True
