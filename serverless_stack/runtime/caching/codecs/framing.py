"""What comes before and around the bytes of a value: its age, compression, and a limit."""

import struct

from serverless_stack.runtime.caching.codecs.aged import Aged
from serverless_stack.runtime.caching.errors import ValueTooLarge

# First bytes with which no JSON text begins.
DEFLATED = b"\x01"
MSGPACK = b"\x02"
AGED = b"\x03"

LARGEST = 1024 * 1024 - 1024
"""Bytes of a value: Memcached takes items of 1 MiB, with the key and its own overhead in them."""

_INFLATED = 64 * 1024 * 1024  # bytes; what is more is no value of ours, but an attack
_TIMES = struct.Struct(">dd")


class Frame:
    """Compresses and limits.

    Args:
        compress_over: Payloads of more than so many bytes are compressed if that makes them
            smaller; 0 or more, None for never.
        max_bytes: The largest entry, 1 or more.
    """

    def __init__(self, compress_over: int | None, max_bytes: int) -> None:
        if compress_over is not None and compress_over < 0:
            raise ValueError(f"`compress_over` must be 0 bytes or more, got: {compress_over}")
        if max_bytes < 1:
            raise ValueError(f"`max_bytes` must be 1 byte or more, got: {max_bytes}")
        self._compress_over = compress_over
        self._max_bytes = max_bytes

    def close(self, payload: bytes) -> bytes:
        """Give the entry of a payload.

        Raises:
            ValueTooLarge: It is larger than allowed.
        """
        size = len(payload)
        if self._compress_over is not None and self._compress_over < size <= _INFLATED:
            import zlib

            deflated = DEFLATED + zlib.compress(payload)
            if len(deflated) < size:
                payload = deflated
        if len(payload) > self._max_bytes:
            raise ValueTooLarge(
                f"the value is too large to be cached: it must have {self._max_bytes} bytes or"
                f" fewer, got: {len(payload)}"
            )
        return payload


def inflate(data: bytes) -> bytes:
    """Give the payload of a compressed entry.

    Raises:
        ValueError: It is cut off or corrupt, or more than 64 MiB.
    """
    import zlib

    stream = zlib.decompressobj()
    try:
        payload = stream.decompress(data[1:], _INFLATED)
    except zlib.error as error:
        raise ValueError(f"not a compressed value: {error}") from error
    if not stream.eof or stream.unused_data:
        raise ValueError("not a compressed value: it is cut off, too large, or has a tail")
    return payload


def age_head(aged: Aged) -> bytes:
    """Give what stands before the entry of a value with a soft life."""
    return AGED + _TIMES.pack(aged.fresh_until, aged.valid_until)


def parse_age(data: bytes) -> tuple[float, float, bytes]:
    """Give both times and the entry of the value.

    Raises:
        struct.error: It is cut off.
        ValueError: It is no age.
    """
    end = 1 + _TIMES.size
    fresh_until, valid_until = _TIMES.unpack(data[1:end])
    if not fresh_until <= valid_until:  # nor if one is no number
        raise ValueError("not the age of a value")
    return fresh_until, valid_until, data[end:]
