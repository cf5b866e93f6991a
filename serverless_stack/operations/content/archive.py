"""Reading single files of a zip file in S3, without downloading all of it."""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from serverless_stack._shared.content.index import Entry
from serverless_stack._shared.content.tree import zip_key
from serverless_stack.operations.content.errors import ContentError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_SPAN = 2 << 20
_BUFFER = 1 << 20
_HEADER = struct.Struct("<4s5H3L2H")


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Ranges(io.RawIOBase):
    """An object in S3 as a file."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._client, self._bucket, self._key = client, bucket, key
        self._size = client.head_object(Bucket=bucket, Key=key)["ContentLength"]
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        end = min(self._at + len(buffer), self._size)
        if self._at >= end:
            return 0
        content = self.body(self._at, end).read()
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)

    def body(self, start: int, end: int) -> _Readable:
        """Return the bytes of a range as a stream."""
        span = f"bytes={start}-{end - 1}"
        return self._client.get_object(Bucket=self._bucket, Key=self._key, Range=span)["Body"]


class Archive:
    """A zip file in S3. Its directory is read once, and files by ranges.

    Args:
        client: The client of S3, for several threads.
        bucket: The bucket.
        key: The key of the zip file.
    """

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._file = _Ranges(client, bucket, key)
        with zipfile.ZipFile(_buffered(self._file)) as archive:
            listed = sorted(archive.infolist(), key=lambda info: info.header_offset)
            starts = [info.header_offset for info in listed] + [archive.start_dir]
        self._infos = {zip_key(info): info for info in listed}
        self._ends = {zip_key(info): end for info, end in zip(listed, starts[1:], strict=True)}

    def spans(self, entries: Sequence[Entry]) -> Iterator[list[Entry]]:
        """Group small files that one request reads: neighbours of up to 2 MiB, or one file."""
        span: list[Entry] = []
        start = 0
        for entry in sorted(entries, key=lambda entry: self._info(entry).header_offset):
            if span and self._ends[entry.key] - start > _SPAN:
                yield span
                span = []
            if not span:
                start = self._info(entry).header_offset
            span.append(entry)
        if span:
            yield span

    def weight(self, span: Sequence[Entry]) -> int:
        """Return the bytes held while a span is read: all of it packed, one file unpacked."""
        packed = self._ends[span[-1].key] - self._info(span[0]).header_offset
        return packed + max(entry.size for entry in span)

    def read(self, span: Sequence[Entry]) -> Iterator[tuple[Entry, bytearray]]:
        """Read the files of a span.

        Yields:
            Each file with its bytes.

        Raises:
            ContentError: If the bytes are not those of the index.
        """
        start = self._info(span[0]).header_offset
        data = self._file.body(start, self._ends[span[-1].key]).read()
        for entry in span:
            info = self._info(entry)
            at = info.header_offset - start
            at += _data_offset(data[at : at + _HEADER.size])
            packed = io.BytesIO(data)  # which does not copy them
            packed.seek(at)
            yield entry, Stream(packed, info, entry).whole()

    def stream(self, entry: Entry) -> "Stream":
        """Read a large file in parts.

        Raises:
            ContentError: At its end, if the bytes are not those of the index.
        """
        info = self._info(entry)
        body = self._file.body(info.header_offset, self._ends[entry.key])
        skipped = _data_offset(body.read(_HEADER.size)) - _HEADER.size
        body.read(skipped)
        return Stream(body, info, entry)

    def _info(self, entry: Entry) -> zipfile.ZipInfo:
        if entry.key not in self._infos:
            raise ContentError(f"{entry.key} is in the index but not in the zip file")
        return self._infos[entry.key]


class Stream(io.RawIOBase):
    """The bytes of one file, unpacked and checked as they are read."""

    def __init__(self, packed: _Readable, info: zipfile.ZipInfo, entry: Entry) -> None:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ContentError(f"{entry.key} must be stored or deflated in the zip file")
        if info.flag_bits & 1:
            raise ContentError(f"{entry.key} must not be encrypted in the zip file")
        self._packed, self._left, self._entry = packed, info.compress_size, entry
        deflated = info.compress_type == zipfile.ZIP_DEFLATED
        self._inflate = zlib.decompressobj(-15) if deflated else None
        self._digest, self._size = hashlib.sha256(), 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        """Fill a buffer with the next bytes; raise `ContentError` at a wrong end.

        Only at the end of the file is less than a buffer read: boto3 takes a short read for the
        end, and reads all that follows into memory.
        """
        filled = 0
        while filled < len(buffer):
            block = self._block(len(buffer) - filled)
            if block:
                self._digest.update(block)
                self._size += len(block)
                buffer[filled : filled + len(block)] = block
                filled += len(block)
            elif not self._left and not (self._inflate and self._inflate.unconsumed_tail):
                self._check()
                break
        return filled

    def whole(self) -> bytearray:
        """Return all bytes, held once; raise `ContentError` if they are wrong."""
        content = bytearray(self._entry.size)
        self.readinto(content)
        self.read(1)
        self._check()
        return content

    def _block(self, size: int) -> bytes:
        if self._inflate is None:
            packed = self._packed.read(min(size, self._left))
            self._take(packed, min(size, self._left))
            return packed
        tail = self._inflate.unconsumed_tail
        if tail or not self._left:
            return self._inflate.decompress(tail, size)
        packed = self._packed.read(min(_BUFFER, self._left))
        self._take(packed, min(_BUFFER, self._left))
        return self._inflate.decompress(packed, size)

    def _take(self, packed: bytes, expected: int) -> None:
        if expected and not packed:
            raise ContentError(f"{self._entry.key} ends too early in the zip file")
        self._left -= len(packed)

    def _check(self) -> None:
        entry = self._entry
        if self._size != entry.size or self._digest.hexdigest() != entry.sha256:
            raise ContentError(f"{entry.key} is not the file that was there at synthesis")


def _buffered(file: io.RawIOBase) -> io.BufferedReader:
    return io.BufferedReader(file, _BUFFER)


def _data_offset(header: bytes) -> int:
    """Return where the data begins, counted from the beginning of the header before it."""
    fields = _HEADER.unpack(header)
    if fields[0] != b"PK\x03\x04":
        raise ContentError("the zip file is damaged: a file has no header")
    return _HEADER.size + int(fields[-2]) + int(fields[-1])
