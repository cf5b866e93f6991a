"""Keys for objects, made of names that users give."""

import hashlib
import re
import unicodedata

MAX_KEY_BYTES = 1024  # "Creating object key names"
_MAX_NAME = 200
_DIGEST = 12
_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def safe_key(name: str) -> str:
    """Make a name for an object of any file name.

    It has letters, digits, ``.``, ``_`` and ``-`` only, does not begin with a dot and has 200
    characters at most. A name that is so already stays as it is. Any other one gets a hash of the
    name before its extension, so that two names never become the same key.

    Args:
        name: The file name, as a user gave it; of a path the last part is taken.

    Returns:
        The name, such as ``Grue-`` with 12 digits and ``.txt`` for ``Grüße.txt``.

    Raises:
        ValueError: If the name is empty.
    """
    if not name:
        raise ValueError("`name` must have a character at least, got: ''")
    last = re.split(r"[/\\]", name)[-1]
    if last == name and len(name) <= _MAX_NAME and _SAFE.fullmatch(name) and not _hashed(name):
        return name
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    stem, dot, extension = plain.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,10}", extension):
        stem, extension = plain, ""
    stem = _UNSAFE.sub("-", stem).strip("-._")[: _MAX_NAME - _DIGEST - len(extension) - 2]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    marked = f"{stem}-{digest}" if stem else digest
    return f"{marked}.{extension}" if extension else marked


def _hashed(name: str) -> bool:
    """Whether a name looks as if it had been made here: then it gets a hash of its own."""
    return re.search(rf"(^|-)[0-9a-f]{{{_DIGEST}}}(\.|$)", name) is not None


def checked(key: str) -> str:
    """Give a key that S3 takes.

    Raises:
        ValueError: If it is empty or longer than 1,024 bytes.
    """
    length = len(key.encode())
    if not 1 <= length <= MAX_KEY_BYTES:
        raise ValueError(f"`key` must be 1–{MAX_KEY_BYTES} bytes, got: {length}")  # noqa: RUF001
    return key
