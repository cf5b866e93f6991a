"""Values as msgpack: smaller and faster than JSON for numbers and bytes."""

from collections.abc import Iterable

from serverless_stack.runtime.arguments import check_kind
from serverless_stack.runtime.caching.base import Missing
from serverless_stack.runtime.caching.codecs.framing import MAX_ENTRY_BYTES, MSGPACK, FramedCodec
from serverless_stack.runtime.caching.codecs.json import JsonCodec
from serverless_stack.runtime.caching.codecs.tags import Tags


class MsgpackCodec(FramedCodec):
    """msgpack for the values of `JsonCodec`; integers have 64 bits, and bytes need no tag.

    JSON entries are read as well, so a cache can be switched while it is in use. A single
    integer is stored as JSON, because servers increment its digits. Requires the library
    ``msgpack`` in the requirements of the function.

    Args:
        types: See `JsonCodec`, as for the following.
        compress_over: See there.
        max_bytes: See there.

    Raises:
        ImportError: The ``msgpack`` library is not installed.
    """

    def __init__(
        self,
        types: Iterable[type] = (),
        *,
        compress_over: int | None = None,
        max_bytes: int = MAX_ENTRY_BYTES,
    ) -> None:
        try:
            from msgpack import packb, unpackb  # type: ignore[import-untyped]
        except ImportError as error:
            raise ImportError(
                "MsgpackCodec needs the `msgpack` library: add `msgpack` to the requirements of"
                " your function"
            ) from error
        super().__init__(compress_over, max_bytes)
        check_kind("types", types, Iterable, "a list of classes")
        types = tuple(types)
        self._pack = packb
        self._unpack = unpackb
        self._tags = Tags(types, binary=True)
        self._json = JsonCodec(types)

    def _dump(self, value: object) -> bytes:
        if type(value) is int:
            return self._json.encode(value)
        try:
            packed: bytes = self._pack(self._tags.wrap(value))
        except OverflowError:
            raise ValueError("an integer in the value has more than 64 bits") from None
        return MSGPACK + packed

    def _load(self, data: bytes) -> object | Missing:
        if not data.startswith(MSGPACK):
            return self._json.decode(data)
        hook = self._tags.unwrap if b"$" in data else None
        found: object = self._unpack(memoryview(data)[len(MSGPACK) :], object_hook=hook)
        return found
