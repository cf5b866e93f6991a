"""Archives of functions: zip files of which no byte comes from a clock, a umask or a folder."""

import hashlib
import shutil
import stat
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date of the format of zip
_UNIX = 3  # the system of the format of zip that has modes
_LEVEL = 6


@dataclass(frozen=True)
class Entry:
    """A file of a package.

    Attributes:
        mode: ``0o755`` if its owner may execute it, else ``0o644``.
        size: Its size in bytes.
        digest: SHA-256 of its content, in hexadecimal.
    """

    mode: int
    size: int
    digest: str


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    Attributes:
        archive: The archive.
        name: The path of the file in it.
    """

    archive: Path
    name: str

    def read_bytes(self) -> bytes:
        """Return its content."""
        with zipfile.ZipFile(self.archive) as archive:
            return archive.read(self.name)


def read_entries(files: Mapping[str, Path]) -> dict[str, Entry]:
    """Return what the files of a package are, by their paths in it.

    Args:
        files: The path of each file, by its path in the package.
    """
    return {name: _entry(path, path.read_bytes()) for name, path in files.items()}


def digest_of(entries: Mapping[str, Entry]) -> str:
    """Return the digest of the path, mode and content of files.

    Args:
        entries: The files, by their paths.
    """
    digest = hashlib.sha256()
    for name in sorted(entries):
        entry = entries[name]
        digest.update(f"{name}\0{entry.mode:o}\0{entry.digest}\n".encode())
    return digest.hexdigest()


def files_of(folder: Path) -> dict[str, Path]:
    """Return the path of each file in a folder, by its path in the folder.

    Args:
        folder: The folder.
    """
    return {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()
    }


def write_archive(
    target: Path,
    files: Mapping[str, Path],
    *,
    base: Path | None = None,
    without: Collection[str] = (),
    comment: str = "",
) -> dict[str, Entry]:
    """Write an archive of files, and return what was written.

    Args:
        target: The archive.
        files: The path of each file, by its path in the archive.
        base: An archive whose files come first; they are not compressed again. Default: none.
        without: The files of the base that are left out.
        comment: The comment of the archive.
    """
    if base is not None:
        _copy(base, target, without)
    written = {}
    with zipfile.ZipFile(target, "w" if base is None else "a") as archive:
        for name in sorted(files):
            content = files[name].read_bytes()
            entry = written[name] = _entry(files[name], content)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = _UNIX
            info.external_attr = (stat.S_IFREG | entry.mode) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED, _LEVEL)
        archive.comment = comment.encode()
    return written


def check_unchanged(
    written: Mapping[str, Entry], expected: Mapping[str, Entry], source: Path
) -> None:
    """Refuse files that have changed between being read for a key and being written.

    Args:
        written: The files as they are in the archive.
        expected: The same, and maybe others, as they were before.
        source: Where they are from, for the message.

    Raises:
        ValueError: If one has changed.
    """
    if any(expected.get(name) != entry for name, entry in written.items()):
        raise ValueError(
            f"{source} must not change while it is packaged, and it did: run the command again"
        )


def _copy(base: Path, target: Path, without: Collection[str]) -> None:
    if not without:
        shutil.copyfile(base, target)
        return
    with zipfile.ZipFile(base) as source, zipfile.ZipFile(target, "w") as archive:
        for info in source.infolist():
            if info.filename not in without:
                archive.writestr(info, source.read(info), compresslevel=_LEVEL)


def _entry(path: Path, content: bytes) -> Entry:
    mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
    return Entry(mode, len(content), hashlib.sha256(content).hexdigest())
