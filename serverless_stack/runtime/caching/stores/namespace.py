"""Keys of one application and one schema, which can all be invalidated at once."""

import os
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from serverless_stack.runtime.caching.codecs.json import MISSING, Codec, Missing, codec_of
from serverless_stack.runtime.caching.errors import StoreError
from serverless_stack.runtime.caching.resilience.forks import renew_in_children
from serverless_stack.runtime.caching.stores.base import Store, check_key

_LONGEST = 250  # characters of a key that Memcached takes
_HASHED = "#"  # begins what stands for a key that is too long or has other characters
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Namespace:
    """Names keys so that no other application or schema has the same.

    A key becomes ``name:schema:key``; if it is too long for Memcached, or has blanks or
    characters beyond ASCII, a SHA-256 stands for it.

    Args:
        name: The application, or a part of it: 1 to 64 letters, digits, ``_``, ``.`` or ``-``.
        schema: The version of the values' schema, 0 or more; count it up with a change that old
            code, or old entries, would not survive.

    Raises:
        ValueError: The name or the schema is malformed.
    """

    __slots__ = ("name", "schema")

    def __init__(self, name: str, schema: int = 1) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"`name` must be 1 to 64 letters, digits, `_`, `.` or `-`, got: {name}"
            )
        if schema < 0:
            raise ValueError(f"`schema` must be 0 or more, got: {schema}")
        self.name = name
        self.schema = schema

    def key(self, key: str, version: int | None = None) -> str:
        """Give the key to use in the store.

        Raises:
            ValueError: The key is empty.
        """
        check_key(key)
        prefix = f"{self.name}:{self.schema}:"
        if version is not None:
            prefix += f"{version}:"
        room = _LONGEST - len(prefix)
        readable = key.isascii() and key.isprintable() and " " not in key
        if readable and len(key) <= room and not key.startswith(_HASHED):
            return prefix + key
        from hashlib import sha256

        return f"{prefix}{_HASHED}{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"

    def on(
        self,
        store: Store,
        *,
        refresh: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> "NamespacedStore":
        """Give a store whose keys are all in this namespace; see `NamespacedStore`."""
        return NamespacedStore(store, self, refresh=refresh, clock=clock)


class NamespacedStore:
    """A part of a store, which can be invalidated as a whole.

    A counter in the store is part of every key; counting it up leaves all entries behind, to
    expire unread. Each process reads the counter once in ``refresh`` seconds, so another
    process may be given old entries for that long. If the counter is evicted, a new one starts
    at a number that has never been used.

    Args:
        store: The store.
        namespace: What its keys begin with.
        refresh: Seconds for which a process relies on the counter that it has read, 0 or more.
        clock: Gives the current time in seconds.

    Raises:
        ValueError: ``refresh`` is negative.
    """

    def __init__(
        self,
        store: Store,
        namespace: Namespace,
        *,
        refresh: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if refresh < 0:
            raise ValueError(f"`refresh` must be 0 seconds or more, got: {refresh}")
        self._store = store
        self._namespace = namespace
        self._refresh = refresh
        self._clock = clock
        self._counter = namespace.key("#version")
        self._version = 0
        self._old_at = float("-inf")
        self._lock = threading.Lock()
        renew_in_children(self)

    def renew(self) -> None:
        """Wait for no thread of the parent process."""
        self._lock = threading.Lock()

    @property
    def codec(self) -> Codec:
        """The codec of the store."""
        return codec_of(self._store)

    def invalidate_all(self) -> bool:
        """Leave all entries behind.

        Returns:
            Whether the store was reached; if not, nothing has changed.
        """
        try:
            with self._lock:
                self._read()  # an evicted counter must not start at 0 again
                self._rely_on(self._store.increment(self._counter))
        except StoreError:
            return False
        return True

    def get(self, key: str) -> object | Missing:
        """Give the value, or ``MISSING`` when there is none or the entry is corrupt."""
        return self._store.get(self._key(key))

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Give the values that there are."""
        names = {self._key(key): key for key in keys}
        found = self._store.get_many(list(names))
        return {names[name]: value for name, value in found.items()}

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds (1 or more); None keeps it until evicted."""
        self._store.set(self._key(key), value, ttl)

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values."""
        self._store.set_many({self._key(key): value for key, value in values.items()}, ttl)

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value unless there is one, atomically; tells whether it did."""
        return self._store.add(self._key(key), value, ttl)

    def delete_if(self, key: str, value: object) -> bool:
        """Remove an entry if it still has this value, atomically; tells whether it did."""
        return self._store.delete_if(self._key(key), value)

    def delete(self, key: str) -> None:
        """Remove an entry; removing an absent one is no error."""
        self._store.delete(self._key(key))

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter; ``ttl`` counts from the counter's start."""
        return self._store.increment(self._key(key), by, ttl)

    def _key(self, key: str) -> str:
        if self._clock() >= self._old_at:
            with self._lock:
                if self._clock() >= self._old_at:
                    self._rely_on(self._read())
        return self._namespace.key(key, self._version)

    def _rely_on(self, version: int) -> None:
        self._version = version
        self._old_at = self._clock() + self._refresh

    def _read(self) -> int:
        version = self._store.get(self._counter)
        if version is MISSING:
            start = _unused()
            if self._store.add(self._counter, start):
                return start
            version = self._store.get(self._counter)
        # A replica may not have it yet: until the next refresh, this process keeps to itself.
        return version if type(version) is int else _unused()


def _unused() -> int:
    """Give a number that no counter has had: the time, and chance, for clocks that differ."""
    return int(time.time() * 1000) << 20 | int.from_bytes(os.urandom(3)) >> 4
