"""The index: which content and headers the objects of a bucket have, as far as we wrote them.

S3 lists neither headers nor, for large objects, a hash of the content. An entry counts as long as
the object has the same tag and is older than the index: then nobody else has written it. The
entries lie in the order of the keys, as S3 lists them, so that both are read side by side.
"""

import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from serverless_stack.operations.sync.locations import Bucket
from serverless_stack.operations.sync.store import Store

_FORMAT = {"format": 2}
_NEVER = datetime.min.replace(tzinfo=UTC)


class Known(NamedTuple):
    """What is known of an object: its key, its tag, its content and the digest of its headers."""

    key: str
    etag: str
    content: str
    headers: str


class Entries:
    """Entries in the order of their keys, written once, compressed from the start."""

    def __init__(self) -> None:
        self._made = io.BytesIO()
        self._file = gzip.GzipFile(fileobj=self._made, mode="wb", compresslevel=5, mtime=0)
        self._file.write(_line(_FORMAT))
        self.count = 0

    def add(self, known: Known) -> None:
        """Add an entry, after all others."""
        self._file.write(_line(known))
        self.count += 1

    def packed(self) -> bytes:
        """End it, and give what is kept in the bucket."""
        self._file.close()
        return self._made.getvalue()


class Index:
    """What an index says, to be asked in the order of the keys.

    Args:
        packed: The index as it is kept; empty for none.
        written: When it was written.
    """

    def __init__(self, packed: bytes = b"", written: datetime = _NEVER) -> None:
        self._entries = unpacked(packed)
        self._next = next(self._entries, None)
        self._written = written
        self.idle = 0
        """How many entries there are for what S3 no longer lists."""

    def get(self, key: str, etag: str, modified: datetime) -> Known | None:
        """What is known of an object that S3 lists with this tag and date."""
        while self._next is not None and self._next.key < key:
            self.idle += 1
            self._next = next(self._entries, None)
        known = self._next
        if known is None or known.key != key:
            return None
        self._next = next(self._entries, None)
        # Strictly older: S3 counts whole seconds, in which somebody may have written it again.
        return known if known.etag == etag and modified < self._written else None

    def close(self) -> None:
        """Count the entries that nothing asked for."""
        while self._next is not None:
            self.idle += 1
            self._next = next(self._entries, None)


def unpacked(packed: bytes) -> Iterator[Known]:
    """The entries of an index, one at a time; none if it has another format."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as lines:
            if json.loads(next(lines, b"null")) != _FORMAT:
                return
            for line in lines:
                yield Known(*json.loads(line.decode()))
    except (EOFError, OSError, zlib.error, ValueError):
        return


def read(store: Store, bucket: Bucket) -> Index:
    """Read the index of a bucket; an empty one if there is none."""
    kept = store.kept(bucket.name, bucket.index_key)
    return Index(kept.content, kept.modified) if kept else Index()


def packed(entries: Iterable[Known]) -> bytes:
    """Entries in the order of their keys, as they are kept in the bucket."""
    made = Entries()
    for known in entries:
        made.add(known)
    return made.packed()


def write(store: Store, bucket: Bucket, packed: bytes) -> None:
    """Write the index of a bucket."""
    store.keep(bucket.name, bucket.index_key, packed)


def _line(fields: object) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"
