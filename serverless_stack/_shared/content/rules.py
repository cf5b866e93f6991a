"""Which files are documents, and which Cache-Control each file gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""For files with a hash in their names: kept for a year and never asked for again."""

REVALIDATE: Final = "public, max-age=0, s-maxage=31536000, must-revalidate"
"""Browsers ask each time, CloudFront keeps the file until it is invalidated."""

DOCUMENTS: Final = ("*.html", "*.htm")
"""The files that name other files, and so are uploaded after them."""


@dataclass(frozen=True)
class CacheRule:
    """The ``Cache-Control`` of the files that match a pattern.

    Args:
        pattern: A glob on the path in the content: ``*`` is any characters, slashes as well, ``?``
            is one, ``[ab]`` is one of several. Upper and lower case differ.
        cache_control: The header, such as ``no-cache``; see ``IMMUTABLE`` and ``REVALIDATE``.

    Raises:
        ValueError: If one of them is empty, or the header has characters that S3 refuses.
    """

    pattern: str
    cache_control: str

    def __post_init__(self) -> None:
        """Check both."""
        if not self.pattern or self.pattern.startswith("/"):
            raise ValueError(
                "`pattern` must be a glob on a path without a slash before it, "
                f"got: {self.pattern!r}"
            )
        text = self.cache_control
        if not (text and text.isascii() and text.isprintable()):
            raise ValueError(f"`cache_control` must be a header in printable ASCII, got: {text!r}")


def matches(pattern: str, key: str) -> bool:
    """Tell whether a glob takes a key; ``*`` takes slashes as well, cases differ."""
    return fnmatchcase(key, pattern)


def cache_control_of(key: str, rules: Sequence[CacheRule], original: str = "") -> str | None:
    """The ``Cache-Control`` of a file: that of the first rule that takes it, or None.

    Args:
        key: The file.
        rules: The rules.
        original: The file that it is a compressed copy of: a rule that takes that one takes both.

    Returns:
        The header.
    """
    names = [name for name in (key, original) if name]
    taken = (rule for rule in rules if any(matches(rule.pattern, name) for name in names))
    return next((rule.cache_control for rule in taken), None)


def is_document(key: str, documents: Sequence[str] = DOCUMENTS) -> bool:
    """Tell whether a file is a document, which is uploaded after the files that it names."""
    return any(matches(pattern, key) for pattern in documents)
