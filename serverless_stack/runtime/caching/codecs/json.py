"""How values lie in a store: JSON, so that no entry can run code when it is read."""

import json
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, Protocol

from serverless_stack.runtime.caching.codecs.aged import Aged
from serverless_stack.runtime.caching.codecs.framing import (
    AGED,
    DEFLATED,
    LARGEST,
    Frame,
    age_head,
    inflate,
    parse_age,
)


class Missing(Enum):
    """The type of ``MISSING``; an enum, so that type checkers narrow on ``is MISSING``."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""What a store's ``get`` gives for an absent entry. A cached ``None`` is a value."""


class Codec(Protocol):
    """How values become bytes in a store and come back."""

    def encode(self, value: object) -> bytes:
        """Give the bytes of a value.

        Raises:
            TypeError: The value, or a part of it, cannot be encoded.
            ValueError: The value is of a type that can be encoded, but not this value.
            ValueTooLarge: The bytes are more than the codec allows.
        """

    def decode(self, data: bytes | None) -> object | Missing:
        """Give the value back; absent, corrupt and foreign entries are all ``MISSING``."""


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


_scan: Callable[[str, int], tuple[object, int]] = json.JSONDecoder(parse_constant=_refuse).scan_once  # type: ignore[attr-defined]
_dump = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode


class JsonCodec:
    """JSON: plain where it can be, so that other programs read it, too.

    datetime, date, time, timedelta, Decimal, bytes, UUID, set, frozenset, tuple and dicts with
    keys that are no strings become objects with a tag, ``{"$decimal": "9.90"}``, and come back
    as what they were; a subclass of a built-in type comes back as the built-in. Dataclasses,
    pydantic models and enums do if they are named in ``types``. Never pickle.

    Args:
        types: Classes that may be cached: dataclasses, pydantic models (2.11 or later), enums.
        compress_over: Values of more bytes than this are compressed by zlib (other programs
            cannot read them as JSON then); None for never.
        max_bytes: The largest entry; a larger one is refused, and so not cached. The default,
            1 MiB less 1 KiB, is what Memcached takes.

    Raises:
        TypeError: A type is of another kind.
        ValueError: A number is out of its range, or two types have one name.
    """

    def __init__(
        self,
        types: Iterable[type] = (),
        *,
        compress_over: int | None = None,
        max_bytes: int = LARGEST,
    ) -> None:
        from serverless_stack.runtime.caching.codecs.tags import Tags

        self._tags = Tags(types)
        self._frame = Frame(compress_over, max_bytes)
        self._decoder = json.JSONDecoder(object_hook=self._tags.unwrap, parse_constant=_refuse)

    def encode(self, value: object) -> bytes:
        """Give the bytes of a value.

        Raises:
            TypeError: It, or a part of it, is of a type that cannot be cached.
            ValueError: It holds a NaN, an infinity, half a surrogate pair, or itself.
            ValueTooLarge: It has more than ``max_bytes``.
        """
        if type(value) is Aged:
            return age_head(value) + self.encode(value.value)
        return self._frame.close(_dump(self._tags.wrap(value)).encode())

    def decode(self, data: bytes | None) -> object | Missing:
        """Give the value back; absent, corrupt and foreign entries are all ``MISSING``."""
        if data is None:
            return MISSING
        if b'{"$' in data or data[:1] < b" ":
            return self._decode_more(data)
        try:
            text = data.decode()
            value, end = _scan(text, 0)
        except (ValueError, RecursionError):
            return MISSING
        except StopIteration:
            return self._decode_more(data)
        return value if end == len(text) else self._decode_more(data)

    def _decode_more(self, data: bytes) -> object | Missing:
        """Decode what has tags, a header, or blanks around it."""
        try:
            if data.startswith(AGED):
                fresh_until, valid_until, rest = parse_age(data)
                value = MISSING if rest.startswith(AGED) else self.decode(rest)
                return MISSING if value is MISSING else Aged(value, fresh_until, valid_until)
            if data.startswith(DEFLATED):
                data = inflate(data)
            found: object = self._decoder.decode(data.decode())
        except Exception:  # a class of the user's may raise anything about foreign content
            return MISSING
        return found


JSON: Final[Codec] = JsonCodec()
"""The codec of every store unless it is given another one."""


def encode(value: object) -> bytes:
    """Give the JSON of a value; see `JsonCodec.encode`."""
    return JSON.encode(value)


def decode(data: bytes | None) -> object | Missing:
    """Give the value back; see `JsonCodec.decode`."""
    return JSON.decode(data)


def codec_of(store: object) -> Codec:
    """Give the codec of a store: what it calls so, or JSON."""
    codec: Codec = getattr(store, "codec", JSON)
    return codec
