"""Keys of one application and schema version, which can be invalidated together."""

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence

from serverless_stack.runtime.arguments import check_functions, check_kind, check_text
from serverless_stack.runtime.caching.base import (
    MISSING,
    Codec,
    Missing,
    Store,
    StoreError,
    check_key,
    check_keys,
    check_store,
    check_values,
    codec_of,
    is_number,
)
from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock, register_restore_aware

_MAX_KEY = 250  # characters of a key that Memcached accepts
_HASHED = "#"  # begins the hash of a key
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Namespace:
    """Prefixes keys, so that applications and schema versions do not share entries.

    A key becomes ``name:schema:key``. A key that is too long for Memcached, has blanks or is
    not ASCII is replaced by its SHA-256.

    Args:
        name: The application, or a part of it: 1 to 64 letters, digits, ``_``, ``.`` or ``-``.
        schema: The version of the values' schema, 0 or more. Increase it with every change
            after which old code cannot read new entries, or new code old ones.

    Raises:
        ValueError: The name or the schema is malformed.
    """

    __slots__ = ("name", "schema")

    def __init__(self, name: str, schema: int = 1) -> None:
        check_text("name", name)
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"`name` must be 1 to 64 letters, digits, `_`, `.` or `-`, got: {name}"
            )
        if type(schema) is not int or schema < 0:
            raise ValueError(f"`schema` must be a whole number, 0 or more, got: {schema!r}")
        self.name = name
        self.schema = schema

    def key(self, key: str, version: int | None = None) -> str:
        """Return the key to use in the store.

        Args:
            key: The key.
            version: The version counter of a `NamespacedStore`.

        Raises:
            ValueError: The key is empty.
        """
        check_key(key)
        prefix = f"{self.name}:{self.schema}:"
        if version is not None:
            prefix += f"{_HASHED}{version}:"  # no key without a version begins like this
        room = _MAX_KEY - len(prefix)
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
        """Return a store whose keys are in this namespace; see `NamespacedStore`."""
        return NamespacedStore(store, self, refresh=refresh, clock=clock)


class NamespacedStore:
    """A part of a store that can be invalidated as a whole.

    A version counter in the store is part of every key; incrementing it leaves all entries
    behind, to expire unread. Each process reads the counter every ``refresh`` seconds, so
    another process may read old entries for that long. If the counter is evicted, a new one
    starts at a number that was never used.

    Args:
        store: The store.
        namespace: The prefix of its keys.
        refresh: Seconds for which a process relies on the counter it has read, 0 or more.
        clock: Returns the current time in seconds.

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
        check_store(store)
        check_kind("namespace", namespace, Namespace, 'a namespace, such as Namespace("shop")')
        check_functions(clock=clock)
        if not (is_number(refresh) and refresh >= 0):
            raise ValueError(f"`refresh` must be 0 seconds or more, got: {refresh!r}")
        self._store = store
        self._namespace = namespace
        self._refresh = refresh
        self._clock = clock
        # No key of a user: those that begin with # are hashed.
        self._counter = f"{namespace.name}:{namespace.schema}:{_HASHED}version"
        self._version = 0
        self._expires_at = float("-inf")
        self._lock = ForkSafeLock()
        register_restore_aware(self)

    def reset_after_restore(self) -> None:
        """Read the counter before the next call."""
        self._expires_at = float("-inf")

    @property
    def codec(self) -> Codec:
        """The codec of the store."""
        return codec_of(self._store)

    def invalidate_all(self) -> bool:
        """Invalidate all entries.

        Returns:
            Whether the store was reached; if not, nothing has changed.
        """
        try:
            with self._lock:
                self._read()  # an evicted counter must not start at 0 again
                self._use(self._store.increment(self._counter))
        except StoreError:
            return False
        return True

    def get(self, key: str) -> object | Missing:
        """Return the value, or ``MISSING`` if there is none or the entry is corrupt."""
        return self._store.get(self._key(key))

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Return the values that exist."""
        check_keys(keys)
        names = {self._key(key): key for key in keys}
        found = self._store.get_many(list(names))
        return {names[name]: value for name, value in found.items()}

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds (1 or more). Default: until evicted."""
        self._store.set(self._key(key), value, ttl)

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values, in one round trip per node."""
        check_values(values)
        self._store.set_many({self._key(key): value for key, value in values.items()}, ttl)

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value atomically if the key is absent, and return whether it was."""
        return self._store.add(self._key(key), value, ttl)

    def delete_if(self, key: str, value: object) -> bool:
        """Delete an entry atomically if it has this value, and return whether it did."""
        return self._store.delete_if(self._key(key), value)

    def delete(self, key: str) -> None:
        """Delete an entry; an absent entry is no error."""
        self._store.delete(self._key(key))

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter; ``ttl`` counts from the counter's start."""
        return self._store.increment(self._key(key), by, ttl)

    def _key(self, key: str) -> str:
        if self._clock() >= self._expires_at:
            with self._lock:
                if self._clock() >= self._expires_at:
                    self._use(self._read())
        return self._namespace.key(key, self._version)

    def _use(self, version: int) -> None:
        self._version = version
        self._expires_at = self._clock() + self._refresh

    def _read(self) -> int:
        version = self._store.get(self._counter)
        if version is MISSING:
            start = _new_version()
            if self._store.add(self._counter, start):
                return start
            version = self._store.get(self._counter)
        # A replica may not have it yet: until the next refresh, this process uses its own.
        return version if type(version) is int else _new_version()


def _new_version() -> int:
    """Return a number that no counter has had: the time, and chance, since clocks differ."""
    return int(time.time() * 1000) << 20 | int.from_bytes(os.urandom(3)) >> 4
