"""What JSON and msgpack entries have in common: the age of a value, compression, and a limit."""

import struct
from abc import ABC, abstractmethod

from serverless_stack.runtime.caching.base import MISSING, CacheEntry, Missing, ValueTooLarge

# First bytes with which no JSON text begins.
DEFLATED = b"\x01"
MSGPACK = b"\x02"
AGED = b"\x03"

MAX_ENTRY_BYTES = 1024 * 1024 - 1024
"""Memcached limits items to 1 MiB, with the key and its own overhead in them."""

_MAX_INFLATED_BYTES = 64 * 1024 * 1024  # a compressed entry with more is an attack
_TIMES = struct.Struct(">dd")


class FramedCodec(ABC):
    """Encodes `CacheEntry` values, compresses large entries and limits their size.

    Args:
        compress_over: Entries with more bytes are compressed if that makes them smaller; 0 or
            more. Default: never.
        max_bytes: The largest entry, 1 or more.

    Raises:
        ValueError: A number is out of range.
    """

    def __init__(self, compress_over: int | None, max_bytes: int) -> None:
        if compress_over is not None and (type(compress_over) is not int or compress_over < 0):
            raise ValueError(f"`compress_over` must be 0 bytes or more, got: {compress_over!r}")
        if type(max_bytes) is not int or max_bytes < 1:
            raise ValueError(f"`max_bytes` must be 1 byte or more, got: {max_bytes!r}")
        self._compress_over = compress_over
        self._max_bytes = max_bytes

    def encode(self, value: object) -> bytes:
        """Return the bytes of a value.

        Raises:
            TypeError: The value, or a part of it, is of a type that cannot be cached.
            ValueError: The type can be cached, but not this value: a NaN (in JSON), an integer
                of more than 64 bits (in msgpack), a lone surrogate, a value that contains itself.
            ValueTooLarge: The bytes exceed ``max_bytes``.
        """
        if type(value) is CacheEntry:
            head = AGED + _TIMES.pack(value.fresh_until, value.valid_until)
            return head + self.encode(value.value)
        entry = self._dump(value)
        if self._compress_over is not None and self._compress_over < len(entry):
            entry = _deflate(entry)
        if len(entry) > self._max_bytes:
            raise ValueTooLarge(
                f"the value is too large for the cache: its entry must have {self._max_bytes}"
                f" bytes or fewer, got: {len(entry)}"
            )
        return entry

    def decode(self, data: bytes | None) -> object | Missing:
        """Return the value; ``MISSING`` for absent, corrupt and foreign entries."""
        if data is None:
            return MISSING
        try:
            if data.startswith(AGED):
                return self._decode_aged(data)
            if data.startswith(DEFLATED):
                data = _inflate(data)
            return self._load(data)
        except Exception:  # a user's class may raise anything about foreign content
            return MISSING

    def _decode_aged(self, data: bytes) -> CacheEntry | Missing:
        end = len(AGED) + _TIMES.size
        fresh_until, valid_until = _TIMES.unpack(data[len(AGED) : end])
        if not fresh_until <= valid_until or data.startswith(AGED, end):  # a NaN, or corrupt
            return MISSING
        value = self.decode(data[end:])
        return MISSING if value is MISSING else CacheEntry(value, fresh_until, valid_until)

    @abstractmethod
    def _dump(self, value: object) -> bytes:
        """Return the bytes of a value, neither compressed nor limited."""

    @abstractmethod
    def _load(self, data: bytes) -> object | Missing:
        """Return the value of such bytes; may raise anything if they are not."""


def _deflate(entry: bytes) -> bytes:
    import zlib

    if len(entry) > _MAX_INFLATED_BYTES:
        return entry
    deflated = DEFLATED + zlib.compress(entry)
    return deflated if len(deflated) < len(entry) else entry


def _inflate(data: bytes) -> bytes:
    import zlib

    stream = zlib.decompressobj()
    entry = stream.decompress(data[len(DEFLATED) :], _MAX_INFLATED_BYTES)
    if not stream.eof or stream.unused_data:
        raise ValueError("not a compressed value: it is cut off, too large, or has a tail")
    return entry
