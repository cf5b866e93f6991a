"""The folder of this machine in which packages are kept, under a hash of their input."""

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from serverless_stack._shared.machine import cache_folder

_UNUSABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
_NOTES = "package.json"
_ARCHIVE = "code.zip"
_MAX_BYTES = 1024**3
_MAX_ARCHIVES = 1000
_SECONDS_IN_USE = 3600  # after the last use, in which another process may read an archive


def cached(
    kind: str,
    key: str,
    build: Callable[[Path], None],
    is_whole: Callable[[Path], bool] = Path.is_dir,
) -> Path:
    """Return a folder of the cache; build it if it is missing.

    Args:
        kind: The folder of folders like it.
        key: A hash of all that decides its content.
        build: Writes the content to an empty folder.
        is_whole: Whether a folder is what `build` made; one that is not is built again.

    Raises:
        RuntimeError: If the cache cannot be written to.
    """
    folder = cache_folder() / kind / key
    if is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="build-") as scratch:
            target = Path(scratch) / "new"
            target.mkdir()
            build(target)
            if folder.exists() and not is_whole(folder):
                folder.rename(Path(scratch) / "old")
            try:
                target.rename(folder)
            except OSError:
                if not is_whole(folder):  # otherwise another process has built the same meanwhile
                    raise
    except OSError as error:
        place = str(error.filename or "")
        if error.errno not in _UNUSABLE and not place.startswith(str(cache_folder())):
            raise
        raise RuntimeError(
            f"packages are kept in {cache_folder()}, which must be a folder with room that can be "
            f"written to, got: {error}; set SERVERLESS_STACK_CACHE to another one"
        ) from error
    return folder


def cached_archive(
    kind: str, key: str, build: Callable[[Path, Path], Mapping[str, Any]]
) -> tuple[Path, dict[str, Any]]:
    """Return an archive of the cache and the notes about it; build both if they are missing.

    Args:
        kind: The folder of archives like it.
        key: A hash of all that decides its content.
        build: Writes the archive, with a folder to work in, and returns the notes, which JSON can
            hold.

    Raises:
        RuntimeError: If the cache cannot be written to.
    """

    def write(target: Path) -> None:
        work = target.with_name("work")
        work.mkdir()
        notes = build(target / _ARCHIVE, work)
        size = (target / _ARCHIVE).stat().st_size
        (target / _NOTES).write_text(json.dumps({**notes, "bytes": size}), "utf-8")

    folder = cached(kind, key, write, lambda folder: _notes(folder) is not None)
    with suppress(OSError):  # of a cache that is read-only
        os.utime(folder / _ARCHIVE)  # the time of its last use
    return folder / _ARCHIVE, _notes(folder) or {}


def has_archive(kind: str, key: str) -> bool:
    """Whether the cache has an archive.

    Args:
        kind: The folder of archives like it.
        key: The hash of its input.
    """
    return _notes(cache_folder() / kind / key) is not None


def remove_oldest(kind: str) -> None:
    """Remove the archives that were not used for longest, if there are too many or too large.

    Args:
        kind: The folder of archives like them.
    """
    with suppress(OSError):  # another process removes them as well
        archives = [*(cache_folder() / kind).glob(f"*/{_ARCHIVE}")]
        statuses = {path: path.stat() for path in archives}
        archives.sort(key=lambda path: statuses[path].st_mtime, reverse=True)
        size = 0
        for count, path in enumerate(archives, 1):
            size += statuses[path].st_size
            is_unused = statuses[path].st_mtime < time.time() - _SECONDS_IN_USE
            if is_unused and (size > _MAX_BYTES or count > _MAX_ARCHIVES):
                shutil.rmtree(path.parent, ignore_errors=True)


def _notes(folder: Path) -> dict[str, Any] | None:
    """Return the notes about an archive; None if it or they are missing or cut off."""
    try:
        notes: dict[str, Any] = json.loads((folder / _NOTES).read_text("utf-8"))
        size = (folder / _ARCHIVE).stat().st_size
    except (OSError, ValueError):
        return None
    return notes if notes.get("bytes") == size else None
