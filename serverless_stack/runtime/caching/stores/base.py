"""What every store can do."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from serverless_stack.runtime.caching.codecs.json import Missing


class Store(Protocol):
    """A cache of JSON values under string keys.

    Every method raises `StoreUnavailable` when the server cannot be used and `StoreRefused`
    when it refuses the operation. A key is any non-empty string.
    """

    def get(self, key: str) -> object | Missing:
        """Give the value, or ``MISSING`` when there is none or the entry is corrupt."""

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Give the values that there are, in one round trip for each node."""

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds (1 or more); None keeps it until evicted."""

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values, in one round trip for each node."""

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value unless there is one, atomically; tells whether it did."""

    def delete_if(self, key: str, value: object) -> bool:
        """Remove an entry if it still has this value, atomically; tells whether it did.

        With ``add`` it makes a lease: who added it removes it, and nobody removes another's.
        """

    def delete(self, key: str) -> None:
        """Remove an entry; removing an absent one is no error."""

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter atomically and give the sum.

        An absent counter starts at 0. ``ttl`` counts from that start: a later increment
        does not prolong the counter's life.
        """


def check_key(key: str) -> None:
    """Refuse an empty key."""
    if not key:
        raise ValueError("`key` must be a non-empty string, got: ''")


def check_ttl(ttl: int | None) -> None:
    """Refuse a time to live below one second: to the servers, 0 means either never or an error."""
    if ttl is not None and ttl < 1:
        raise ValueError(f"`ttl` must be 1 second or more, got: {ttl}")


def check_step(by: int) -> None:
    """Refuse a step below 1: Memcached counts upwards only, and all stores behave alike."""
    if by < 1:
        raise ValueError(f"`by` must be 1 or more, got: {by}")
