"""Events of Lambda@Edge ("Lambda@Edge event structure" and "Restrictions on edge functions")."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .config import Origin
from .exchange import Event, Exchange, FunctionFailedError
from .messages import LAMBDA_GENERATED, LAMBDA_INVALID, Headers, Request, Response, first

VIEWER_REQUEST, ORIGIN_REQUEST = "viewer-request", "origin-request"
ORIGIN_RESPONSE, VIEWER_RESPONSE = "origin-response", "viewer-response"
MOST_BODY = {VIEWER_REQUEST: 40 * 1024, ORIGIN_REQUEST: 1024 * 1024}
"""The bytes of a body that a function gets, and of a response that it generates."""
READ_ONLY = {
    VIEWER_REQUEST: frozenset({"content-length", "host", "transfer-encoding", "via"}),
    ORIGIN_REQUEST: frozenset(
        {
            *("accept-encoding", "content-length", "if-modified-since", "if-none-match"),
            *("if-range", "if-unmodified-since", "transfer-encoding", "via"),
        }
    ),
    ORIGIN_RESPONSE: frozenset({"transfer-encoding", "via"}),
    VIEWER_RESPONSE: frozenset({"warning", "via"}),
}
DISALLOWED = frozenset(
    {
        *("connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("proxy-connection", "trailer", "upgrade", "x-accel-buffering", "x-accel-charset"),
        *("x-accel-limit-rate", "x-accel-redirect", "x-amzn-auth", "x-amzn-cf-billing"),
        *("x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype", "x-amzn-fle-profile"),
        *("x-amzn-header-count", "x-amzn-header-order", "x-amzn-lambda-integration-tag"),
        *("x-amzn-requestid", "x-cache", "x-forwarded-proto", "x-real-ip"),
    }
)
_OF_CLOUDFRONT = ("via", "x-forwarded-for")


def edge_event(
    exchange: Exchange, kind: str, include_body: bool = False, response: Response | None = None
) -> Event:
    """Return the event of a function.

    Args:
        exchange: The exchange.
        kind: The type of the event.
        include_body: Whether the function gets the request's body.
        response: The response, for an event of a response.
    """
    request = exchange.request
    headers = dict(request.headers)
    cf: Event = {
        "config": {
            "distributionDomainName": exchange.distribution.domain,
            "distributionId": exchange.distribution.id,
            "eventType": kind,
            "requestId": exchange.id,
        }
    }
    described: Event = {
        "clientIp": exchange.viewer.address,
        "method": request.method,
        "querystring": request.query,
        "uri": request.uri,
    }
    if kind in (ORIGIN_REQUEST, ORIGIN_RESPONSE):
        origin = exchange.target.origins[0]
        sent = exchange.viewer.request.headers.get("x-forwarded-for", [])
        headers["x-forwarded-for"] = [", ".join([*sent, exchange.viewer.address])]
        headers["via"] = [f"2.0 {exchange.id}.cloudfront.net (CloudFront)"]
        headers["host"] = [request.header("host") or origin.host or origin.domain]
        described["origin"] = _origin(origin, exchange.viewer.is_https)
    described["headers"] = _pairs(headers)
    if include_body and kind in MOST_BODY:
        most = MOST_BODY[kind]
        described["body"] = {
            "inputTruncated": len(request.body) > most,
            "action": "read-only",
            "encoding": "base64",
            "data": base64.b64encode(request.body[:most]).decode(),
        }
    cf["request"] = described
    if response is not None:
        cf["response"] = {
            "status": str(response.status),
            "statusDescription": response.reason,
            "headers": _pairs(response.headers),
        }
    return {"Records": [{"cf": cf}]}


def changed_request(request: Request, event: Event, kind: str, result: Event) -> Request:
    """Return the request as a function changed it.

    Args:
        request: The request before.
        event: The event that the function got.
        kind: The type of the event.
        result: What it returned.

    Raises:
        FunctionFailedError: CloudFront refuses the change.
    """
    before = event["Records"][0]["cf"]["request"]
    if result.get("method", request.method) != request.method:
        raise invalid("The function tried to change the method of the request.")
    uri, query = str(result.get("uri", "")), str(result.get("querystring", ""))
    if not uri.startswith("/"):
        raise invalid("The URI must begin with a slash.")
    if any(character <= " " or character == "#" for character in query):
        raise invalid("The query string has a character that must be encoded.")
    headers = _changed_headers(before, result, kind)
    if kind == ORIGIN_REQUEST:
        for name in _OF_CLOUDFRONT:
            headers.pop(name, None)
        domain = _domain(result.get("origin")) or _domain(before["origin"])
        if first(headers, "host") == domain:
            headers.pop("host")
    body = request.body
    given = result.get("body") or {}
    if given.get("action") == "replace":
        body = _decoded(given.get("data", ""), given.get("encoding", "base64"))
    return replace(request, uri=uri, query=query, headers=headers, body=body)


def changed_origin(origin: Origin, event: Event, result: Event) -> Origin:
    """Return the origin as a function of an origin request changed it.

    Raises:
        FunctionFailedError: CloudFront refuses the change.
    """
    before, after = event["Records"][0]["cf"]["request"]["origin"], result.get("origin")
    if after is None or after == before:
        return origin
    if len(after) != 1 or not _domain(after):
        raise invalid("The origin must be exactly one of `custom` and `s3`, with its domain name.")
    (kind, config) = next(iter(after.items()))
    headers = tuple(
        (str(each.get("key") or name.title()), str(each.get("value", "")))
        for name, some in (config.get("customHeaders") or {}).items()
        for each in some
    )
    changed = replace(
        origin,
        domain=str(config["domainName"]),
        path=str(config.get("path", "")),
        headers=headers,
        is_s3=kind == "s3",
    )
    if kind == "s3":
        return changed
    port = int(config.get("port", 443))
    return replace(
        changed,
        access_control=origin.access_control if not origin.is_s3 else "",
        access_identity="",
        protocol=f"{config.get('protocol', 'https')}-only",
        http_port=port,
        https_port=port,
        read_timeout=int(config.get("readTimeout", origin.read_timeout)),
    )


def generated_response(kind: str, result: Event) -> Response:
    """Return the response that a function of a request generated.

    Raises:
        FunctionFailedError: CloudFront refuses it.
    """
    body = _decoded(result.get("body") or "", result.get("bodyEncoding", "text"))
    headers = _headers(result.get("headers") or {})
    _refuse_disallowed(headers)
    status = _status(result)
    size = len(body) + sum(len(name) + len(first(headers, name)) for name in headers)
    if size > MOST_BODY[kind]:
        raise invalid(f"The generated response has more than {MOST_BODY[kind]} bytes.")
    if status == 204 and body:
        raise invalid("A response with status 204 has no body.")
    return Response(
        status, headers, body, str(result.get("statusDescription", "")), LAMBDA_GENERATED
    )


def changed_response(response: Response, event: Event, kind: str, result: Event) -> Response:
    """Return the response as a function of a response changed it.

    Raises:
        FunctionFailedError: CloudFront refuses the change.
    """
    before = event["Records"][0]["cf"]["response"]
    status = _status(result)
    if kind == VIEWER_RESPONSE and status != response.status:
        raise invalid("A function of viewer responses cannot change the status.")
    headers = _changed_headers(before, result, kind)
    body = response.body
    if "body" in result:
        body = _decoded(result["body"] or "", result.get("bodyEncoding", "text"))
        headers.pop("content-length", None)
    reason = str(result.get("statusDescription", response.reason))
    return replace(response, status=status, headers=headers, body=body, reason=reason)


def invalid(problem: str) -> FunctionFailedError:
    """Return the error of a result that CloudFront refuses."""
    text = f"The Lambda function result failed validation: {problem}"
    return FunctionFailedError(LAMBDA_INVALID, 502, text)


def _origin(origin: Origin, is_https: bool) -> Event:
    headers = {name.lower(): [{"key": name, "value": value}] for name, value in origin.headers}
    common = {"customHeaders": headers, "domainName": origin.domain, "path": origin.path}
    if origin.is_s3:
        method = "origin-access-identity" if origin.access_identity else "none"
        region = origin.domain.partition(".s3.")[2].partition(".")[0]
        return {"s3": {**common, "authMethod": method, "region": region}}
    uses_https = origin.protocol == "https-only" or (origin.protocol == "match-viewer" and is_https)
    return {
        "custom": {
            **common,
            "keepaliveTimeout": 5,
            "port": origin.https_port if uses_https else origin.http_port,
            "protocol": "https" if uses_https else "http",
            "readTimeout": origin.read_timeout,
            "sslProtocols": ["TLSv1.2"],
        }
    }


def _domain(origin: Mapping[str, Any] | None) -> str:
    return next((str(each.get("domainName", "")) for each in (origin or {}).values()), "")


def _pairs(headers: Headers) -> Event:
    return {
        name: [{"key": name.title(), "value": value} for value in values]
        for name, values in headers.items()
        if not _is_disallowed(name)
    }


def _headers(fields: Mapping[str, Iterable[Mapping[str, Any]]]) -> Headers:
    try:
        return {
            name.lower(): [str(each["value"]) for each in entries]
            for name, entries in fields.items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise invalid('A header must be a list of {"key": …, "value": …}.') from error


def _changed_headers(before: Event, result: Event, kind: str) -> Headers:
    old, new = _headers(before["headers"]), _headers(result.get("headers") or {})
    if any(old.get(name) != new.get(name) for name in READ_ONLY[kind]):
        raise invalid("The function tried to add, delete, or change a read-only header.")
    _refuse_disallowed(new)
    return new


def _refuse_disallowed(headers: Headers) -> None:
    refused = sorted(name for name in headers if _is_disallowed(name))
    if refused:
        raise invalid(f"The function tried to add a disallowed header: {refused[0]}.")


def _is_disallowed(name: str) -> bool:
    return name in DISALLOWED or name.startswith(("x-amz-cf-", "x-edge-"))


def _status(result: Event) -> int:
    text = str(result.get("status", ""))
    if not text.isdigit() or not 200 <= int(text) <= 599:
        raise invalid("The status must be a string from 200 to 599.")
    return int(text)


def _decoded(data: str, encoding: str) -> bytes:
    if encoding not in ("text", "base64"):
        raise invalid("The encoding of a body is `text` or `base64`.")
    if encoding == "text":
        return str(data).encode()
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise invalid("The body is not valid base64.") from error
