"""Exceptions, values and protocols that stores, codecs and strategies share.

The exceptions::

    StoreError                  the cache failed; the source of the data is not affected
    ├── StoreUnavailable        no connection, a time-out, bad credentials, an open breaker
    └── StoreRefused            the server answered, and refused this one operation
        └── ValueTooLarge       the encoded value is larger than the codec allows
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, Protocol, final

from serverless_stack.runtime.arguments import check_kind, check_methods

MAX_SECONDS: Final = 100 * 365 * 24 * 60 * 60
"""The longest time to live: 100 years, which every server accepts."""


class StoreError(Exception):
    """A cache operation failed."""


class StoreUnavailable(StoreError):
    """The cache server could not be used."""


class StoreRefused(StoreError):
    """The cache server refused one operation."""


class ValueTooLarge(StoreRefused):
    """An encoded value exceeded the codec's `max_bytes`."""


class Missing(Enum):
    """The type of ``MISSING``; an enum, so that type checkers narrow on ``is MISSING``."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""Returned by a store's ``get`` for an absent entry. A cached ``None`` is a value."""


@final
class CacheEntry:
    """A value with the times at which it becomes stale and expires.

    Args:
        value: The value.
        fresh_until: Seconds since 1970 until which the value is fresh.
        valid_until: Seconds since 1970 until which the value may be returned while it is
            refreshed; later it is returned only if the source fails.
    """

    __slots__ = ("fresh_until", "valid_until", "value")

    def __init__(self, value: object, fresh_until: float, valid_until: float) -> None:
        self.value = value
        self.fresh_until = fresh_until
        self.valid_until = valid_until

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CacheEntry) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.fresh_until, self.valid_until))

    def __repr__(self) -> str:
        return f"CacheEntry({self.value!r}, {self.fresh_until!r}, {self.valid_until!r})"

    def _parts(self) -> tuple[object, float, float]:
        return self.value, self.fresh_until, self.valid_until


class Codec(Protocol):
    """Encodes values to bytes and decodes them."""

    def encode(self, value: object) -> bytes:
        """Return the bytes of a value.

        Raises:
            TypeError: The value, or a part of it, is of a type that cannot be encoded.
            ValueError: The type can be encoded, but not this value.
            ValueTooLarge: The bytes exceed the codec's limit.
        """

    def decode(self, data: bytes | None) -> object | Missing:
        """Return the value; ``MISSING`` for absent, corrupt and foreign entries."""


class Store(Protocol):
    """A cache of values under string keys.

    Every method raises `StoreUnavailable` when the server cannot be used and `StoreRefused`
    when it refuses the operation. A key is any non-empty string; a time to live is a whole
    number of seconds from 1.
    """

    def get(self, key: str) -> object | Missing:
        """Return the value, or ``MISSING`` if there is none or the entry is corrupt."""

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Return the values that exist, in one round trip per node."""

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds. Default: until evicted."""

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values, in one round trip per node."""

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value atomically if the key is absent, and return whether it was."""

    def delete_if(self, key: str, value: object) -> bool:
        """Delete an entry atomically if it has this value, and return whether it did.

        Together with ``add`` this makes a lease: only the process that added it deletes it.
        """

    def delete(self, key: str) -> None:
        """Delete an entry; an absent entry is no error."""

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter atomically and return the sum.

        An absent counter starts at 0. ``ttl`` counts from that start; later increments do not
        extend it.
        """


def codec_of(store: object) -> Codec:
    """Return the ``codec`` of a store. Default: JSON."""
    codec: Codec | None = getattr(store, "codec", None)
    if codec is None:
        from serverless_stack.runtime.caching.codecs.json import JSON

        return JSON
    return codec


def check_store(store: object) -> None:
    """Check that an argument is a store, and not its class, client or URL."""
    check_methods(
        "store",
        store,
        ("get", "get_many", "set", "set_many", "add", "delete_if", "delete", "increment"),
        "a store, such as RedisStore or MemoryStore",
    )


def check_codec(codec: object) -> None:
    """Check that an argument is a codec."""
    check_methods("codec", codec, ("encode", "decode"), "a codec, such as JsonCodec()")


def check_keys(keys: object) -> None:
    """Check that keys are several: a text is a sequence of texts, too."""
    if isinstance(keys, str | bytes | bytearray):
        raise ValueError(f"`keys` must be a list of keys, got: {keys!r}")
    check_kind("keys", keys, Iterable, "a list of keys")


def unique_keys(keys: Iterable[str]) -> list[str]:
    """Return each key once, if all are."""
    check_keys(keys)
    keys = list(keys)
    for key in keys:
        check_key(key)
    return list(dict.fromkeys(keys))


def check_values(values: object) -> None:
    """Check that the values of several keys are a mapping."""
    check_kind("values", values, Mapping, "a mapping of keys to values")


def check_key(key: str) -> None:
    """Check that a key is text, and not empty."""
    if not (key and isinstance(key, str)):
        raise ValueError(f"`key` must be a non-empty string, got: {key!r}")


def check_ttl(ttl: int | None) -> None:
    """Check a time to live: servers treat 0 as either "forever" or an error."""
    if ttl is not None and (problem := seconds_problem("ttl", ttl)):
        raise ValueError(problem)


def seconds_problem(name: str, value: object, least: int = 1) -> str:
    """Return what is wrong with a number of seconds; empty if nothing is.

    Servers count whole seconds; a fraction would be refused with every command.
    """
    if type(value) is int and least <= value <= MAX_SECONDS:  # clients would send an enum's name
        return ""
    return (
        f"`{name}` must be a whole number of seconds between {least} and {MAX_SECONDS},"
        f" got: {value!r}"
    )


def is_number(value: object) -> bool:
    """Return whether a value is a finite number that times and fractions can be computed with.

    A `Decimal` or a `timedelta` would raise when it meets a float, in the middle of a request.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -MAX_SECONDS <= value <= MAX_SECONDS


def check_step(by: int) -> None:
    """Check the step of a counter: Memcached only counts upwards, and all stores are alike."""
    if type(by) is not int or by < 1:
        raise ValueError(f"`by` must be a whole number, 1 or more, got: {by!r}")
