"""Limits of custom error responses, and which behavior serves a path."""

import re
from collections.abc import Sequence

ERROR_STATUSES = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""The statuses for which there may be a page ("How CloudFront processes HTTP 4xx and 5xx status
codes from your origin")."""
ANSWERED_STATUSES = (200, *ERROR_STATUSES)
"""The statuses that viewers may get with the page ("CustomErrorResponse")."""
MAX_ERROR_SECONDS = 31_536_000
"""The longest time for which CloudFront caches an error, a year."""


def matching_pattern(path: str, patterns: Sequence[str]) -> str:
    """Return the first pattern that matches a path; ``*`` is that of the default behavior.

    Args:
        path: The path of a request, such as ``/404.html``.
        patterns: The path patterns in the order of the behaviors ("Path pattern").
    """
    for pattern in patterns:
        if pattern != "*" and _regex(pattern).fullmatch(path.lstrip("/")):
            return pattern
    return "*"


def _regex(pattern: str) -> re.Pattern[str]:
    parts = (
        {"*": ".*", "?": "."}.get(character, re.escape(character))
        for character in pattern.lstrip("/")
    )
    return re.compile("".join(parts), re.DOTALL)
