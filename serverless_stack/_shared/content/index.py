"""The index of content: every file with its hash and size."""

import hashlib
import json
import stat
import zipfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from serverless_stack._shared.content.tree import content_of, reason_to_leave_out, zip_key

_BLOCK = 1 << 20
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what the function can read by ranges


@dataclass(frozen=True, slots=True)
class Entry:
    """One file.

    Attributes:
        key: Its path in the content, parts separated by slashes.
        sha256: The hash of its bytes, in hexadecimal.
        size: Its size in bytes.
    """

    key: str
    sha256: str
    size: int


def index_of(
    path: Path, include: Sequence[str] = (), exclude: Collection[str] = ()
) -> dict[str, Entry]:
    """Read the content in a folder or zip file; `content_of` says what that is.

    Args:
        path: The folder, or the zip file.
        include: Globs of hidden files and the like that are content all the same.
        exclude: Keys of files and folders that are not looked at; of a folder only.

    Returns:
        The entries by key, sorted.

    Raises:
        ValueError: If a zip file has a path that is not one below it, a file twice, or a file that
            is encrypted or compressed in another way than zip files mostly are.
        OSError: If a file cannot be read.
    """
    if path.is_file():
        return _zip_index(path, include)
    files = content_of(path, include, exclude).files
    return {key: _entry(key, file.open("rb")) for key, file in files.items()}


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


def zip_left_out(path: Path, include: Sequence[str] = ()) -> dict[str, str]:
    """Return why files of a zip file are no content, by key.

    Args:
        path: The zip file.
        include: Globs of hidden files and the like that are content all the same.
    """
    with zipfile.ZipFile(path) as archive:
        listed = _listed(archive, include)
        return {key: reason for _info, key, reason in listed if reason}


def _listed(
    archive: zipfile.ZipFile, include: Sequence[str]
) -> list[tuple[zipfile.ZipInfo, str, str | None]]:
    """Return the files of a zip file, their keys, and why they are no content."""
    files = []
    for info in archive.infolist():
        key, kind = zip_key(info), stat.S_IFMT(info.external_attr >> 16)
        if key.endswith("/"):
            continue
        reason = reason_to_leave_out(key, include)
        if stat.S_ISLNK(kind):
            reason = "a link"
        elif kind not in (0, stat.S_IFREG):
            reason = "not a regular file"
        files.append((info, key, reason))
    return files


def _zip_index(path: Path, include: Sequence[str]) -> dict[str, Entry]:
    with zipfile.ZipFile(path) as archive:
        listed = _listed(archive, include)
        for _info, key, _reason in listed:
            if {"", ".", ".."} & set(key.split("/")):
                raise ValueError(f"{path} must have paths below it only, got: {key!r}")
        content = {key: info for info, key, reason in listed if reason is None}
        for key, info in content.items():
            if info.compress_type not in _READABLE or info.flag_bits & 1:
                raise ValueError(
                    f"{path} must have files that are stored or deflated, and not encrypted, "
                    f"got: {key!r}"
                )
        counts = Counter(key for _info, key, _reason in listed)
        twice = [key for key, count in counts.items() if count > 1]
        if twice:
            raise ValueError(f"{path} must have each file once, got twice: {twice[0]!r}")
        return {key: _entry(key, archive.open(content[key])) for key in sorted(content)}


def _entry(key: str, file: IO[bytes]) -> Entry:
    digest, size = hashlib.sha256(), 0
    with file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Entry(key, digest.hexdigest(), size)
