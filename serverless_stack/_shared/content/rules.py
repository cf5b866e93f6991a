"""Rules on content: which files are documents, and the Cache-Control of each file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from serverless_stack._shared.cache_tags import tag_problems

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""For files with a hash in their names: cached for a year without asking again."""

REVALIDATE: Final = "public, max-age=0, s-maxage=31536000, must-revalidate"
"""Browsers ask each time; CloudFront caches the file until it is invalidated."""

DOCUMENTS: Final = ("*.html", "*.htm")
"""Patterns of the files that name other files, and are uploaded after them."""


@dataclass(frozen=True)
class CacheRule:
    """The ``Cache-Control`` of the files that match a pattern.

    Args:
        pattern: A glob on the path in the content: ``*`` matches any characters, slashes as well,
            ``?`` matches one, ``[ab]`` one of several. Upper and lower case differ.
        cache_control: The header, such as ``no-cache``; see ``IMMUTABLE`` and ``REVALIDATE``.

    Raises:
        ValueError: If one of the two is empty, or the header has characters that S3 refuses.
    """

    pattern: str
    cache_control: str

    def __post_init__(self) -> None:
        """Check the pattern and the header."""
        for name in ("pattern", "cache_control"):
            value = getattr(self, name)
            if not isinstance(value, str):
                raise ValueError(f"`{name}` must be a string, got: {value!r}")
        for message in _pattern_problems(self.pattern):
            raise ValueError(message)
        text = self.cache_control
        if not (text and text.isascii() and text.isprintable()):
            raise ValueError(f"`cache_control` must be a header in printable ASCII, got: {text!r}")


@dataclass(frozen=True)
class TagRule:
    """The cache tags of the files that match a pattern.

    Args:
        pattern: A glob on the path in the content, as in `CacheRule`.
        tags: The tags.

    Raises:
        ValueError: If the pattern is empty or begins with a slash, or CloudFront refuses a tag.
    """

    pattern: str
    tags: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the pattern and the tags."""
        for message in (*_pattern_problems(self.pattern), *tag_problems(self.tags, "tags")):
            raise ValueError(message)


def _pattern_problems(pattern: str) -> Iterator[str]:
    if not pattern or pattern.startswith("/"):
        yield f"`pattern` must be a glob on a path without a slash before it, got: {pattern!r}"


def matches(pattern: str, key: str) -> bool:
    """Return whether a glob matches a key; ``*`` matches slashes as well, cases differ."""
    return fnmatchcase(key, pattern)


def cache_control_of(key: str, rules: Sequence[CacheRule], original: str = "") -> str | None:
    """Return the ``Cache-Control`` of a file: that of the first rule that matches, or None.

    Args:
        key: The file.
        rules: The rules.
        original: The file of which `key` is a compressed copy. A rule that matches it matches both.
    """
    names = [name for name in (key, original) if name]
    matching = (rule for rule in rules if any(matches(rule.pattern, name) for name in names))
    return next((rule.cache_control for rule in matching), None)


def tags_of(key: str, rules: Sequence[TagRule], original: str = "") -> list[str]:
    """Return the cache tags of a file: those of every rule that matches.

    Args:
        key: The file.
        rules: The rules.
        original: The file of which `key` is a compressed copy. A rule that matches it matches both.
    """
    names = [name for name in (key, original) if name]
    matching = (rule for rule in rules if any(matches(rule.pattern, name) for name in names))
    return [tag for rule in matching for tag in rule.tags]


def is_document(key: str, documents: Sequence[str] = DOCUMENTS) -> bool:
    """Return whether a file is a document, which is uploaded after the files that it names."""
    return any(matches(pattern, key) for pattern in documents)
