"""Write-through: save to the source, then put the same value into the cache."""

from collections.abc import Callable
from typing import Generic, TypeVar

from serverless_stack.runtime.arguments import check_functions, check_kind
from serverless_stack.runtime.caching.base import (
    Store,
    StoreError,
    StoreRefused,
    ValueTooLarge,
    check_key,
    check_store,
    codec_of,
)
from serverless_stack.runtime.caching.resilience.lease import entry_key
from serverless_stack.runtime.caching.resilience.stale_keys import StaleKey, stale_keys_of
from serverless_stack.runtime.caching.resilience.threads import KeyLocks
from serverless_stack.runtime.caching.strategies.expiry import ExpiryPolicy
from serverless_stack.runtime.caching.strategies.lazy_loader import log_not_cached

V = TypeVar("V")


class WriteThrough(Generic[V]):
    """Writes through a store; a failing cache never fails a write.

    The value is saved first, so the cache never has what the source does not. Puts of one key
    wait for each other within a process. Two processes can save in one order and cache in the
    other; the cache then has the older value until its ``ttl`` is over. Set ``invalidate``
    where that matters.

    Args:
        store: The store.
        save: Saves a value to the source. Its exceptions go to the caller, and the cache is
            left alone then.
        ttl: Seconds that a value is cached, 1 or more.
        jitter: See `LazyLoading`.
        invalidate: Delete the entry instead of replacing it, so that the next read loads what
            was saved last, whatever the order of the puts.
        random: Returns a number from 0 to 1 for the jitter.

    Raises:
        ValueError: A number is out of range, or an argument is of another type.
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
        check_functions(save=save)
        self._writer = CacheWriter(
            store, ExpiryPolicy(ttl, jitter=jitter, random=random), invalidate
        )
        self._save = save
        self._locks = KeyLocks()

    def put(self, key: str, value: V) -> bool:
        """Save the value, then cache it.

        Returns:
            Whether the cache took the value; it is saved in any case. If the cache was not
            reached, this process loads from the source until it has deleted the old entry;
            other processes may return the old value until then, or until its ``ttl`` is over.
            If the value is too large, the old entry is deleted.

        Raises:
            TypeError: The value is of a type that cannot be cached; nothing has been saved.
            ValueError: The key is empty, or the value contains a NaN; nothing has been saved.
        """
        self._writer.check(key, value)
        with self._locks.hold(key):
            mark = self._writer.mark(key)
            try:
                self._save(key, value)
            except Exception:
                raise
            except BaseException:  # interrupted: nobody knows whether it was saved
                self._writer.distrust(key)
                raise
            return self._writer.cache(key, value, mark)


class CacheWriter:
    """Caches what `WriteThrough` and `AsyncWriteThrough` have saved.

    Args:
        store: The store.
        expiry: How long values are cached.
        invalidate: Delete entries instead of replacing them.
    """

    def __init__(self, store: Store, expiry: ExpiryPolicy, invalidate: bool) -> None:
        check_store(store)
        check_kind("invalidate", invalidate, bool, "True or False")
        self._store = store
        self._expiry = expiry
        self._invalidate = invalidate
        self._stale_keys = stale_keys_of(store, expiry.max_ttl)

    def check(self, key: str, value: object) -> None:
        """Refuse what cannot be cached, before it is saved; what is too large passes."""
        check_key(key)
        try:
            codec_of(self._store).encode(value)
        except ValueTooLarge:
            return

    def mark(self, key: str) -> StaleKey | None:
        """Return why the entry is distrusted before the value is saved, for `cache`."""
        return self._stale_keys.keys.get(entry_key(key))

    def distrust(self, key: str) -> None:
        """Distrust the entry of a key whose new value may have been saved."""
        self._stale_keys.changed(key)
        self._stale_keys.add(entry_key(key))

    def cache(self, key: str, value: object, mark: StaleKey | None) -> bool:
        """Cache a value that is saved; return whether the cache took it."""
        name = entry_key(key)
        entry = None if self._invalidate else self._expiry.entry(value)
        self._stale_keys.changed(key)
        if entry is None:
            return self._stale_keys.delete(self._store, name)
        try:
            self._store.set(name, *entry)
        except StoreRefused as error:  # the old value must go all the same
            log_not_cached(key, error)
            self._stale_keys.delete(self._store, name)
            return False
        except StoreError:
            self._stale_keys.add(name)
            return False
        self._stale_keys.clear(name, mark)
        return True
