"""A look into a Memcached node."""

import base64
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRWPair
from urllib.parse import unquote_to_bytes

from ...engines.memcached import MemcachedNode
from ..requests import Document
from ..values import MAX_BYTES, describe

MAX_KEYS = 200
MAX_SEEN = 200_000
SECONDS = 5.0
ATTEMPTS = 20


class MemcachedLook:
    """A look into a node, which does not count as hits and misses of the app.

    Args:
        node: The node.
        own: The hits and misses of the console so far, which this adds to.
    """

    def __init__(self, node: MemcachedNode, own: list[int]) -> None:
        self._node, self._own = node, own

    def statistics(self) -> dict[str, int]:
        """Return the number of keys, hits, misses, bytes and evictions."""
        with self._connection() as stream:
            stream.write(b"stats\r\n")
            stream.flush()
            found = dict(_statistics(stream))
        return {
            "keys": found.get("curr_items", 0),
            "hits": found.get("get_hits", 0) - self._own[0],
            "misses": found.get("get_misses", 0) - self._own[1],
            "bytes": found.get("bytes", 0),
            "evictions": found.get("evictions", 0),
        }

    def keys(self, match: str, cursor: str) -> tuple[list[Document], str]:
        """Return the first keys with a text after a number of them, and the cursor for more."""
        skipped = int(cursor) if cursor.isdigit() else 0
        found: list[Document] = []
        with self._connection() as stream:
            for line in _dump(stream):
                fields = dict(part.partition(b"=")[::2] for part in line.split())
                key = unquote_to_bytes(fields[b"key"])
                name = key.decode("utf-8", "backslashreplace")
                if match and match not in name:
                    continue
                if skipped:
                    skipped -= 1
                    continue
                if len(found) == MAX_KEYS:
                    return found, str(MAX_KEYS + int(cursor or 0))
                found.append(_key(key, name, int(fields[b"exp"]), int(fields.get(b"size", 0))))
        found.sort(key=lambda each: str(each["name"]))
        return found, ""

    def value(self, key: bytes) -> Document | None:
        """Return the value of a key; None if it is not there."""
        if not 0 < len(key) <= 250 or any(byte <= 32 or byte == 127 for byte in key):
            return None
        with self._connection() as stream:
            stream.write(b"get %s\r\n" % key)
            stream.flush()
            head = stream.readline().split()
            if head[:1] != [b"VALUE"]:
                self._own[1] += 1
                return None
            self._own[0] += 1
            size = int(head[3])
            content = stream.read(min(size, MAX_BYTES))
        return {"type": "item", **describe(content, size)}

    @contextmanager
    def _connection(self) -> Iterator[BufferedRWPair]:
        with (
            socket.create_connection(("127.0.0.1", self._node.inner_port), SECONDS) as connection,
            connection.makefile("rwb") as stream,
        ):
            yield stream


def _dump(stream: BufferedRWPair) -> Iterator[bytes]:
    """Yield a line for each item. The crawler does one thing at a time."""
    for _attempt in range(ATTEMPTS):
        stream.write(b"lru_crawler metadump all\r\n")
        stream.flush()
        line = stream.readline()
        if not line.startswith(b"BUSY"):
            break
        time.sleep(0.05)
    for _line in range(MAX_SEEN):
        if not line.startswith(b"key="):
            return
        yield line
        line = stream.readline()


def _statistics(stream: BufferedRWPair) -> Iterator[tuple[str, int]]:
    while (words := stream.readline().split())[:1] == [b"STAT"]:
        if words[2].isdigit():
            yield words[1].decode(), int(words[2])


def _key(key: bytes, name: str, expires: int, size: int) -> Document:
    left = None if expires <= 0 else max(0.0, expires - time.time())
    return {
        "key": base64.b64encode(key).decode(),
        "name": name,
        "type": "item",
        "left": left,
        "size": size,
    }
