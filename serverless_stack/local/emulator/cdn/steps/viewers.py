"""What CloudFront requires of a viewer's request, and what it tells the origin about the viewer.

"Viewer protocol policy", "Allowed HTTP methods" and "Add CloudFront request headers".
"""

from dataclasses import replace

from ..exchange import Exchange, Next
from ..messages import REDIRECT, Response, Viewer, own_response

LONGEST_URL, LONGEST_REQUEST = 8192, 20_480


async def refuse_loops(exchange: Exchange, proceed: Next) -> Response:
    """Refuse a request that came through this CDN before: a distribution as its own origin."""
    via = exchange.viewer.request.headers.get("via", [])
    if any("(cloudfront)" in each.lower() for each in via):
        return own_response(
            403, "This distribution is configured to serve another CloudFront distribution."
        )
    return await proceed(exchange)


async def require_https(exchange: Exchange, proceed: Next) -> Response:
    """Redirect or refuse viewers without HTTPS, as the behaviour says."""
    policy = exchange.behaviour.viewer_protocol
    request = exchange.viewer.request
    if exchange.viewer.is_https or policy == "allow-all":
        return await proceed(exchange)
    if policy == "https-only":
        return own_response(403, "Bad request.")
    query = f"?{request.query}" if request.query else ""
    location = f"https://{request.header('host')}{request.uri}{query}"
    status = 301 if request.method in ("GET", "HEAD") else 307
    return own_response(status, "The document has moved.", REDIRECT, location=location)


async def refuse_methods(exchange: Exchange, proceed: Next) -> Response:
    """Refuse methods that the behaviour does not allow."""
    if exchange.viewer.request.method in exchange.behaviour.methods:
        return await proceed(exchange)
    return own_response(
        403,
        "This distribution is not configured to allow the HTTP request method that was used for "
        "this request. The distribution supports only cachable requests.",
    )


async def refuse_long_requests(exchange: Exchange, proceed: Next) -> Response:
    """Refuse what is longer than a request or a URL may be ("Maximum length of a request")."""
    request = exchange.viewer.request
    url = len(f"https://{exchange.distribution.domain}{request.uri}?{request.query}")
    headers = sum(
        len(name) + len(value) + 4 for name, some in request.headers.items() for value in some
    )
    if url > LONGEST_URL or url + headers > LONGEST_REQUEST:
        return own_response(413, "Bad request.")
    return await proceed(exchange)


async def add_viewer_headers(exchange: Exchange, proceed: Next) -> Response:
    """Add what CloudFront knows about the viewer. Policies decide which of it reaches whom.

    A viewer's own headers of these names are replaced, after functions of Lambda@Edge for the
    viewer's request, which do not see them ("Restrictions on Lambda@Edge").
    """
    policies = [exchange.services.cache_policy(exchange.behaviour).key]
    more = exchange.services.origin_request_policy(exchange.behaviour)
    policies += [more] if more else []
    added = {
        name: value
        for name, value in viewer_headers(exchange.viewer).items()
        if any(
            name in policy.added
            or (policy.headers.kind == "whitelist" and policy.headers.includes(name))
            for policy in policies
        )
    }
    headers = {**exchange.request.headers, **{name: [value] for name, value in added.items()}}
    exchange.request = replace(exchange.request, headers=headers)
    return await proceed(exchange)


def viewer_headers(viewer: Viewer) -> dict[str, str]:
    """Return all headers that CloudFront can add about a viewer.

    The place of a viewer is his country only: this cloud has no database of addresses.
    """
    sent = viewer.request.headers
    agent = viewer.request.header("user-agent")
    names = ":".join(name.title() for name in sent)
    proto = "https" if viewer.is_https else "http"
    devices = {f"cloudfront-is-{kind}-viewer": is_kind for kind, is_kind in devices_of(agent)}
    address = viewer.address if ":" not in viewer.address else f"[{viewer.address}]"
    return {
        **{name: str(is_kind).lower() for name, is_kind in devices.items()},
        "cloudfront-viewer-address": f"{address}:{viewer.port}",
        "cloudfront-viewer-country": viewer.country,
        "cloudfront-forwarded-proto": proto,
        "cloudfront-viewer-http-version": viewer.http_version,
        "cloudfront-viewer-tls": "TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake",
        "cloudfront-viewer-header-order": names[:7680],
        "cloudfront-viewer-header-count": str(len(sent)),
    }


def devices_of(agent: str) -> list[tuple[str, bool]]:
    """Return the kinds of devices, and whether a ``User-Agent`` is of each."""
    text = agent.lower()
    is_tv = any(word in text for word in ("smart-tv", "smarttv", "appletv", "googletv", "hbbtv"))
    is_ios = any(word in text for word in ("iphone", "ipad", "ipod"))
    is_android = "android" in text
    is_tablet = "ipad" in text or "tablet" in text or (is_android and "mobile" not in text)
    is_tablet = is_tablet and not is_tv
    is_mobile = not is_tv and (is_ios or is_android or "mobile" in text)
    return [
        ("android", is_android),
        ("desktop", not (is_tv or is_tablet or is_mobile)),
        ("ios", is_ios),
        ("mobile", is_mobile),
        ("smarttv", is_tv),
        ("tablet", is_tablet),
    ]
