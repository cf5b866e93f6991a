"""Keys of objects, made of names that users choose."""

import hashlib
import re
import unicodedata

from serverless_stack.runtime.arguments import check_text

MAX_KEY_BYTES = 1024  # "Creating object key names"
_MAX_NAME = 200
_MAX_NORMALIZED = 1000  # characters; normalizing takes time that grows with their square
_DIGEST = 32  # hexadecimal digits: 128 bits, so that nobody finds two names of one key
_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def safe_key(name: str) -> str:
    """Return a safe key for any file name.

    It consists of letters, digits, ``.``, ``_`` and ``-``, does not begin with a dot and has
    at most 200 characters. A safe name is returned unchanged; any other gets a hash before its
    extension, so that two names never become the same key.

    Args:
        name: The file name, as a user gave it; the last part of a path is used.

    Returns:
        The key, such as ``Grue-`` with 32 digits and ``.txt`` for ``Grüße.txt``.

    Raises:
        ValueError: The name is empty.
    """
    check_text("name", name)
    if not name:
        raise ValueError("`name` must not be empty, got: ''")
    last = name[max(name.rfind("/"), name.rfind("\\")) + 1 :]
    if last == name and len(name) <= _MAX_NAME and _SAFE.fullmatch(name) and not _hashed(name):
        return name
    stem, dot, extension = last.rpartition(".")
    extension = _plain(extension)
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,10}", extension):
        stem, extension = last, ""
    stem = _UNSAFE.sub("-", _plain(stem)).strip("-._")[: _MAX_NAME - _DIGEST - len(extension) - 2]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    marked = f"{stem}-{digest}" if stem else digest
    return f"{marked}.{extension}" if extension else marked


def _plain(text: str) -> str:
    """Return a text in ASCII, its accents dropped."""
    normalized = unicodedata.normalize("NFKD", text[:_MAX_NORMALIZED])
    return normalized.encode("ascii", "ignore").decode()


def _hashed(name: str) -> bool:
    """Return whether a name looks as if it was made here; it then gets a hash of its own."""
    return re.search(rf"(^|-)[0-9a-f]{{{_DIGEST}}}(\.|$)", name) is not None


def checked(key: str) -> str:
    """Return a key if S3 accepts it.

    Raises:
        ValueError: It is empty or longer than 1,024 bytes, or has lone surrogates.
    """
    try:
        length = len(key.encode())
    except UnicodeEncodeError:
        raise ValueError(f"`key` must be text without lone surrogates, got: {key!r}") from None
    if not 1 <= length <= MAX_KEY_BYTES:
        raise ValueError(f"`key` must be between 1 and {MAX_KEY_BYTES} bytes, got: {length}")
    return key
