"""A store in the memory of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from serverless_stack.runtime.caching.base import (
    MISSING,
    Codec,
    Missing,
    StoreRefused,
    check_key,
    check_step,
    check_ttl,
)
from serverless_stack.runtime.caching.codecs.json import JSON
from serverless_stack.runtime.caching.resilience.threads import ForkSafeLock


class MemoryStore:
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
        if max_entries < 1:
            raise ValueError(f"`max_entries` must be 1 or more, got: {max_entries}")
        self.codec = codec
        self._max_entries = max_entries
        self._clock = clock
        self._entries: OrderedDict[str, tuple[bytes, float | None]] = OrderedDict()
        self._lock = ForkSafeLock()

    def get(self, key: str) -> object | Missing:
        """Return the value, or ``MISSING``."""
        check_key(key)
        with self._lock:
            data = self._live(key)[0]
        return self.codec.decode(data)

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Return the values that exist."""
        found = {key: self.get(key) for key in keys}
        return {key: value for key, value in found.items() if value is not MISSING}

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds (1 or more). Default: until evicted."""
        self.set_many({key: value}, ttl)

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values, or none if one cannot be encoded."""
        check_ttl(ttl)
        for key in values:
            check_key(key)
        encoded = {key: self.codec.encode(value) for key, value in values.items()}
        with self._lock:
            for key, data in encoded.items():
                self._put(key, data, self._deadline(ttl))

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value atomically if the key is absent, and return whether it was."""
        check_key(key)
        check_ttl(ttl)
        data = self.codec.encode(value)
        with self._lock:
            if self._live(key)[0] is not None:
                return False
            self._put(key, data, self._deadline(ttl))
            return True

    def delete(self, key: str) -> None:
        """Delete an entry; an absent entry is no error."""
        check_key(key)
        with self._lock:
            self._entries.pop(key, None)

    def delete_if(self, key: str, value: object) -> bool:
        """Delete an entry atomically if it has this value, and return whether it did."""
        check_key(key)
        data = self.codec.encode(value)
        with self._lock:
            if self._live(key)[0] != data:
                return False
            del self._entries[key]
            return True

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter; ``ttl`` counts from the counter's start."""
        check_key(key)
        check_step(by)
        check_ttl(ttl)
        with self._lock:
            data, deadline = self._live(key)
            count = 0 if data is None else self.codec.decode(data)
            if not isinstance(count, int) or isinstance(count, bool):
                raise StoreRefused(f"the entry `{key}` is not a counter")
            total = count + by
            self._put(
                key, self.codec.encode(total), self._deadline(ttl) if data is None else deadline
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
