"""How long a distribution caches a response.

"Manage how long content stays in the cache", "How CloudFront processes HTTP 4xx and 5xx status
codes from your origin" and "Control how long CloudFront caches errors".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ERROR_SECONDS = 10.0
"""CloudFront's default error caching minimum TTL."""
_UNCACHED = {"no-cache", "no-store", "private"}
_KEPT = {200, 203, 300, 301, 302, 307, 308}
_KEPT_ERRORS = {404, 410, 414, 500, 501, 502, 503, 504}
_KEPT_IF_DECLARED = {400, 403, 405, 412, 415}
_ERRORS_THAT_MAY_FORBID = {404, 410, 414, 501}


@dataclass(frozen=True)
class Lifetimes:
    """The TTLs of a cache policy, in seconds."""

    least: float
    default: float
    most: float


@dataclass(frozen=True)
class Freshness:
    """How long a response is used.

    Attributes:
        seconds: How long it is fresh. Below 0, it is not stored at all.
        while_revalidating: How much longer it is served while it is fetched again.
        on_error: How much longer it is served if the origin fails; None is as long as it is there.
    """

    seconds: float
    while_revalidating: float = 0
    on_error: float | None = None

    @property
    def is_stored(self) -> bool:
        """Whether the response is stored."""
        return self.seconds >= 0


NOT_STORED = Freshness(-1)


def freshness(
    status: int,
    headers: Mapping[str, str],
    lifetimes: Lifetimes,
    now: datetime,
    error_seconds: float = ERROR_SECONDS,
) -> Freshness:
    """Return how long a response is used.

    Args:
        status: The status of the response.
        headers: Its headers, with names in lower case.
        lifetimes: The TTLs of the cache policy.
        now: The time.
        error_seconds: The error caching minimum TTL of the status.
    """
    directives = _directives(headers.get("cache-control", ""))
    declared = _declared_seconds(directives, headers, now)
    if status >= 400:
        return _of_error(status, directives, declared, lifetimes, error_seconds)
    if lifetimes.most <= 0 or status not in _KEPT:
        return NOT_STORED
    on_error = _seconds(directives, "stale-if-error")
    kept_on_error = None if on_error is None else min(on_error, lifetimes.most)
    if _is_forbidden(directives):
        seconds = lifetimes.least if lifetimes.least > 0 else -1
        return Freshness(seconds, on_error=kept_on_error)
    if headers.get("vary", "").strip() == "*" and lifetimes.least == 0:
        return NOT_STORED
    seconds = lifetimes.default if declared is None else declared
    revalidating = _seconds(directives, "stale-while-revalidate") or 0
    return Freshness(
        min(max(seconds, lifetimes.least), lifetimes.most),
        min(revalidating, lifetimes.most),
        kept_on_error,
    )


def without_uncached_fields(headers: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return headers to cache: without those that ``no-cache="name"`` lists."""
    listed: set[str] = set()
    for value in headers.get("cache-control", []):
        names = _directives(value).get("no-cache", "")
        listed |= {name.strip().lower() for name in names.split(",")}
    return {name: values for name, values in headers.items() if name not in listed}


def _of_error(
    status: int,
    directives: Mapping[str, str],
    declared: float | None,
    lifetimes: Lifetimes,
    error_seconds: float,
) -> Freshness:
    kept = status in _KEPT_ERRORS or (status in _KEPT_IF_DECLARED and declared is not None)
    forbids = status in _ERRORS_THAT_MAY_FORBID and _is_forbidden(directives)
    seconds = max(error_seconds, min(declared or 0, lifetimes.most))
    return Freshness(seconds, on_error=0) if kept and not forbids and seconds > 0 else NOT_STORED


def _is_forbidden(directives: Mapping[str, str]) -> bool:
    """Return whether the response must not be cached; ``no-cache="field"`` is about a field."""
    return any(name in directives and not directives[name] for name in _UNCACHED)


def _declared_seconds(
    directives: Mapping[str, str], headers: Mapping[str, str], now: datetime
) -> float | None:
    for name in ("s-maxage", "max-age"):
        seconds = _seconds(directives, name)
        if seconds is not None:
            return seconds
    if "expires" not in headers:
        return None
    try:
        expires = parsedate_to_datetime(headers["expires"])
    except ValueError:
        return 0  # RFC 9111: an invalid date has passed
    return (expires.replace(tzinfo=expires.tzinfo or UTC) - now).total_seconds()


def _seconds(directives: Mapping[str, str], name: str) -> float | None:
    value = directives.get(name, "")
    return float(value) if value.isdigit() else None


def _directives(text: str) -> dict[str, str]:
    """Return the directives of ``Cache-Control``. A quoted value may have commas."""
    directives = {}
    part, quoted = "", False
    for character in f"{text},":
        if character == "," and not quoted:
            name, _equals, value = part.strip().partition("=")
            if name:
                directives[name.strip().lower()] = value.strip().strip('"')
            part = ""
            continue
        quoted ^= character == '"'
        part += character
    return directives
