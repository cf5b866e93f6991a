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
_KEPT_BYTES = 1024**3  # of a kind, and what was used within the last minutes
_KEPT_SECONDS = 600
_BUILD_SECONDS = 86_400  # longer than the slowest installation


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
                with suppress(FileNotFoundError):  # another process replaces it as well
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

    Each edit makes another archive: those that were used last are kept.

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
        _remove_oldest(cache_folder() / kind)

    def is_whole(folder: Path) -> bool:
        return _notes(folder) is not None

    folder = cached(kind, key, write, is_whole)
    # Another process may be replacing the same broken one.
    notes = _notes(folder) or _notes(cached(kind, key, write, is_whole))
    return folder / _ARCHIVE, notes or {}


def has_archive(kind: str, key: str) -> bool:
    """Whether the cache has an archive.

    Args:
        kind: The folder of archives like it.
        key: The hash of its input.
    """
    return _notes(cache_folder() / kind / key) is not None


def _notes(folder: Path) -> dict[str, Any] | None:
    """Return the notes about an archive; None if it or they are missing or cut off."""
    with suppress(OSError):  # of a cache that is read-only
        os.utime(folder / _NOTES)  # the time of its last use
    try:
        notes: dict[str, Any] = json.loads((folder / _NOTES).read_text("utf-8"))
        size = (folder / _ARCHIVE).stat().st_size
    except (OSError, ValueError):
        return None
    return notes if notes.get("bytes") == size else None


def _remove_oldest(folder: Path) -> None:
    """Remove the archives that were not used for long, and what killed processes have left."""
    uses = {}
    for path in folder.iterdir():
        with suppress(OSError):  # another process removes the same
            notes, archive = path / _NOTES, path / _ARCHIVE
            time_of_use = (notes if notes.is_file() else path).stat().st_mtime
            uses[path] = (time_of_use, archive.stat().st_size if archive.is_file() else 0)
    size, now = 0, time.time()
    for path in sorted(uses, key=lambda path: uses[path], reverse=True):
        size += uses[path][1]
        is_left_over = not uses[path][1]
        least_age = _BUILD_SECONDS if is_left_over else _KEPT_SECONDS
        if (is_left_over or size > _KEPT_BYTES) and uses[path][0] < now - least_age:
            with suppress(OSError):
                # Out of sight at once: half of an archive is none.
                removed = path.rename(path.with_name(f"removed-{path.name}"))
                shutil.rmtree(removed, ignore_errors=True)
