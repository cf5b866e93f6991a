"""Origins: buckets, REST APIs, load balancers, function URLs and web servers."""

import hashlib
import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from ministack import app as ministack_app
from ministack.core import iam_evaluator
from ministack.services import apigateway, apigateway_v1, cloudfront, lambda_svc

from ..cdn.config import Origin
from ..cdn.exchange import OriginCall, OriginTimeoutError, OriginUnreachableError
from ..cdn.messages import Response, headers_of
from ..http.exchange import viewer_case
from ..http.function_urls import FunctionUrl, find_function_url
from ..http.problems import Problem, report_problem
from ..http.rest.entry import serve_rest_api
from ..http.rest.request import RestRequest
from . import cdn_buckets, cdn_load_balancers
from .types import Headers, Record

API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$")
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


async def fetch(call: OriginCall) -> Response:
    """Return the response of an origin.

    Raises:
        OriginUnreachableError: It cannot be reached.
        OriginTimeoutError: It does not respond in time.
    """
    viewer = call.exchange.viewer
    cdn_load_balancers.enter_region(call.origin.domain)
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
    if not cdn_buckets.signs(request.origin, request.headers):
        request.origin["oac_id"] = ""
    try:
        status, reason, headers, body = await fetch_or_serve(request)
    except cloudfront.OriginTimeout as error:
        report_problem(Problem(f"the origin {call.origin.id} timed out: {error}"))
        raise OriginTimeoutError(str(error)) from error
    except cloudfront.OriginUnreachable as error:
        report_problem(Problem(f"the origin {call.origin.id} cannot be reached: {error}"))
        raise OriginUnreachableError(str(error)) from error
    return Response(status, headers_of(headers.items()), body, reason)


def origin_record(origin: Origin) -> Record:
    """Return an origin in the form of MiniStack's functions."""
    record = {
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
        "connection_timeout": origin.connection_timeout,
        "attempts": origin.attempts,
        "completion_timeout": origin.completion_timeout,
    }
    vpc_origin = cloudfront._vpc_origins.get(origin.vpc_origin)
    if vpc_origin is not None:
        endpoint = vpc_origin["VpcOriginEndpointConfig"]
        record["http_port"] = endpoint["HTTPPort"]
        record["https_port"] = endpoint["HTTPSPort"]
        record["protocol_policy"] = endpoint["OriginProtocolPolicy"]
    return record


async def fetch_or_serve(request: OriginRequest) -> Fetched:
    """Serve APIs as origins, in process. MiniStack refuses names of amazonaws.com with 502.

    A bucket is connected to by TLS if the viewer uses it, as on AWS: MiniStack fetches the object
    in process, where ``aws:SecureTransport`` of a bucket's policy is false, so a bucket that
    requires TLS would refuse its own distribution.
    """
    domain = request.origin["domain_name"]
    api = API_HOST.match(domain)
    if api is not None and apigateway_v1.find_api_scope(api[1]) is not None:
        return _forbidden_host(request) or await _serve_rest_api(request, api[1], api[2])
    if api is not None and apigateway.find_api_scope(api[1]) is not None:
        return _forbidden_host(request) or await _serve_http_api(request)
    url = find_function_url(domain, request.uri)
    if url is not None:
        refused = refuse_function_url(request, url)
        if refused is not None or not url.is_public:
            return refused or await _serve_function_url(request, url)
    iam_evaluator.pin_request_origin(request.client_ip, request.viewer_is_https)
    origin, method = request.origin, request.method
    if not origin["s3_bucket"]:
        fetched: Fetched = await cloudfront._fetch_from_origin(*request)
        return fetched
    answer = cdn_buckets.answer_without_object(origin, method, request.uri, request.headers)
    if answer is not None:
        return answer
    from_bucket = await cloudfront._fetch_from_origin(*request)
    return cdn_buckets.with_cors(origin, method, request.headers, from_bucket)


def refuse_function_url(request: OriginRequest, url: FunctionUrl) -> Fetched | None:
    """Refuse what a function URL refuses. MiniStack knows no origin access control of one.

    "Restrict access to an AWS Lambda function URL origin": a URL with IAM authentication needs an
    origin access control, and a hash of the body that the viewer sends.
    """
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    if url.is_public:
        refused = url.refusal(headers)
    elif request.origin["oac_id"] and url.permits_distribution(request.distribution_arn):
        sent = headers.get("x-amz-content-sha256", "")
        digest = hashlib.sha256(request.body).hexdigest()
        refused = url.forbidden(headers) if request.body and sent != digest else None
    else:
        refused = url.forbidden(headers)
    return None if refused is None else (refused[0], "Forbidden", refused[1], refused[2])


async def _serve_function_url(request: OriginRequest, url: FunctionUrl) -> Fetched:
    """Call a function URL as CloudFront does, which signs the request."""
    sent = cloudfront._origin_request_headers(
        request.origin, request.headers, request.client_ip, request.forwarded_for
    )
    headers = {name.lower(): value for name, value in sent.items()}
    headers["authorization"] = "AWS4-HMAC-SHA256 Credential=cloudfront"
    status, answered, content = await lambda_svc.handle_function_url_request(
        url.id,
        request.method,
        (request.origin.get("origin_path") or "") + request.uri,
        headers,
        request.body,
        parse_qs(request.query, keep_blank_values=True),
        source_ip=request.client_ip,
    )
    return status, "", answered, content


def _forbidden_host(request: OriginRequest) -> Fetched | None:
    """Return 403 if the viewer's ``Host`` was forwarded, as on AWS, because it names no API."""
    domain = request.origin["domain_name"]
    if request.headers.get("host", domain) == domain:
        return None
    return 403, "Forbidden", dict(FORBIDDEN), b'{"message":"Forbidden"}'


async def _serve_http_api(request: OriginRequest) -> Fetched:
    sent = cloudfront._origin_request_headers(
        request.origin, request.headers, request.client_ip, request.forwarded_for
    )
    api_id = request.origin["domain_name"].partition(".")[0]
    path = f"/_aws/execute-api/{api_id}{request.origin.get('origin_path') or ''}{request.uri}"
    status, answered, content = await ministack_app._handle_execute_api_request(
        "127.0.0.1",
        unquote(path),
        request.method,
        {name.lower(): value for name, value in sent.items()},
        request.body,
        parse_qs(request.query, keep_blank_values=True),
        raw_path=path,
        raw_query_string=request.query,
    )
    return status, "", answered, content


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
