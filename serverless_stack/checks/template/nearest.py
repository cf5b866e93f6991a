"""What somebody meant who wrote another name."""

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that is most like another; None if none is much like it."""
    found = difflib.get_close_matches(name, sorted(map(str, names)), n=1, cutoff=0.75)
    return found[0] if found else None
