"""What identifies the bytes of a local file, as S3 tells it of an object."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator

BLOCK = 1 << 18
_MEBIBYTE = 1 << 20
_USUAL_PARTS = (8, 5, 16, 10, 15, 25, 32, 50, 64, 100, 128, 256, 512)  # MiB


def identify(
    path: str, buffer: memoryview, etag: str, first_part: Callable[[], int] = lambda: 0
) -> tuple[str, int]:
    """Return what identifies the bytes of a file, and its size.

    That is the MD5, which S3 gives as the ETag of most objects, or `etag` itself if that is the
    ETag of these bytes in parts. `first_part` returns the size of an object's first part, and is
    called if none of the usual sizes gives the ETag.
    """
    file = open_regular(path)
    try:
        whole, size = hashlib.md5(usedforsecurity=False), 0
        while length := os.readv(file, (buffer,)):
            whole.update(buffer[:length])
            size += length
        if "-" in etag:
            usual = [*_part_sizes(size, etag)]
            if any(_etag_in_parts(file, part) == etag for part in usual):
                return etag, size
            part = first_part()
            if part > 0 and part not in usual and _etag_in_parts(file, part) == etag:
                return etag, size
        return whole.hexdigest(), size
    finally:
        os.close(file)


def open_regular(path: str, flags: int = os.O_RDONLY) -> int:
    """Open a regular file; a FIFO that has taken its place does not block.

    Raises:
        OSError: If there is none, or something else.
    """
    file = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "it is not a regular file", path)
    return file


def _part_sizes(size: int, etag: str) -> Iterator[int]:
    """Return the sizes of parts with which an object of this size has such an ETag."""
    number = etag.partition("-")[2]
    parts = int(number) if number.isdigit() else 0
    smallest = -(-size // (parts * _MEBIBYTE)) if parts else 0
    for part in dict.fromkeys((*_USUAL_PARTS, smallest)):
        if part and -(-size // (part * _MEBIBYTE)) == parts:
            yield part * _MEBIBYTE


def _etag_in_parts(file: int, part: int) -> str:
    digests, offset = b"", 0
    while True:
        digest, left = hashlib.md5(usedforsecurity=False), part
        while left and (block := os.pread(file, min(left, BLOCK), offset)):
            digest.update(block)
            left -= len(block)
            offset += len(block)
        if left < part:
            digests += digest.digest()
        if left:
            break
    return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(digests) // 16}"
