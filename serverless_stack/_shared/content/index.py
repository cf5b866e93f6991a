"""The index of a tree of content: every file with its hash and size."""

import hashlib
import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

_BLOCK = 1 << 20
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what can be read by ranges at deploy time


@dataclass(frozen=True, slots=True)
class Entry:
    """One file.

    Attributes:
        key: Its path in the tree, parts separated by slashes.
        sha256: The hash of its bytes, in hexadecimal.
        size: Its size in bytes.
    """

    key: str
    sha256: str
    size: int


def index_of(path: Path) -> dict[str, Entry]:
    """Read every file of a folder or of a zip file.

    Links are followed. A folder of byte code, ``__pycache__``, is none of the content.

    Args:
        path: The folder, or the file that ends in ``.zip``.

    Returns:
        The entries by their keys, sorted.

    Raises:
        ValueError: If a zip file names a place outside of itself, or one file twice, or has one
            that is encrypted or compressed in another way than zip files mostly are.
        OSError: If a file cannot be read, or links make a loop.
    """
    entries = _zip_entries(path) if path.is_file() else _folder_entries(path)
    return {entry.key: entry for entry in sorted(entries, key=lambda entry: entry.key)}


def to_json(entries: Mapping[str, Entry]) -> str:
    """Write an index; the same entries always give the same text."""
    lines = (
        f"{json.dumps(key)}: {json.dumps([entry.sha256, entry.size])}"
        for key, entry in sorted(entries.items())
    )
    return "{" + ",\n".join(lines) + "}\n"


def from_json(text: str) -> dict[str, Entry]:
    """Read what `to_json` wrote."""
    content: dict[str, tuple[str, int]] = json.loads(text)
    return {key: Entry(key, sha256, size) for key, (sha256, size) in content.items()}


def _folder_entries(folder: Path) -> list[Entry]:
    return [_entry(path.relative_to(folder).as_posix(), path.open("rb")) for path in _files(folder)]


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, followlinks=True, onerror=_raise):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            yield Path(root, name)


def _raise(error: OSError) -> NoReturn:
    raise error


def _zip_entries(path: Path) -> list[Entry]:
    with zipfile.ZipFile(path) as archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        names = [info.filename for info in files]
        for name in names:
            if name.startswith("/") or ".." in name.split("/"):
                raise ValueError(f"{path} must have paths inside of it only, got: {name!r}")
        for info in files:
            if info.compress_type not in _PACKED or info.flag_bits & 1:
                raise ValueError(
                    f"{path} must have files that are stored or deflated, and not encrypted, "
                    f"got: {info.filename!r}"
                )
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise ValueError(f"{path} must have each file once, got twice: {twice[0]!r}")
        return [_entry(info.filename, archive.open(info)) for info in files]


def _entry(key: str, file: IO[bytes]) -> Entry:
    digest, size = hashlib.sha256(), 0
    with file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Entry(key, digest.hexdigest(), size)
