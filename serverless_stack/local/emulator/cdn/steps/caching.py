"""The cache ("Manage how long content stays in the cache")."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from ..cache import Key
from ..exchange import Exchange, Next
from ..freshness import lifetime
from ..messages import ERROR, HIT, Request, Response
from ..policies import CachePolicy
from .forwarding import accepted_encodings


async def serve_from_cache(exchange: Exchange, proceed: Next) -> Response:
    """Return the response from the cache if it has one, by the behaviour's cache policy."""
    request = exchange.request
    if request.method not in ("GET", "HEAD") or "range" in request.headers:
        return await proceed(exchange)
    policy = exchange.services.cache_policy(exchange.behaviour)
    key = cache_key(exchange.distribution.id, request, policy)
    entry = exchange.cache.get(key)
    if entry is not None:
        outcome = HIT if entry.response.status < 400 else ERROR
        kept = entry.response.with_headers(age=str(exchange.cache.age(entry)))
        return replace(kept, outcome=outcome, body=b"" if request.method == "HEAD" else kept.body)
    response = await proceed(exchange)
    if request.method == "GET":
        headers = {name: ", ".join(values) for name, values in response.headers.items()}
        seconds = lifetime(response.status, headers, policy.lifetimes, datetime.now(UTC))
        exchange.cache.put(key, response, seconds)
    return response


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
