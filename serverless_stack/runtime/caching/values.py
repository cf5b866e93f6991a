"""How values lie in a store: JSON, so that no entry can run code when it is read."""

import json
from enum import Enum
from typing import Final, Protocol


class Missing(Enum):
    """The type of ``MISSING``; an enum, so that type checkers narrow on ``is MISSING``."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""What a store's ``get`` gives for an absent entry. A cached ``None`` is a value."""


def encode(value: object) -> bytes:
    """Give the JSON of a value.

    Raises:
        TypeError: The value, or a part of it, has no JSON form.
        ValueError: The value holds a NaN, an infinity or itself.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def decode(data: bytes | None) -> object | Missing:
    """Give the value back; an absent entry and one that is not JSON are both ``MISSING``."""
    if data is None:
        return MISSING
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return MISSING
    return value


class Codec(Protocol):
    """How values become bytes in a store and come back."""

    def encode(self, value: object) -> bytes:
        """Give the bytes of a value.

        Raises:
            TypeError: The value, or a part of it, cannot be encoded.
            ValueError: The value is of a type that can be encoded, but not this value.
        """

    def decode(self, data: bytes | None) -> object | Missing:
        """Give the value back; absent, corrupt and foreign entries are all ``MISSING``."""


class JsonCodec:
    """JSON: plain, so that other programs read it, too."""

    def encode(self, value: object) -> bytes:
        """Give the JSON of a value."""
        return encode(value)

    def decode(self, data: bytes | None) -> object | Missing:
        """Give the value back, or ``MISSING``."""
        return decode(data)


JSON: Final[Codec] = JsonCodec()
"""The codec of every store unless it is given another one."""
