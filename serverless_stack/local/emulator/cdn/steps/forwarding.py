"""What of a request reaches the origin: the behaviour's policies, and what CloudFront adds."""

from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

from ..exchange import Exchange, Next
from ..messages import Headers, Request, Response
from ..policies import CachePolicy, Selections, reaches_origin

ALWAYS = frozenset(
    {
        "content-type",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
    }
)
"""Headers that reach the origin whatever the policies say ("HTTP request headers and CloudFront
behavior")."""
_OWN = frozenset(
    {
        *("host", "cookie", "user-agent", "accept-encoding"),
        *("connection", "content-length", "expect", "te", "trailer", "transfer-encoding"),
        *("proxy-authenticate", "proxy-authorization", "proxy-connection", "upgrade"),
        *("x-forwarded-proto", "x-real-ip"),
    }
)
"""Headers that CloudFront removes, or handles in a way of its own."""
_SELECTED_ONLY = frozenset(
    {
        *("accept", "accept-charset", "accept-language", "authorization", "referer"),
        "x-http-method-override",
    }
)
"""Headers that legacy settings forward only if they are selected."""
USER_AGENT = "Amazon CloudFront"


async def select_for_origin(exchange: Exchange, proceed: Next) -> Response:
    """Send what the behaviour's policies select, with CloudFront's own ``User-Agent``."""
    policy = exchange.services.cache_policy(exchange.behaviour)
    more = exchange.services.origin_request_policy(exchange.behaviour)
    before = exchange.request
    exchange.request = selected(before, policy, more)
    try:
        return await proceed(exchange)
    finally:
        exchange.request = before


async def remove_headers(exchange: Exchange, proceed: Next) -> Response:
    """Remove what is about requests that the origin cannot see.

    ``Set-Cookie`` if no cookies reach it ("Cache content based on cookies"), and names in ``Vary``
    that do not ("HTTP response headers that CloudFront removes or replaces").
    """
    response = await proceed(exchange)
    policy = exchange.services.cache_policy(exchange.behaviour)
    more = exchange.services.origin_request_policy(exchange.behaviour)
    if "vary" in response.headers:
        sent = ",".join(response.headers["vary"])
        response = response.with_headers(vary=_vary(sent, policy, more))
    if any(each.cookies.kind != "none" for each in (policy.key, more or Selections())):
        return response
    return response.with_headers(set_cookie=None)


def _vary(sent: str, policy: CachePolicy, more: Selections | None) -> str | None:
    def is_kept(name: str) -> bool:
        if name == "*":
            return policy.lifetimes.least == 0
        is_known = name in ("accept-encoding", "cookie")
        return is_known or reaches_origin(policy.key.headers, more.headers if more else None, name)

    names = [name.strip() for name in sent.split(",")]
    return ", ".join(name for name in names if is_kept(name.lower())) or None


def selected(request: Request, policy: CachePolicy, more: Selections | None) -> Request:
    """Return the request to the origin.

    Args:
        request: The request, after the viewer's functions.
        policy: The cache policy.
        more: The origin request policy.
    """
    return replace(
        request,
        query=_query(request.query, policy, more),
        headers=_headers(request, policy, more),
    )


def _query(query: str, policy: CachePolicy, more: Selections | None) -> str:
    selection = more.queries if more else None
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [pair for pair in pairs if reaches_origin(policy.key.queries, selection, pair[0])]
    # Bytes stay as they were sent unless something is left out.
    return query if len(kept) == len(pairs) else urlencode(kept, quote_via=quote)


def _headers(request: Request, policy: CachePolicy, more: Selections | None) -> Headers:
    selection = more.headers if more else None
    added = more.added if more else frozenset()

    def reaches(name: str) -> bool:
        if name.startswith("cloudfront-") and name not in added:
            return _is_listed(name, policy, more)
        if policy.is_legacy and name not in _SELECTED_ONLY | _OWN:
            return True
        return reaches_origin(policy.key.headers, selection, name)

    headers = {
        name: values
        for name, values in request.headers.items()
        if name not in _OWN
        and not name.startswith("x-edge-")
        and (name in ALWAYS or reaches(name) or name in added)
    }
    agent = request.header("user-agent")
    headers["user-agent"] = [agent if agent and reaches("user-agent") else USER_AGENT]
    if reaches("host"):
        headers["host"] = [request.header("host")]
    encodings = accepted_encodings(request.header("accept-encoding"), policy)
    if encodings:
        headers["accept-encoding"] = [encodings]
    elif not (policy.gzip or policy.brotli) and reaches("accept-encoding"):
        sent = request.header("accept-encoding")
        headers.update({"accept-encoding": [sent]} if sent else {})
    cookies = _cookies(request.header("cookie"), policy, more)
    if cookies:
        headers["cookie"] = [cookies]
    return headers


def _is_listed(name: str, policy: CachePolicy, more: Selections | None) -> bool:
    """Return whether a policy names a header of CloudFront; "all viewer headers" has none."""
    selections = [policy.key.headers, *([more.headers] if more else [])]
    return any(each.kind == "whitelist" and each.includes(name) for each in selections)


def accepted_encodings(sent: str, policy: CachePolicy) -> str:
    """Return ``Accept-Encoding`` as it is in the cache key and reaches the origin.

    Args:
        sent: The viewer's header.
        policy: The cache policy.
    """
    accepted = _encodings(sent)
    enabled = [*(["br"] if policy.brotli else []), *(["gzip"] if policy.gzip else [])]
    return ",".join(each for each in enabled if each in accepted)


def _encodings(sent: str) -> set[str]:
    names = set()
    for part in sent.lower().split(","):
        name, _semicolon, quality = part.partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            names.add(name.strip())
    return names


def _cookies(sent: str, policy: CachePolicy, more: Selections | None) -> str:
    selection = more.cookies if more else None
    cookies = [part.strip() for part in sent.split(";") if part.strip()]
    return "; ".join(
        cookie
        for cookie in cookies
        if reaches_origin(policy.key.cookies, selection, cookie.partition("=")[0])
    )
