"""The cache ("Manage how long content stays in the cache")."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from ..cache import CacheEntry, Key
from ..exchange import Exchange, Next
from ..freshness import ERROR_SECONDS, NOT_STORED, Freshness, freshness, without_uncached_fields
from ..messages import ERROR, HIT, REFRESH_HIT, Request, Response
from ..policies import CachePolicy, Selections
from .forwarding import accepted_encodings

CONDITIONAL = ("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range")
_KEPT_AT_304 = frozenset({"etag", "content-length", "content-encoding", "content-type"})
_refreshing: set[asyncio.Task[Response]] = set()


async def serve_from_cache(exchange: Exchange, proceed: Next) -> Response:
    """Return the response from the cache if it has one, by the behaviour's cache policy."""
    request = exchange.request
    policy = exchange.services.cache_policy(exchange.behaviour)
    if request.method not in ("GET", "HEAD") and not _caches_options(exchange):
        return await proceed(exchange)
    key = cache_key(exchange.distribution.id, request, policy)
    entry = exchange.cache.find(key)
    if entry is not None and exchange.cache.is_fresh(entry):
        return _stored(exchange, entry)
    if request.method == "HEAD" or ("range" in request.headers and entry is None):
        return await _pass_through(exchange, proceed, key, policy)
    if entry is not None and exchange.cache.serves_while_revalidating(entry):
        _refresh_later(exchange, proceed, key, policy, entry)
        return _stored(exchange, entry)
    if policy.lifetimes.most <= 0 or _forwards_cookies(exchange, policy):
        return await _fetch(exchange, proceed, key, policy, entry)
    async with exchange.cache.alone(key) as waited:
        found = exchange.cache.get(key) if waited else None
        if found is not None:
            return _stored(exchange, found)
        return await _fetch(exchange, proceed, key, policy, entry)


def cache_key(distribution: str, request: Request, policy: CachePolicy) -> Key:
    """Return the key of a response.

    Args:
        distribution: The id of the distribution.
        request: The request, after the viewer's functions.
        policy: The cache policy.
    """
    query = request.query
    if policy.key.queries.kind != "all":
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([pair for pair in pairs if policy.key.queries.includes(pair[0])])
    cookies = [part.strip() for part in request.header("cookie").split(";") if part.strip()]
    rest = (
        "OPTIONS" if request.method == "OPTIONS" else "GET",
        accepted_encodings(request.header("accept-encoding"), policy),
        tuple(
            (name, *values)
            for name, values in sorted(request.headers.items())
            if name != "cookie" and policy.key.headers.includes(name)
        ),
        tuple(
            cookie for cookie in cookies if policy.key.cookies.includes(cookie.partition("=")[0])
        ),
    )
    return Key(distribution, request.uri, query, rest)


async def _fetch(
    exchange: Exchange, proceed: Next, key: Key, policy: CachePolicy, entry: CacheEntry | None
) -> Response:
    """Fetch a whole object, or confirm the expired one, and store what comes."""
    since = exchange.cache.invalidations(key.distribution)
    if entry is None or entry.response.status >= 400:
        response = await proceed(exchange)
        _store(exchange, key, policy, response, since)
        return response
    before = exchange.request
    exchange.request = revalidating(before, entry.response)
    try:
        response = await proceed(exchange)
    finally:
        exchange.request = before
    if response.status == 304:
        confirmed = confirmed_by(entry.response, response)
        exchange.cache.put(key, confirmed, _freshness(exchange, policy, confirmed), since)
        return replace(confirmed, outcome=REFRESH_HIT)
    if response.status >= 500 and exchange.cache.serves_on_error(entry):
        exchange.cache.hold(key, _error_seconds(exchange, response.status))
        return _stored(exchange, entry)
    _store(exchange, key, policy, response, since)
    return response


async def _pass_through(
    exchange: Exchange, proceed: Next, key: Key, policy: CachePolicy
) -> Response:
    """Answer HEAD and ranges that the cache has not from the origin.

    An origin without ranges answers with the whole object, which is stored ("How CloudFront
    processes partial requests"). Parts are not stored, as CloudFront may do.
    """
    since = exchange.cache.invalidations(key.distribution)
    response = await proceed(exchange)
    if exchange.request.method == "GET" and response.status != 206:
        _store(exchange, key, policy, response, since)
    return response


def _refresh_later(
    exchange: Exchange, proceed: Next, key: Key, policy: CachePolicy, entry: CacheEntry
) -> None:
    """Fetch again in the background, once at a time (``stale-while-revalidate``)."""
    exchange.cache.hold(key, ERROR_SECONDS)
    task = asyncio.create_task(_fetch(replace(exchange), proceed, key, policy, entry))
    _refreshing.add(task)
    task.add_done_callback(_refreshing.discard)


def revalidating(request: Request, stored: Response) -> Request:
    """Return the request that asks the origin whether a stored response is still the latest."""
    headers = {
        name: values
        for name, values in request.headers.items()
        if name not in CONDITIONAL and name != "range"
    }
    # Compressed by CloudFront, the origin's ETag became a weak one.
    etag = stored.header("etag")
    if etag:
        headers["if-none-match"] = [
            etag.removeprefix("W/") if stored.header("content-encoding") else etag
        ]
    if stored.header("last-modified"):
        headers["if-modified-since"] = [stored.header("last-modified")]
    return replace(request, headers=headers)


def confirmed_by(stored: Response, answer: Response) -> Response:
    """Return a stored response with the headers of the origin's 304 (RFC 9111, section 3.2)."""
    newer = {name: each for name, each in answer.headers.items() if name not in _KEPT_AT_304}
    return replace(stored, headers={**stored.headers, **newer})


def _store(
    exchange: Exchange, key: Key, policy: CachePolicy, response: Response, since: int
) -> None:
    kept = replace(response, headers=without_uncached_fields(response.headers))
    exchange.cache.put(key, kept, _freshness(exchange, policy, response), since)


def _freshness(exchange: Exchange, policy: CachePolicy, response: Response) -> Freshness:
    if response.is_own and response.outcome != ERROR:
        return NOT_STORED  # a failure of a function, not of the origin
    if response.status >= 400 and policy.lifetimes.most <= 0 and not _declares(exchange, response):
        return NOT_STORED
    headers = {name: ", ".join(values) for name, values in response.headers.items()}
    seconds = _error_seconds(exchange, response.status)
    return freshness(response.status, headers, policy.lifetimes, datetime.now(UTC), seconds)


def _declares(exchange: Exchange, response: Response) -> bool:
    return response.status in exchange.distribution.config.errors


def _error_seconds(exchange: Exchange, status: int) -> float:
    declared = exchange.distribution.config.errors.get(status)
    return declared.ttl if declared else ERROR_SECONDS


def _stored(exchange: Exchange, entry: CacheEntry) -> Response:
    outcome = HIT if entry.response.status < 400 else ERROR
    aged = entry.response.with_headers(age=str(exchange.cache.age(entry)))
    return replace(aged, outcome=outcome)


def _caches_options(exchange: Exchange) -> bool:
    return exchange.request.method == "OPTIONS" and "OPTIONS" in exchange.behaviour.cached_methods


def _forwards_cookies(exchange: Exchange, policy: CachePolicy) -> bool:
    """Return whether cookies reach the origin, so that requests are not collapsed."""
    more = exchange.services.origin_request_policy(exchange.behaviour) or Selections()
    return any(each.cookies.kind != "none" for each in (policy.key, more))
