"""Files that are replaced as a whole."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO


@contextmanager
def replacing(path: str, prefix: str, *, new: bool = False) -> Iterator[IO[bytes]]:
    """Open a file that takes the place and mode of another when all has been written.

    A new file gets the mode that the umask allows; a link is replaced, not followed.

    Args:
        path: The file to replace.
        prefix: How the name begins while the file is written. It lies in the same folder, and is
            deleted if the block raises.
        new: Whether there must be no such file, by any name that the file system takes for it.

    Raises:
        FileExistsError: There is a folder, a device or a pipe; or anything, with ``new``.
    """
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        kept = None
    else:
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
            raise FileExistsError(errno.EEXIST, "only a regular file can be replaced", path)
        if new:
            raise FileExistsError(errno.EEXIST, "somebody else has created it", path)
        kept = status.st_mode & 0o777 if stat.S_ISREG(status.st_mode) else None
    part = os.path.join(os.path.dirname(path), f"{prefix}{os.urandom(8).hex()}.part")
    # Less the umask; before the first byte, as what is written may be secret.
    mode = 0o666 if kept is None else kept
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            if kept is not None:
                os.fchmod(file.fileno(), kept)
            yield file
        if new:
            _rename_to_new(part, path)
        else:
            os.replace(part, path)
    except BaseException:
        with suppress(OSError):  # it could not even be created
            os.unlink(part)
        raise


def _rename_to_new(part: str, path: str) -> None:
    try:
        os.link(part, path)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, "somebody else has created it", path) from None
    except OSError:  # a file system without hard links
        os.rename(part, path)
    else:
        os.unlink(part)
