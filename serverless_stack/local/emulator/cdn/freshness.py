"""How long a distribution caches a response ("Manage how long content stays in the cache")."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ERROR_SECONDS = 10  # CloudFront's default error caching minimum TTL
_UNCACHED = {"no-cache", "no-store", "private"}
_KEPT = {200, 203, 300, 301, 302, 307, 308}
_KEPT_ERRORS = {400, 403, 404, 405, 410, 414, 416, 500, 501, 502, 503, 504}


@dataclass(frozen=True)
class Lifetimes:
    """The TTLs of a cache policy, in seconds."""

    least: float
    default: float
    most: float


def lifetime(status: int, headers: Mapping[str, str], lifetimes: Lifetimes, now: datetime) -> float:
    """Return for how many seconds a response is cached; 0 if it is not.

    Args:
        status: The status of the response.
        headers: Its headers, with names in lower case.
        lifetimes: The TTLs of the cache policy.
        now: The time.
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
    seconds = _declared_seconds(directives, headers, now)
    if seconds is None:
        seconds = lifetimes.default
    return min(max(seconds, lifetimes.least), lifetimes.most)


def _declared_seconds(
    directives: Mapping[str, str], headers: Mapping[str, str], now: datetime
) -> float | None:
    for name in ("s-maxage", "max-age"):
        if directives.get(name, "").isdigit():
            return float(directives[name])
    if "expires" not in headers:
        return None
    try:
        expires = parsedate_to_datetime(headers["expires"])
    except ValueError:
        return 0  # RFC 9111: an invalid date has passed
    return (expires.replace(tzinfo=expires.tzinfo or UTC) - now).total_seconds()


def _directives(text: str) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in text.split(","))
    return {name.lower(): value.strip('"') for name, _equals, value in parts if name}
