"""Patterns of actions and resources, with `*` and `?`, and which of them cover others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from serverless_stack.checks.services.iam.documents import pattern_covers

_MAX_PRODUCT: Final = 250_000


def covers(others: Sequence[str], own: Sequence[str], pattern: str) -> bool:
    """Return whether the patterns of another statement cover one of a statement.

    The patterns of `NotAction` and `NotResource` begin with `!`.

    Args:
        others: The patterns of the other statement.
        own: All patterns of the statement.
        pattern: One of them; one that begins with `!` stands for all.
    """
    if pattern.startswith("!"):
        excluded = [each[1:] for each in own]
        if others and others[0].startswith("!"):
            return all(any(matches(e, each[1:]) for e in excluded) for each in others)
        return "*" in others
    if others and others[0].startswith("!"):
        return all(are_disjoint(pattern, each[1:]) for each in others)
    return any(matches(each, pattern) for each in others)


matches = lru_cache(maxsize=4096)(pattern_covers)


@lru_cache(maxsize=4096)
def are_disjoint(a: str, b: str) -> bool:
    """Return whether no text matches both patterns; false if that takes too long to know."""
    if len(a) * len(b) > _MAX_PRODUCT:
        return False
    # The places in `b` that are reached together with the current place in `a`.
    reached = _with_stars(b, {0})
    for character in a:
        if character == "*":
            reached = set(range(min(reached, default=len(b) + 1), len(b) + 1))
        else:
            following = set()
            for place in reached:
                if place < len(b) and b[place] == "*":
                    following.add(place)
                elif place < len(b) and ("?" in (character, b[place]) or character == b[place]):
                    following.add(place + 1)
            reached = _with_stars(b, following)
    return len(b) not in reached


def _with_stars(pattern: str, places: set[int]) -> set[int]:
    """Return places in a pattern, and those that `*` reaches without a character."""
    found: set[int] = set()
    for start in places:
        place = start
        found.add(place)
        while place < len(pattern) and pattern[place] == "*":
            place += 1
            found.add(place)
    return found
