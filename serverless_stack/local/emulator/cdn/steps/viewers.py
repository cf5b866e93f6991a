"""What CloudFront requires of a viewer's request, and what it tells the origin about the viewer.

"Viewer protocol policy", "Allowed HTTP methods" and "Add CloudFront request headers".
"""

from ..exchange import Exchange, Next
from ..messages import REDIRECT, Response, own_response


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


async def add_viewer_headers(exchange: Exchange, proceed: Next) -> Response:
    """Add what CloudFront knows about the viewer. Policies decide which of it reaches whom."""
    return await proceed(exchange)
