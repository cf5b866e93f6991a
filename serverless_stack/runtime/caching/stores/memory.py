"""A store in the memory of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from serverless_stack.runtime.arguments import check_functions
from serverless_stack.runtime.caching.base import (
    Codec,
    Missing,
    StoreRefused,
    check_key,
)
from serverless_stack.runtime.caching.codecs.json import JSON
from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock, register_restore_aware
from serverless_stack.runtime.caching.stores.encoded import EncodedStore


class MemoryStore(EncodedStore[str]):
    """Keeps entries in this process: for tests, and for values that may differ per process.

    Values are encoded and decoded as in the other stores, so a caller never shares an object
    with the cache. Safe to share between threads.

    Args:
        max_entries: How many entries are kept, 1 or more; the least recently used is evicted.
        clock: Returns the current time in seconds.
        codec: Encodes the values. Default: JSON.
    """

    def __init__(
        self,
        max_entries: int = 1024,
        clock: Callable[[], float] = time.monotonic,
        *,
        codec: Codec = JSON,
    ) -> None:
        if type(max_entries) is not int or max_entries < 1:
            raise ValueError(f"`max_entries` must be 1 or more, got: {max_entries!r}")
        check_functions(clock=clock)
        self._set_codec(codec)
        self._max_entries = max_entries
        self._clock = clock
        self._entries: OrderedDict[str, tuple[bytes, float | None]] = OrderedDict()
        self._lock = ForkSafeLock()
        register_restore_aware(self)

    def reset_after_restore(self) -> None:
        """Forget the entries that expire: nobody knows how old they are."""
        with self._lock:
            for key in [
                key for key, (_, deadline) in self._entries.items() if deadline is not None
            ]:
                del self._entries[key]

    def get(self, key: str) -> object | Missing:
        """Return the value, or ``MISSING`` if there is none or the entry is corrupt."""
        check_key(key)
        with self._lock:
            data = self._live(key)[0]
        return self._decode(data)

    @staticmethod
    def _name(key: str) -> str:
        check_key(key)
        return key

    def _get_many(self, names: list[str]) -> Mapping[str, bytes | None]:
        with self._lock:
            return {name: self._live(name)[0] for name in names}

    def _set(self, name: str, data: bytes, ttl: int | None) -> None:
        self._set_many({name: data}, ttl)

    def _set_many(self, encoded: Mapping[str, bytes], ttl: int | None) -> None:
        with self._lock:
            for name, data in encoded.items():
                self._put(name, data, self._deadline(ttl))

    def _add(self, name: str, data: bytes, ttl: int | None) -> bool:
        with self._lock:
            if self._live(name)[0] is not None:
                return False
            self._put(name, data, self._deadline(ttl))
            return True

    def _delete(self, name: str) -> None:
        with self._lock:
            self._entries.pop(name, None)

    def _delete_if(self, name: str, data: bytes) -> bool:
        with self._lock:
            if self._live(name)[0] != data:
                return False
            del self._entries[name]
            return True

    def _increment(self, name: str, by: int, ttl: int | None) -> int:
        with self._lock:
            data, deadline = self._live(name)
            count = 0 if data is None else self._decode(data)
            if not isinstance(count, int) or isinstance(count, bool):
                raise StoreRefused(f"the entry `{name}` is not a counter")
            total = count + by
            self._put(
                name, self.codec.encode(total), self._deadline(ttl) if data is None else deadline
            )
            return total

    def _live(self, key: str) -> tuple[bytes | None, float | None]:
        data, deadline = self._entries.get(key, (None, None))
        if data is None:
            return None, None
        if deadline is not None and self._clock() >= deadline:
            del self._entries[key]
            return None, None
        self._entries.move_to_end(key)
        return data, deadline

    def _put(self, key: str, data: bytes, deadline: float | None) -> None:
        self._entries[key] = (data, deadline)
        self._entries.move_to_end(key)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def _deadline(self, ttl: int | None) -> float | None:
        return None if ttl is None else self._clock() + ttl
