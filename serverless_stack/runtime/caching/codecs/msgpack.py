"""Values as msgpack: smaller and faster than JSON for numbers and bytes."""

from collections.abc import Iterable

from serverless_stack.runtime.caching.codecs.aged import Aged
from serverless_stack.runtime.caching.codecs.framing import (
    AGED,
    DEFLATED,
    LARGEST,
    MSGPACK,
    Frame,
    age_head,
    inflate,
    parse_age,
)
from serverless_stack.runtime.caching.codecs.json import MISSING, JsonCodec, Missing
from serverless_stack.runtime.caching.codecs.tags import Tags


class MsgpackCodec:
    """msgpack, for what `JsonCodec` takes; integers have 64 bits, and bytes cost no more.

    Entries that are JSON are read, too, so a cache can change over while it is used. A whole
    number alone is stored as JSON, since servers count on its digits. Needs the ``msgpack``
    library: ``serverless-stack[msgpack]``.

    Args:
        types: See `JsonCodec`.
        compress_over: See `JsonCodec`.
        max_bytes: See `JsonCodec`.

    Raises:
        ImportError: The ``msgpack`` library is not installed.
    """

    def __init__(
        self,
        types: Iterable[type] = (),
        *,
        compress_over: int | None = None,
        max_bytes: int = LARGEST,
    ) -> None:
        try:
            from msgpack import packb, unpackb  # type: ignore[import-untyped]
        except ImportError as error:
            raise ImportError(
                "MsgpackCodec needs the `msgpack` library: add it to the requirements of your"
                " function, or install serverless-stack[msgpack]"
            ) from error
        types = tuple(types)
        self._pack = packb
        self._unpack = unpackb
        self._tags = Tags(types, binary=True)
        self._frame = Frame(compress_over, max_bytes)
        self._json = JsonCodec(types)

    def encode(self, value: object) -> bytes:
        """Give the bytes of a value.

        Raises:
            TypeError: It, or a part of it, is of a type that cannot be cached.
            ValueError: It holds an integer of more than 64 bits, half a surrogate pair, or itself.
            ValueTooLarge: It has more than ``max_bytes``.
        """
        if type(value) is Aged:
            return age_head(value) + self.encode(value.value)
        if type(value) is int:
            return self._json.encode(value)
        try:
            payload: bytes = self._pack(self._tags.wrap(value))
        except OverflowError:
            raise ValueError("an integer in the value has more than 64 bits") from None
        return self._frame.close(MSGPACK + payload)

    def decode(self, data: bytes | None) -> object | Missing:
        """Give the value back; absent, corrupt and foreign entries are all ``MISSING``."""
        if data is None:
            return MISSING
        try:
            if data.startswith(AGED):
                fresh_until, valid_until, rest = parse_age(data)
                value = MISSING if rest.startswith(AGED) else self.decode(rest)
                return MISSING if value is MISSING else Aged(value, fresh_until, valid_until)
            if data.startswith(DEFLATED):
                data = inflate(data)
            if not data.startswith(MSGPACK):
                return self._json.decode(data)
            hook = self._tags.unwrap if b"$" in data else None
            found: object = self._unpack(memoryview(data)[1:], object_hook=hook)
        except Exception:  # a class of the user's may raise anything about foreign content
            return MISSING
        return found
