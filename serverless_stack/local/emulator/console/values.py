"""Entries of caches as text: what the codecs of this library wrote, or what else is there.

Nothing is loaded that could run code. The first bytes are those of `runtime/caching/codecs`, which
this process cannot import.
"""

import json
import math
import struct
import zlib
from typing import Any

DEFLATED = b"\x01"
MSGPACK = b"\x02"
AGED = b"\x03"
MAX_BYTES = 256 * 1024
MAX_INFLATED_BYTES = 2 * 1024 * 1024
_TIMES = struct.Struct(">dd")
_MAX_DEPTH = 64
_SIZES = {1: ">B", 2: ">H", 4: ">I", 8: ">Q"}

Document = dict[str, Any]


def describe(content: bytes, size: int | None = None) -> Document:
    """Return an entry as text, with its codec, and its times if it has them.

    Args:
        content: The entry, or its beginning.
        size: The size of the whole entry. Default: that of the content.
    """
    size = len(content) if size is None else size
    found: Document = {"size": size, "cut": size > len(content)}
    if content.startswith(AGED) and len(content) > _TIMES.size:
        fresh_until, valid_until = _TIMES.unpack(content[1 : 1 + _TIMES.size])
        if math.isfinite(fresh_until) and math.isfinite(valid_until):  # else it is no entry of ours
            found |= {"fresh_until": fresh_until, "valid_until": valid_until}
            content = content[1 + _TIMES.size :]
    codec = ""
    if content.startswith(DEFLATED):
        codec, content = ", compressed", _inflated(content)
    return {**found, **_decoded(content, codec)}


def _decoded(content: bytes, suffix: str) -> Document:
    if content.startswith(MSGPACK):
        try:
            value = _Msgpack(content[1:]).read()
            return {"codec": f"msgpack{suffix}", "text": _pretty(value)}
        except (ValueError, IndexError, struct.error, RecursionError):
            return {"codec": f"msgpack{suffix}, cut or invalid", "text": _hexadecimal(content)}
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        if error.start < len(content) - 4:
            return {"codec": f"bytes{suffix}", "text": _hexadecimal(content)}
        text = content[: error.start].decode()  # cut within a character
    try:
        return {"codec": f"JSON{suffix}", "text": _pretty(json.loads(text))}
    except (ValueError, RecursionError):
        return {"codec": f"text{suffix}", "text": text}


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content[1:], MAX_INFLATED_BYTES)
    except zlib.error:
        return content


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _hexadecimal(content: bytes) -> str:
    """Return the first bytes as `hexdump -C` shows them."""
    lines = []
    for start in range(0, min(len(content), 1024), 16):
        row = content[start : start + 16]
        digits = " ".join(f"{byte:02x}" for byte in row)
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:06x}  {digits:<47}  {text}")
    return "\n".join(lines) + ("\n…" if len(content) > 1024 else "")


class _Msgpack:
    """A reader of msgpack, as far as the codec writes it: no extension types.

    Args:
        content: The bytes.
    """

    def __init__(self, content: bytes) -> None:
        self._content, self._at, self._depth = content, 0, 0

    def read(self) -> object:
        """Return the next value.

        Raises:
            ValueError: It is not msgpack.
            IndexError: It is cut off.
            struct.error: It is cut off.
        """
        kind = self._number(1)
        if kind <= 0x7F or kind >= 0xE0:
            return kind if kind <= 0x7F else kind - 256
        if kind <= 0x9F:
            return self._items(kind & 0x0F, pairs=kind <= 0x8F)
        if kind <= 0xBF:
            return self._bytes(kind & 0x1F).decode()
        simple = {0xC0: None, 0xC2: False, 0xC3: True}
        if kind in simple:
            return simple[kind]
        if kind in (0xCA, 0xCB):
            size = 4 if kind == 0xCA else 8
            return struct.unpack(">f" if size == 4 else ">d", self._bytes(size))[0]
        if 0xCC <= kind <= 0xD3:
            size = 1 << (kind & 3)
            return int.from_bytes(self._bytes(size), "big", signed=kind >= 0xD0)
        if 0xC4 <= kind <= 0xC6:
            content = self._bytes(self._number(1 << (kind - 0xC4)))
            return {"$bytes": content[:64].hex() + ("…" if len(content) > 64 else "")}
        if 0xD9 <= kind <= 0xDB:
            return self._bytes(self._number(1 << (kind - 0xD9))).decode()
        if 0xDC <= kind <= 0xDF:
            return self._items(self._number(2 if kind % 2 == 0 else 4), pairs=kind >= 0xDE)
        raise ValueError(f"no msgpack: {kind:#x}")

    def _items(self, count: int, *, pairs: bool) -> object:
        self._depth += 1
        if self._depth > _MAX_DEPTH or count > len(self._content):
            raise ValueError("too deep, or cut off")
        found: object
        if pairs:
            found = {str(self.read()): self.read() for _ in range(count)}
        else:
            found = [self.read() for _ in range(count)]
        self._depth -= 1
        return found

    def _number(self, size: int) -> int:
        return int(struct.unpack(_SIZES[size], self._bytes(size))[0])

    def _bytes(self, size: int) -> bytes:
        piece = self._content[self._at : self._at + size]
        if len(piece) < size:
            raise IndexError("cut off")
        self._at += size
        return piece
