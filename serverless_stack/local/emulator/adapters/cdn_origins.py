"""Origins: buckets, REST APIs, load balancers, function URLs and web servers."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from ministack.core import iam_evaluator
from ministack.services import apigateway_v1, cloudfront

from ..cdn.config import Origin
from ..cdn.exchange import OriginCall, OriginTimeoutError, OriginUnreachableError
from ..cdn.messages import Response, headers_of
from ..http.exchange import viewer_case
from ..http.rest.entry import serve_rest_api
from ..http.rest.request import RestRequest
from .types import Headers, Record

REST_API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$")
FORBIDDEN = {"content-type": "application/json", "x-amzn-errortype": "ForbiddenException"}
Fetched = tuple[int, str, Headers, bytes]


class OriginRequest(NamedTuple):
    """The arguments of MiniStack's ``_fetch_from_origin``, in order."""

    origin: Record
    method: str
    uri: str
    query: str
    headers: dict[str, Any]
    body: bytes
    viewer_is_https: bool
    client_ip: str
    forwarded_for: str
    distribution_arn: str


Fetch = Callable[[OriginRequest], Awaitable[Fetched]]


async def fetch(call: OriginCall) -> Response:
    """Return the response of an origin.

    Raises:
        OriginUnreachableError: It cannot be reached.
        OriginTimeoutError: It does not respond in time.
    """
    viewer = call.exchange.viewer
    request = OriginRequest(
        origin=origin_record(call.origin),
        method=call.request.method,
        uri=call.request.uri,
        query=call.request.query,
        headers={
            name: values[0] if len(values) == 1 else values
            for name, values in call.request.headers.items()
        },
        body=call.request.body,
        viewer_is_https=viewer.is_https,
        client_ip=viewer.address,
        forwarded_for=viewer.request.header("x-forwarded-for"),
        distribution_arn=call.exchange.distribution.arn,
    )
    try:
        status, reason, headers, body = await fetch_or_serve(request)
    except cloudfront.OriginTimeout as error:
        raise OriginTimeoutError(str(error)) from error
    except cloudfront.OriginUnreachable as error:
        raise OriginUnreachableError(str(error)) from error
    return Response(status, headers_of(headers.items()), body, reason)


def origin_record(origin: Origin) -> Record:
    """Return an origin in the form of MiniStack's functions."""
    return {
        "id": origin.id,
        "domain_name": origin.domain,
        "origin_path": origin.path,
        "custom_headers": list(origin.headers),
        "s3_bucket": cloudfront._s3_origin_bucket(origin.domain) if origin.is_s3 else None,
        "oac_id": origin.access_control,
        "oai_id": origin.access_identity,
        "http_port": origin.http_port,
        "https_port": origin.https_port,
        "protocol_policy": origin.protocol,
        "read_timeout": origin.read_timeout,
    }


async def fetch_or_serve(request: OriginRequest) -> Fetched:
    """Serve REST APIs as origins, in process. MiniStack refuses names of amazonaws.com with 502.

    A bucket is connected to by TLS if the viewer uses it, as on AWS: MiniStack fetches the object
    in process, where ``aws:SecureTransport`` of a bucket's policy is false, so a bucket that
    requires TLS would refuse its own distribution.

    A forwarded ``Host`` of the viewer is answered with 403, as on AWS, because it names no API.
    """
    origin = request.origin
    api = REST_API_HOST.match(origin["domain_name"])
    if api is None or apigateway_v1.find_api_scope(api[1]) is None:
        iam_evaluator.pin_request_origin(request.client_ip, request.viewer_is_https)
        fetched: Fetched = await cloudfront._fetch_from_origin(*request)
        return fetched
    if request.headers.get("host", origin["domain_name"]) != origin["domain_name"]:
        return 403, "Forbidden", dict(FORBIDDEN), b'{"message":"Forbidden"}'
    return await _serve_rest_api(request, api[1], api[2])


async def _serve_rest_api(request: OriginRequest, api_id: str, region: str) -> Fetched:
    sent = cloudfront._origin_request_headers(
        request.origin, request.headers, request.client_ip, request.forwarded_for
    )
    path = (request.origin.get("origin_path") or "") + request.uri
    stage, _slash, below = path.lstrip("/").partition("/")
    status, answered, content = await serve_rest_api(
        RestRequest(
            api_id=api_id,
            stage=stage,
            method=request.method,
            path=f"/{below}",
            query=request.query,
            headers=[(viewer_case(name), value) for name, value in sent.items()],
            body=request.body,
            client=request.client_ip,
            region=region,
        )
    )
    return status, "", answered, content
