"""Compression ("Serve compressed files"). CloudFront's Brotli is gzip here."""

import gzip
from dataclasses import replace

from ..exchange import Exchange, Next
from ..messages import Response
from .forwarding import accepted_encodings

SMALLEST, LARGEST = 1_000, 10_000_000  # "Size of objects that CloudFront compresses"
STATUSES = frozenset({200, 403, 404})
_TYPES = """
    application/dash+xml application/eot application/font application/font-sfnt
    application/javascript application/json application/opentype application/otf
    application/pkcs7-mime application/protobuf application/rss+xml application/truetype
    application/ttf application/vnd.apple.mpegurl application/vnd.mapbox-vector-tile
    application/vnd.ms-fontobject application/xhtml+xml application/xml
    application/x-font-opentype application/x-font-truetype application/x-font-ttf
    application/x-httpd-cgi application/x-javascript application/x-mpegurl
    application/x-opentype application/x-otf application/x-perl application/x-ttf font/eot
    font/opentype font/otf font/ttf image/svg+xml text/css text/csv text/html text/javascript
    text/js text/plain text/richtext text/tab-separated-values text/xml text/x-component
    text/x-java-source text/x-script vnd.apple.mpegurl
"""
CONTENT_TYPES = frozenset(_TYPES.split())
"""The types on the page "File types that CloudFront compresses"."""


async def compress(exchange: Exchange, proceed: Next) -> Response:
    """Compress a response before it is cached, if the viewer accepts that."""
    response = await proceed(exchange)
    policy = exchange.services.cache_policy(exchange.behaviour)
    listed = policy.key.headers.kind == "whitelist" and policy.key.headers.includes(
        "accept-encoding"
    )
    accepted = accepted_encodings(exchange.request.header("accept-encoding"), policy)
    is_off = not exchange.behaviour.compress or listed or policy.lifetimes.most <= 0
    if is_off or "gzip" not in accepted.split(",") or exchange.request.method != "GET":
        return response
    return compressed(response) if is_compressible(response) else response


def is_compressible(response: Response) -> bool:
    """Return whether CloudFront compresses a response."""
    length = response.header("content-length")
    content_type = response.header("content-type").partition(";")[0].strip().lower()
    return (
        response.status in STATUSES
        and not response.is_own
        and "content-encoding" not in response.headers
        and content_type in CONTENT_TYPES
        and (not length or length == str(len(response.body)))
        and SMALLEST <= len(response.body) <= LARGEST
    )


def compressed(response: Response) -> Response:
    """Return a response in gzip, with a weak ETag. An invalid ETag is removed."""
    body = gzip.compress(response.body, mtime=0)
    etag = response.header("etag")
    weak = f"W/{etag}" if etag.startswith('"') else etag if etag.startswith("W/") else None
    vary = response.header("vary")
    names = [name.strip() for name in vary.split(",") if name.strip()]
    if "accept-encoding" not in {name.lower() for name in names}:
        names.append("Accept-Encoding")
    return replace(
        response.with_headers(
            content_encoding="gzip",
            content_length=str(len(body)),
            etag=weak,
            vary=", ".join(names),
        ),
        body=body,
    )
