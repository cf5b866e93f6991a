"""The URLs under which objects can be cached, and how CloudFront expects them in a path.

URLs are written here without the slash that all of them begin with.
"""

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

QUERY = "\udfff"
"""Replaces `?` and any query string behind a URL. A lone surrogate is in no key."""

# "Invalidating files": what is not ASCII, or unsafe by RFC 1738, is percent-encoded, and nothing
# else is. A `*` or `?` in a key is neither a wildcard nor the beginning of a query string.
_ENCODED = re.compile(r"[^!$&'()+,\-./0-9:;=@A-Z_a-z]")


def encoded(url: str) -> str:
    """Return a URL as CloudFront expects it in the path of an invalidation."""
    return _ENCODED.sub(_percent, url)


def _percent(match: re.Match[str]) -> str:
    if match[0] == QUERY:
        return "?"
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


class ExcludedPaths:
    """The paths that another origin serves, which no invalidation may drop.

    Args:
        patterns: Path patterns of CloudFront: ``*`` is any characters, ``?`` is one character.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        texts = [pattern.removeprefix("/") for pattern in patterns]
        # A bracket is an ordinary character for CloudFront.
        globs = [fnmatch.translate(text.replace("[", "[[]")) for text in texts]
        self._patterns = re.compile("|".join(globs) or "(?!)")
        self._heads = [text.partition("*")[:2] for text in texts]
        # Only URLs near these texts have to be compared with the patterns. A pattern may be
        # percent-encoded where the URL is not.
        literals = [re.split("[*?%]", text)[0] for text in texts]
        self._literals = tuple(literals)
        self._shorter = {text[:length] for text in literals for length in range(len(text))}

    def excludes(self, url: str) -> bool:
        """Return whether a URL is excluded."""
        if not self._near(url):
            return False
        return bool(self._patterns.match(url) or self._patterns.match(encoded(url)))

    def overlaps(self, prefix: str) -> bool:
        """Return whether a URL that begins with a prefix may be excluded."""
        return self._near(prefix) and any(
            (star or len(text) <= len(head))
            and all(one in ("?", other) for one, other in zip(head, text, strict=False))
            for text in (prefix, encoded(prefix))
            for head, star in self._heads
        )

    def _near(self, text: str) -> bool:
        return text.startswith(self._literals) or text in self._shorter


@dataclass(frozen=True, slots=True)
class Urls:
    """All URLs, sorted, and those of them that have to be dropped.

    Attributes:
        texts: The URLs. The three of an index document are one text, that of the folder, if
            nothing else begins with it.
        changed: The texts to drop.
        folders: The texts that are the three URLs of an index document.
        query_strings: Whether the variants of a URL by query string have to be dropped as well.
    """

    texts: list[str]
    changed: set[str]
    folders: set[str]
    query_strings: bool

    @classmethod
    def of(
        cls,
        changed_keys: Sequence[str],
        all_keys: Sequence[str],
        *,
        base: str,
        index_document: str,
        excluded: ExcludedPaths | None,
        query_strings: bool,
    ) -> "Urls":
        """Return the URLs of objects.

        Args:
            changed_keys: The objects that were changed or removed.
            all_keys: The other objects; those that changed may be among them.
            base: What precedes each key.
            index_document: The file that is served for its folder.
            excluded: The paths of other origins.
            query_strings: Whether the cache distinguishes query strings.
        """
        keys = _unique([*all_keys, *changed_keys])
        if base:
            keys = [base + key for key in keys]
        changed = {base + key for key in changed_keys}
        texts, folders = _with_folders(keys, changed, index_document, excluded)
        if excluded is not None:
            texts = [text for text in texts if not excluded.excludes(text)]
            changed.intersection_update(texts)
        if query_strings:
            overlaps = excluded.overlaps if excluded is not None else lambda text: False
            # Elsewhere one wildcard drops the URL and its query strings, and nothing else.
            apart = [
                text + QUERY
                for text, following in pairwise([*texts, ""])
                if text in changed and (following.startswith(text) or overlaps(text))
            ]
            changed.update(apart)
            texts = sorted([*texts, *apart])
        return cls(texts, changed, folders, query_strings)

    def path(self, text: str, wildcard: bool) -> str:
        """Return the path that drops a URL, or all that begin with it."""
        if self.query_strings:
            wildcard = wildcard or text + QUERY not in self.changed
        return f"/{encoded(text)}{'*' if wildcard or text in self.folders else ''}"

    def weights(self) -> list[int]:
        """Return how many URLs that need not be dropped each text represents."""
        changed, folders = self.changed, self.folders
        return [0 if text in changed else 3 if text in folders else 1 for text in self.texts]


def _with_folders(
    keys: list[str], changed: set[str], index_document: str, excluded: ExcludedPaths | None
) -> tuple[list[str], set[str]]:
    """Add the URLs of folders: ``a`` and ``a/`` for ``a/index.html``.

    Args:
        keys: The keys, sorted.
        changed: The keys that changed, to which their folders are added.
        index_document: The file that is served for its folder.
        excluded: The paths of other origins.

    Returns:
        The URLs, sorted, and those of them that represent the three URLs of an index document.
    """
    end = f"/{index_document}"
    texts: list[str] = []
    listed: list[str] = []
    folders: list[str] = []
    for previous, key, following in zip(["", *keys], keys, [*keys[1:], ""], strict=False):
        if not key.endswith(end):
            texts.append(key)
            continue
        folder = key[: -len(end)]
        if (
            following.startswith(folder)
            or previous.startswith(folder)
            or (excluded is not None and excluded.overlaps(folder))
        ):
            listed += (folder, f"{folder}/", key)
            if key in changed:
                changed.add(f"{folder}/")
        else:  # the folder takes the place of its document, and the texts remain sorted
            texts.append(folder)
            folders.append(folder)
    changed_folders = [key[: -len(end)] for key in changed if key.endswith(end)]
    if index_document in keys:  # the root has one URL more, not two
        listed.append("")
        changed_folders += [""] if index_document in changed else []
    changed.update(changed_folders)
    return (_unique([*texts, *listed]) if listed else texts), set(folders)


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sorted(texts)))
