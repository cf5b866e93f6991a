"""Filters of keys, in the order in which they are given: of those that match, the last decides."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from serverless_stack._shared.content.rules import matches


class Filter(NamedTuple):
    """A glob, and whether the keys that match it take part.

    Attributes:
        pattern: The glob on the key below the location; ``*`` matches slashes as well.
        includes: Whether such keys take part.
    """

    pattern: str
    includes: bool


def filters_of(include: Sequence[str], exclude: Sequence[str]) -> list[Filter]:
    """Return filters of which those that exclude win."""
    return [*(Filter(glob, True) for glob in include), *(Filter(glob, False) for glob in exclude)]


def chooser(filters: Sequence[Filter]) -> Callable[[str], bool]:
    """Return the function that says whether a key, or a folder with a slash, takes part.

    A key that no filter matches takes part, unless the first filter includes: "only these".
    A folder is left out if all that is in it would be.
    """
    others = not (filters and filters[0].includes)
    last_include = max((n for n, each in enumerate(filters) if each.includes), default=-1)
    whole = [each.pattern for each in filters[last_include + 1 :] if each.pattern.endswith("*")]

    def chosen(key: str) -> bool:
        if key.endswith("/"):
            return not any(matches(pattern, key) for pattern in whole)
        matching = (each.includes for each in reversed(filters) if matches(each.pattern, key))
        return next(matching, others)

    return chosen
