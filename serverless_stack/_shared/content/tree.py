"""Which files of a folder or zip file are content."""

import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from serverless_stack._shared.content.rules import matches

if TYPE_CHECKING:
    import zipfile

_HIDDEN_BUT_PUBLIC = {".well-known"}  # RFC 8615
_NEVER_CONTENT = {"__pycache__": "byte code", "node_modules": "an installed package"}
# What the name of a file says of it, in lower case; `include` publishes such files all the same.
_REASONS = {
    "a private key": r"(?!.*\.pub$)id_(rsa|dsa|ecdsa|ed25519)(_sk)?([-_.].*)?|"
    r"ssh_host_\w+_key|secring\.(gpg|pgp|kbx)|"
    r".*\.(pem|key|p8|p12|pfx|pkcs12|jks|jceks|keystore|keytab|ppk|kdbx?|ovpn|keychain(-db)?)"
    r"(\.(old|\d+))?",
    "a file of passwords": r"[_.]?netrc|_?htpasswd(\.txt)?|npmrc|pypirc|pgpass(\.conf)?|"
    r".*\.env(\.old)?|env\.(local|dev|development|test|staging|stage|prod|production)|"
    r"((aws|gcp|google|azure)[-_])?credentials(\.(json|csv|ya?ml|toml|ini|txt|xml))?|"
    r"application_default_credentials\.json|(secrets?|passwords?)\.(json|ya?ml|toml|ini|txt|csv)|"
    r"client_?secret.*\.json|(.*[-_.])?service[-_.]?account.*\.json|.*firebase-adminsdk.*\.json|"
    r"kube_?config(\.(ya?ml|json))?|rootkey\.csv|.*accesskeys\.csv",
    "a file of Terraform": r".*\.tfstate(\..*)?|.*\.tfvars(\.json)?",
    "a file of an editor or the system": r".*~|.*\.(bak|orig|sw[nop])|#.*#|(eh)?thumbs\.db|"
    r"desktop\.ini",
    "byte code": r".*\.py[co]",
    "a database": r".*\.(db3?|sqlite3?)(-(journal|shm|wal))?|dump\.rdb|"
    r"(.*[-_.])?(dump\.sql|backup\.sql(\.(gz|bz2|xz|zst|zip))?)",  # dump.sql.gz: a download
}
_NAMES = {reason: re.compile(pattern) for reason, pattern in _REASONS.items()}
_DOS = 0
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

    Hidden files (except in ``.well-known``), private keys, passwords, databases, byte code, special
    files, links to any of these and links that lead out of the folder are left out. No file is
    opened.

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
        folder,
        include=include,
        enter=lambda key: key.removesuffix("/") not in exclude,
        forbidden=lambda key: reason_to_leave_out(key, include),
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
    for part in parts:
        if part in _NEVER_CONTENT:
            return _NEVER_CONTENT[part]
        if part.startswith(".") and part not in _HIDDEN_BUT_PUBLIC:
            return "a hidden file"
    name = parts[-1].lower()
    return next((reason for reason, pattern in _NAMES.items() if pattern.fullmatch(name)), None)


def walk(
    folder: Path,
    *,
    follow: bool = True,
    include: Sequence[str] = (),
    enter: Callable[[str], bool] = lambda key: True,
    forbidden: Callable[[str], str | None] = lambda key: None,
    failed: Callable[[str, OSError], None] | None = None,
) -> Iterator[Found]:
    """Find all files below a folder without opening any.

    Args:
        folder: The folder.
        follow: Whether links are followed, as far as they stay in the folder. Otherwise each is a
            leaf, with the reason ``"a link"``.
        include: Globs of links that are followed out of the folder.
        enter: Whether to look at a file, link (by its key) or folder (key and a slash) at all.
        forbidden: Why a link to a file or folder below the folder is not followed, by the key of
            what it leads to.
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
        if not any(matches(pattern, key) for pattern in include):
            if not inside:
                return "a link that leads out of the folder"
            reason = forbidden(os.path.relpath(target, root)) if target != root else None
            if reason:
                return f"a link to {reason}"
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
    if info.create_system == _DOS and not name.endswith("/"):
        name = name.replace("\\", "/")  # which is no part of a name there
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
