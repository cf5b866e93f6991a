"""A cached value that knows its age."""

from typing import final


@final
class Aged:
    """What lies in a store for a value with a soft life.

    Args:
        value: The value.
        fresh_until: Seconds since 1970 until which it is as good as new.
        valid_until: Seconds since 1970 until which it may be given while one caller loads it
            again; later, it is for the case that the source fails.
    """

    __slots__ = ("fresh_until", "valid_until", "value")

    def __init__(self, value: object, fresh_until: float, valid_until: float) -> None:
        self.value = value
        self.fresh_until = fresh_until
        self.valid_until = valid_until

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Aged) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.fresh_until, self.valid_until))

    def __repr__(self) -> str:
        return f"Aged({self.value!r}, {self.fresh_until!r}, {self.valid_until!r})"

    def _parts(self) -> tuple[object, float, float]:
        return self.value, self.fresh_until, self.valid_until
