"""How long a distribution keeps an answer ("Manage how long content stays in the cache")."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ERROR_SECONDS = 10  # CloudFront's default for the least time that it keeps an error
_UNCACHED = {"no-cache", "no-store", "private"}
_KEPT = {200, 203, 300, 301, 302, 307, 308}
_KEPT_ERRORS = {400, 403, 404, 405, 410, 414, 416, 500, 501, 502, 503, 504}


@dataclass(frozen=True)
class Lifetimes:
    """The seconds of a cache policy."""

    least: float
    default: float
    most: float


def lifetime(status: int, headers: Mapping[str, str], lifetimes: Lifetimes, now: datetime) -> float:
    """Return how many seconds an answer is kept.

    Args:
        status: Its status.
        headers: Its headers, by names in lower case.
        lifetimes: The cache policy.
        now: The time.

    Returns:
        The seconds; 0 if it is not kept.
    """
    if lifetimes.most <= 0:
        return 0
    if status in _KEPT_ERRORS:
        return ERROR_SECONDS
    if status not in _KEPT:
        return 0
    directives = _directives(headers.get("cache-control", ""))
    if _UNCACHED & directives.keys():
        return lifetimes.least
    told = _told(directives, headers, now)
    if told is None:
        told = lifetimes.default
    return min(max(told, lifetimes.least), lifetimes.most)


def _told(directives: Mapping[str, str], headers: Mapping[str, str], now: datetime) -> float | None:
    for name in ("s-maxage", "max-age"):
        if directives.get(name, "").isdigit():
            return float(directives[name])
    if "expires" not in headers:
        return None
    try:
        expires = parsedate_to_datetime(headers["expires"])
    except ValueError:
        return 0  # as RFC 9111 says of a date that is none
    return (expires.replace(tzinfo=expires.tzinfo or UTC) - now).total_seconds()


def _directives(text: str) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in text.split(","))
    return {name.lower(): value.strip('"') for name, _equals, value in parts if name}
