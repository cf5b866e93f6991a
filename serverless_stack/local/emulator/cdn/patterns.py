"""Path patterns of cache behaviours ("Path pattern" of the settings reference)."""

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def path_pattern(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a pattern.

    ``*`` stands for any characters, ``?`` for one, and the leading slash may be missing. Case
    matters.
    """
    text = pattern if pattern.startswith(("/", "*")) else f"/{pattern}"
    pieces = {"*": ".*", "?": "."}
    return re.compile("".join(pieces.get(c, re.escape(c)) for c in text) + r"\Z", re.DOTALL)
