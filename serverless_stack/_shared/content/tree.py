"""Which files of a folder or zip file are content."""

import os
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from serverless_stack._shared.content.rules import matches

if TYPE_CHECKING:
    import zipfile

_HIDDEN_BUT_PUBLIC = {".well-known"}  # RFC 8615
_NEVER_CONTENT = {"__pycache__"}
_KEY_NAMES = {"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"}
_KEY_ENDINGS = (".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk")
_UTF8_NAME, _UNICODE_PATH = 0x800, 0x7075  # "APPNOTE.TXT", 4.4.4 and 4.6.9

Found: TypeAlias = tuple[str, str, str | None]
"""The key and path of a file, and why it is not a regular file, or None if it is one."""


@dataclass(frozen=True)
class Tree:
    """The files of a folder.

    Attributes:
        files: The path of each file that is content, by key.
        left_out: Why a file or folder is no content, by key.
    """

    files: dict[str, Path] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def content_of(folder: Path, include: Sequence[str] = (), exclude: Collection[str] = ()) -> Tree:
    """Find the files of a folder that may be published.

    Hidden files (except in ``.well-known``), private keys, byte code, special files and links that
    lead out of the folder are left out. No file is opened.

    Args:
        folder: The folder.
        include: Globs of keys that are content all the same. Special files never are.
        exclude: Keys of files and folders that are not looked at.

    Returns:
        The files, sorted by key, and what was left out.

    Raises:
        OSError: If the folder, or one in it, cannot be read.
    """
    tree = Tree()
    for key, path, reason in walk(
        folder, include=include, enter=lambda key: key.removesuffix("/") not in exclude
    ):
        reason = reason or reason_to_leave_out(key, include)
        if reason:
            tree.left_out[key] = reason
        else:
            tree.files[key] = Path(path)
    return Tree(dict(sorted(tree.files.items())), tree.left_out)


def reason_to_leave_out(key: str, include: Sequence[str] = ()) -> str | None:
    """Return why a file must not be published, judged by its key, or None.

    Args:
        key: Its path below the folder.
        include: Globs of keys that are published all the same.
    """
    if any(matches(pattern, key) for pattern in include):
        return None
    parts = key.split("/")
    if any(part in _NEVER_CONTENT for part in parts):
        return "byte code"
    if any(part.startswith(".") and part not in _HIDDEN_BUT_PUBLIC for part in parts):
        return "a hidden file"
    name = parts[-1].lower()
    return "a private key" if name in _KEY_NAMES or name.endswith(_KEY_ENDINGS) else None


def walk(
    folder: Path,
    *,
    follow: bool = True,
    include: Sequence[str] = (),
    enter: Callable[[str], bool] = lambda key: True,
    failed: Callable[[str, OSError], None] | None = None,
) -> Iterator[Found]:
    """Find all files below a folder without opening any.

    Args:
        folder: The folder.
        follow: Whether links are followed, as far as they stay in the folder. Otherwise each is a
            leaf, with the reason ``"a link"``.
        include: Globs of links that are followed out of the folder.
        enter: Whether to look at a file, link (by its key) or folder (key and a slash) at all.
        failed: Called with a folder that cannot be read. Default: the error is raised.

    Yields:
        The key and path of a file, and why it is not a regular file, or None if it is one.

    Raises:
        OSError: If the folder itself cannot be read.
    """
    root = os.path.realpath(folder)

    def reason_for_link(key: str, path: str, above: Sequence[str]) -> str | None:
        target = os.path.realpath(path)
        inside = f"{target}/".startswith(f"{root.rstrip('/')}/")
        if not follow:
            return "a link"
        if not inside and not any(matches(pattern, key) for pattern in include):
            return "a link that leads out of the folder"
        here = os.path.realpath(os.path.dirname(path))
        if any(f"{folder}/".startswith(f"{target}/") for folder in (*above, here)):
            return "a link to a folder that it lies in"
        # Otherwise n folders with links to each other are n! folders.
        return "a link in a linked folder" if len(above) > 1 and os.path.isdir(path) else None

    def below(path: str, prefix: str, above: Sequence[str]) -> Iterator[Found]:
        try:
            with os.scandir(path) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not prefix or failed is None:
                raise
            failed(prefix, error)
            return
        for entry in listed:
            key, linked = f"{prefix}{entry.name}", entry.is_symlink()
            if not enter(key) and (linked or not entry.is_dir()):
                continue
            reason = reason_for_link(key, entry.path, above) if linked else None
            if reason is None and entry.is_dir():
                if enter(f"{key}/"):
                    links = [*above, os.path.realpath(entry.path)] if linked else above
                    yield from below(entry.path, f"{key}/", links)
            else:
                yield key, entry.path, reason or _reason(entry)

    yield from below(str(folder), "", [root])


def _reason(entry: "os.DirEntry[str]") -> str | None:
    try:
        mode = entry.stat().st_mode
    except OSError:
        return "a broken link"
    return None if stat.S_ISREG(mode) else "not a regular file"


def zip_key(info: "zipfile.ZipInfo") -> str:
    """Return the path of a file in a zip file.

    Some programs write names in UTF-8 without saying so, or put them into an extra field; Python
    reads both as code page 437.

    Raises:
        ValueError: If the encoding of the name is not known.
    """
    name = info.filename
    if info.flag_bits & _UTF8_NAME or name.isascii():
        return name
    raw = name.encode("cp437")
    extra = info.extra
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == _UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode()
        extra = extra[4 + size :]
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise ValueError(f"the zip file must have file names in UTF-8, got: {raw!r}") from None
