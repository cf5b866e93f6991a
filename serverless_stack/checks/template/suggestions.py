"""Suggestions for misspelled names."""

import difflib
from collections.abc import Iterable
from typing import Final

_MAX_SUGGESTIONS: Final = 20
_MAX_LENGTH: Final = 255


def nearest(name: str, names: Iterable[str], cutoff: float = 0.75) -> str | None:
    """Return the most similar of some names; None if none is similar."""
    if len(name) > _MAX_LENGTH:
        return None
    matches = difflib.get_close_matches(name, sorted(map(str, names)), n=1, cutoff=cutoff)
    return matches[0] if matches else None


class Suggestions:
    """Suggests one of some names, for a limited number of misspelled ones.

    Each suggestion compares a name with all others, which takes too long for thousands of them.

    Args:
        names: The names to choose from.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)
        self._left = _MAX_SUGGESTIONS

    def nearest(self, name: str) -> str | None:
        """Return the most similar name; None if none is similar, or too many were suggested."""
        self._left -= 1
        return nearest(name, self._names) if self._left >= 0 else None
