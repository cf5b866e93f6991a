"""CloudFront: origins that MiniStack cannot reach, or treats differently than AWS."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from ministack.core import iam_evaluator
from ministack.services import apigateway_v1, cloudfront

from ..http.exchange import viewer_case
from ..http.rest.entry import serve_rest_api
from ..http.rest.request import RestRequest
from . import cdn_cache
from .types import Headers, Record

REST_API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$")
Fetched = tuple[int, str, Headers, bytes]


class OriginRequest(NamedTuple):
    """The arguments of MiniStack's ``_fetch_from_origin``, in order."""

    origin: Record
    method: str
    uri: str
    query: str
    headers: dict[str, str]
    body: bytes
    viewer_is_https: bool
    client_ip: str
    forwarded_for: str
    distribution_arn: str


Fetch = Callable[[OriginRequest], Awaitable[Fetched]]


def apply() -> None:
    """Apply this module's patches."""
    allow_reading_only_by_default()
    stock = cloudfront._fetch_from_origin

    async def fetch(request: OriginRequest) -> Fetched:
        fetched: Fetched = await stock(*request)
        return fetched

    cdn_cache.apply()
    whole = cdn_cache.cached(serve_rest_apis(forward_tls_to_buckets(fetch)))
    cloudfront._fetch_from_origin = lambda *arguments: whole(OriginRequest(*arguments))


def allow_reading_only_by_default() -> None:
    """Allow only GET and HEAD by default. MiniStack allows every method."""
    parse = cloudfront._dataplane_allowed_methods

    def with_default(behaviour: object) -> list[str]:
        declared: list[str] | None = parse(behaviour)
        return ["GET", "HEAD"] if declared is None else declared

    cloudfront._dataplane_allowed_methods = with_default


def forward_tls_to_buckets(fetch: Fetch) -> Fetch:
    """Connect to a bucket by TLS if the viewer does, as on AWS.

    MiniStack fetches the object in process, where ``aws:SecureTransport`` of a bucket's policy is
    false, so a bucket that requires TLS would refuse its own distribution.
    """

    async def fetch_as_viewer(request: OriginRequest) -> Fetched:
        iam_evaluator.pin_request_origin(request.client_ip, request.viewer_is_https)
        return await fetch(request)

    return fetch_as_viewer


def serve_rest_apis(fetch: Fetch) -> Fetch:
    """Serve REST APIs as origins, in process. MiniStack refuses names of amazonaws.com with 502.

    A forwarded ``Host`` of the viewer is answered with 403, as on AWS, because it names no API.
    """

    async def fetch_or_serve(request: OriginRequest) -> Fetched:
        origin = request.origin
        api = REST_API_HOST.match(origin["domain_name"])
        if api is None or apigateway_v1.find_api_scope(api[1]) is None:
            return await fetch(request)
        if request.headers.get("host", origin["domain_name"]) != origin["domain_name"]:
            return 403, "Forbidden", dict(FORBIDDEN), b'{"message":"Forbidden"}'
        sent = cloudfront._origin_request_headers(
            origin, request.headers, request.client_ip, request.forwarded_for
        )
        path = (origin.get("origin_path") or "") + request.uri
        stage, _slash, below = path.lstrip("/").partition("/")
        status, answered, content = await serve_rest_api(
            RestRequest(
                api_id=api[1],
                stage=stage,
                method=request.method,
                path=f"/{below}",
                query=request.query,
                headers=[(viewer_case(name), value) for name, value in sent.items()],
                body=request.body,
                client=request.client_ip,
                region=api[2],
            )
        )
        return status, "", cloudfront._multidict_from_pairs(_pairs(answered)), content

    return fetch_or_serve


FORBIDDEN = {"content-type": "application/json", "x-amzn-errortype": "ForbiddenException"}


def _pairs(headers: Headers) -> list[tuple[str, Any]]:
    return [
        (name, item)
        for name, value in headers.items()
        for item in (value if isinstance(value, list) else [value])
    ]
