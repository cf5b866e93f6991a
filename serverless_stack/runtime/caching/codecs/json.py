"""Values as JSON, so that no entry can run code when it is read."""

import json
from collections.abc import Callable, Iterable
from typing import Final

from serverless_stack.runtime.caching.base import MISSING, Codec, Missing
from serverless_stack.runtime.caching.codecs.framing import MAX_ENTRY_BYTES, FramedCodec
from serverless_stack.runtime.caching.codecs.tags import Tags


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


_scan: Callable[[str, int], tuple[object, int]] = json.JSONDecoder(parse_constant=_refuse).scan_once  # type: ignore[attr-defined]
_dump = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode


class JsonCodec(FramedCodec):
    """Plain JSON where possible, so that other programs can read the entries.

    datetime, date, time, timedelta, Decimal, bytes, UUID, set, frozenset, tuple and dicts with
    keys other than strings become tagged objects, ``{"$decimal": "9.90"}``, and come back as
    what they were. Dataclasses, named tuples, pydantic models and enums need to be named in
    ``types``. Whatever would come back changed is refused, such as an instance of another
    subclass of a built-in type. Never pickle.

    Args:
        types: Classes that may be cached: dataclasses, named tuples, pydantic models (2.11 or
            later), enums.
        compress_over: Entries with more bytes are compressed by zlib (other programs cannot
            read them as JSON then). Default: never.
        max_bytes: The largest entry; larger values are not cached. Default: 1 MiB less 1 KiB,
            what Memcached accepts.

    Raises:
        TypeError: A type is of another kind.
        ValueError: A number is out of range, or two types have the same name.
    """

    def __init__(
        self,
        types: Iterable[type] = (),
        *,
        compress_over: int | None = None,
        max_bytes: int = MAX_ENTRY_BYTES,
    ) -> None:
        super().__init__(compress_over, max_bytes)
        self._tags = Tags(types)
        self._decoder = json.JSONDecoder(object_hook=self._tags.unwrap, parse_constant=_refuse)

    def decode(self, data: bytes | None) -> object | Missing:
        """Return the value; ``MISSING`` for absent, corrupt and foreign entries."""
        if data is None:
            return MISSING
        if b'{"$' in data or data[:1] < b" ":
            return super().decode(data)
        try:  # plain JSON, without the detour
            text = data.decode()
            value, end = _scan(text, 0)
        except (ValueError, RecursionError):
            return MISSING
        except StopIteration:
            return super().decode(data)
        return value if end == len(text) else super().decode(data)

    def _dump(self, value: object) -> bytes:
        return _dump(self._tags.wrap(value)).encode()

    def _load(self, data: bytes) -> object:
        return self._decoder.decode(data.decode())


JSON: Final[Codec] = JsonCodec()
"""The codec of every store by default."""
