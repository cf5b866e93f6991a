"""The URLs under which objects can be cached, and how CloudFront wants them written.

URLs stand here without the slash that all of them begin with.
"""

import re
from collections.abc import Sequence

QUERY = "\udfff"
"""Stands for `?` and any query string: a lone surrogate, which is in no key."""

# "Invalidating files": what is not ASCII or unsafe by RFC 1738 is percent-encoded, and nothing else
# is. A `*` or `?` of a key is neither a wildcard nor the begin of a query string.
_ENCODED = re.compile(r"[^!$&'()+,\-./0-9:;=@A-Z_a-z]")


def encoded(url: str) -> str:
    """Write a URL as CloudFront wants it in an invalidation."""
    return _ENCODED.sub(_percent, url)


def _percent(match: re.Match[str]) -> str:
    if match[0] == QUERY:
        return "?"
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


class Protected:
    """Paths that another origin serves.

    Args:
        patterns: Path patterns of CloudFront: ``*`` is any characters, ``?`` is one.

    Attributes:
        begins: What the URLs begin with that can be protected: others need no closer look.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [pattern.removeprefix("/") for pattern in patterns]
        self._literals = [re.split(r"[*?]", pattern)[0] for pattern in self._patterns]
        parts = [
            "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
            for pattern in self._patterns
        ]
        self._whole = re.compile("|".join(parts), re.DOTALL)
        self.begins = tuple(literal.partition("%")[0] for literal in self._literals)

    def takes(self, url: str) -> bool:
        """Tell whether a URL is protected."""
        return bool(self._whole.fullmatch(url) or self._whole.fullmatch(encoded(url)))

    def meets(self, prefix: str) -> bool:
        """Tell whether any URL that begins with a prefix can be protected."""
        plain = prefix.partition(QUERY)[0]
        return any(
            (text.startswith(literal) or literal.startswith(text)) and _alive(pattern, text)
            for text in {plain, encoded(plain)}
            for pattern, literal in zip(self._patterns, self._literals, strict=True)
        )


def _alive(pattern: str, text: str) -> bool:
    """Tell whether a text can be continued to one that a pattern takes."""
    states = _skipped(pattern, {0})
    for character in text:
        following = {
            state if pattern[state] == "*" else state + 1
            for state in states
            if state < len(pattern) and pattern[state] in ("*", "?", character)
        }
        states = _skipped(pattern, following)
    return bool(states)


def _skipped(pattern: str, states: set[int]) -> set[int]:
    """The states, and those behind stars, which may stand for nothing."""
    found = set(states)
    for state in states:
        while state < len(pattern) and pattern[state] == "*":
            state += 1
            found.add(state)
    return found
