"""CloudFront's cache: MiniStack fetches every response from the origin."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ministack.services import cloudfront

from ..cdn.cache import Cache, CacheEntry, Key
from ..cdn.freshness import Lifetimes, lifetime
from .types import Headers, Record

MISS, HIT, ERROR = "Miss from cloudfront", "Hit from cloudfront", "Error from cloudfront"
LEGACY = Lifetimes(0, 86400, 31536000)  # CloudFront's defaults without a cache policy

_behaviour: ContextVar[Record | None] = ContextVar("behaviour", default=None)
_outcome: ContextVar[str] = ContextVar("outcome", default=MISS)
_cache = Cache()

Fetched = tuple[int, str, Headers, bytes]
Fetch = Callable[[Any], Awaitable[Fetched]]


def apply() -> None:
    """Apply this module's patches. The cache itself is `cached`, around the origins."""
    remember_behaviours()
    set_cache_outcome()
    drop_what_is_invalidated()


def remember_behaviours() -> None:
    """Store the behaviour of a request, whose cache policy the fetch from the origin needs."""
    match = cloudfront._match_behavior

    def remembering(parsed: Record, path: str) -> Record | None:
        found: Record | None = match(parsed, path)
        _behaviour.set(found)
        _outcome.set(MISS)
        return found

    cloudfront._match_behavior = remembering


def set_cache_outcome() -> None:
    """Set ``X-Cache``. In MiniStack, every response of an origin is a miss."""
    add = cloudfront._add_cloudfront_headers

    def adding(headers: Headers, x_cache: str, *args: Any, **kwargs: Any) -> Any:
        return add(headers, _outcome.get() if x_cache == MISS else x_cache, *args, **kwargs)

    cloudfront._add_cloudfront_headers = adding


def drop_what_is_invalidated() -> None:
    """Drop invalidated responses. In MiniStack, an invalidation is only a record.

    A repeated invalidation has no new record and drops nothing, as on AWS.
    """
    create = cloudfront._create_invalidation

    def creating(distribution: str, body: bytes) -> Any:
        before = len(cloudfront._invalidations.get(distribution) or ())
        answer = create(distribution, body)
        for invalidation in (cloudfront._invalidations.get(distribution) or [])[before:]:
            _cache.invalidate(distribution, invalidation["InvalidationBatch"]["Paths"]["Items"])
        return answer

    cloudfront._create_invalidation = creating


def cached(fetch: Fetch) -> Fetch:
    """Return the response from the cache if it has one, by the behaviour's cache policy."""

    async def fetch_or_take(request: Any) -> Fetched:
        behaviour = _behaviour.get() or {}
        ranged = any(name.lower() == "range" for name in request.headers)
        if request.method not in ("GET", "HEAD") or ranged:
            return await fetch(request)
        policy = _policy(behaviour)
        key = _key(request, policy.get("Parameters") or {})
        kept = _cache.get(key)
        if kept is not None:
            _outcome.set(HIT if kept.answer[0] < 400 else ERROR)
            return _answer(request, kept)
        fetched = await fetch(request)
        status, _reason, headers, body = fetched
        _outcome.set(MISS if status < 400 else ERROR)
        if request.method == "GET":
            lifetimes = _lifetimes(policy)
            lowered = {name.lower(): str(value) for name, value in headers.items()}
            seconds = lifetime(status, lowered, lifetimes, datetime.now(UTC))
            _cache.put(key, fetched, len(body), seconds)
        return fetched

    return fetch_or_take


def _policy(behaviour: Record) -> Record:
    """Return the behaviour's cache policy, or legacy settings in the form of one."""
    policy_id = behaviour.get("cache_policy_id")
    if policy_id:
        found = cloudfront._cache_policies.get(policy_id)
        found = found or cloudfront._MANAGED_CACHE_POLICIES.get(policy_id)
        return dict(found["Config"]) if found else {"MaxTTL": 0}
    legacy = behaviour.get("forwarded_values") or {}
    return {
        "MinTTL": LEGACY.least,
        "DefaultTTL": LEGACY.default,
        "MaxTTL": LEGACY.most,
        "Parameters": {
            "HeaderBehavior": "whitelist",
            "Headers": legacy.get("headers") or [],
            "CookieBehavior": legacy.get("cookies_forward", "none"),
            "Cookies": legacy.get("cookies_whitelist") or [],
            "QueryStringBehavior": "all" if legacy.get("query_string") else "none",
        },
    }


def _lifetimes(policy: Record) -> Lifetimes:
    least = float(policy.get("MinTTL", 0))
    default = float(policy.get("DefaultTTL", max(LEGACY.default, least)))
    return Lifetimes(least, default, float(policy.get("MaxTTL", max(LEGACY.most, default))))


def _key(request: Any, parameters: Record) -> Key:
    def counts(behaviour: str, names: str, name: str) -> bool:
        kind = parameters.get(behaviour, "none")
        listed = name.lower() in {value.lower() for value in parameters.get(names) or ()}
        return (
            kind == "all"
            or (kind == "whitelist" and listed)
            or (kind == "allExcept" and not listed)
        )

    query = request.query
    if parameters.get("QueryStringBehavior", "none") != "all":
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([p for p in pairs if counts("QueryStringBehavior", "QueryStrings", p[0])])
    headers = {name.lower(): value for name, value in request.headers.items()}
    cookies = [part.strip() for part in headers.get("cookie", "").split(";") if part.strip()]
    rest = (
        tuple(
            (name, value)
            for name, value in sorted(headers.items())
            if name != "cookie" and counts("HeaderBehavior", "Headers", name)
        ),
        tuple(
            cookie
            for cookie in cookies
            if counts("CookieBehavior", "Cookies", cookie.partition("=")[0])
        ),
    )
    distribution = request.distribution_arn.rpartition("/")[2]
    return Key(distribution, request.uri, query, rest)


def _answer(request: Any, entry: CacheEntry) -> Fetched:
    """Return a cached response, without its body if the viewer has it or sent HEAD."""
    status, reason, headers, body = entry.answer
    aged = {**headers, "age": str(_cache.age(entry))}
    asked = {name.lower(): value for name, value in request.headers.items()}
    etag = next((v for name, v in headers.items() if name.lower() == "etag"), None)
    etags = [value.strip() for value in asked.get("if-none-match", "").split(",")]
    if status == 200 and etag is not None and etag in etags:
        return 304, "Not Modified", aged, b""
    return status, reason, aged, b"" if request.method == "HEAD" else body
