"""What a lookup tells besides the value."""

from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")


class Lookup(NamedTuple, Generic[V]):
    """A value and where it came from.

    Attributes:
        value: The value.
        hit: True when the cache had it, False when the source was asked.
        degraded: True when the cache failed; the value is good all the same.
        stale: True when the value is past its soft life, or its whole life because the source
            failed.
    """

    value: V
    hit: bool
    degraded: bool
    stale: bool = False
