"""Events of CloudFront Functions ("CloudFront Functions event structure")."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote

from .exchange import Event, Exchange
from .messages import FUNCTION_GENERATED, Headers, Request, Response

_SAFE = "!$'()*+,-./:;@_~%?"  # `%`: what a function returns may be encoded already


def function_event(exchange: Exchange, kind: str, response: Response | None = None) -> Event:
    """Return the event of a function.

    Args:
        exchange: The exchange.
        kind: ``viewer-request`` or ``viewer-response``.
        response: The response, for a viewer-response event.
    """
    request = exchange.request
    headers = {name: each for name, each in request.headers.items() if name != "cookie"}
    event: Event = {
        "version": "1.0",
        "context": {
            "distributionDomainName": exchange.distribution.domain,
            "distributionId": exchange.distribution.id,
            "eventType": kind,
            "requestId": exchange.id,
        },
        "viewer": {"ip": exchange.viewer.address},
        "request": {
            "method": request.method,
            "uri": request.uri,
            "querystring": _fields(_pairs(request.query)),
            "headers": _fields((name, each) for name, some in headers.items() for each in some),
            "cookies": _fields(_cookies(request.headers.get("cookie", []))),
        },
    }
    if response is not None:
        plain = {name: each for name, each in response.headers.items() if name != "set-cookie"}
        event["response"] = {
            "statusCode": response.status,
            "statusDescription": response.reason,
            "headers": _fields((name, each) for name, some in plain.items() for each in some),
            "cookies": _set_cookies(response.headers.get("set-cookie", [])),
        }
    return event


def changed_request(request: Request, event: Event, result: Event) -> Request:
    """Return the request as a function changed it.

    Args:
        request: The request before.
        event: The event that the function got.
        result: What it returned.
    """
    before = event["request"]
    headers = _header_values(result.get("headers", before["headers"]), before["headers"])
    cookies = result.get("cookies", before["cookies"])
    if cookies != before["cookies"]:
        pairs = [f"{name}={value}" for name, value in _values(cookies)]
        headers.update({"cookie": ["; ".join(pairs)]} if pairs else {})
    elif "cookie" in request.headers:
        headers["cookie"] = request.headers["cookie"]
    query = result.get("querystring", before["querystring"])
    text = request.query
    if isinstance(query, str):
        text = query
    elif query != before["querystring"]:
        pairs = [f"{quote(name, _SAFE)}={quote(value, _SAFE)}" for name, value in _values(query)]
        text = "&".join(pairs)
    return replace(request, uri=str(result.get("uri", request.uri)), query=text, headers=headers)


def generated_response(result: Event) -> Response:
    """Return the response that a function generated at a viewer's request."""
    headers = _header_values(result.get("headers") or {}, {})
    cookies = _set_cookie_lines(result.get("cookies") or {})
    if cookies:
        headers["set-cookie"] = cookies
    return Response(
        int(result["statusCode"]),
        headers,
        _body(result.get("body"), b""),
        str(result.get("statusDescription", "")),
        FUNCTION_GENERATED,
    )


def changed_response(response: Response, event: Event, result: Event) -> Response:
    """Return the response as a function changed it. What it removed is gone.

    Args:
        response: The response before.
        event: The event that the function got.
        result: What it returned.
    """
    before = event["response"]
    headers = _header_values(result.get("headers", before["headers"]), before["headers"])
    cookies = _set_cookie_lines(result.get("cookies", before["cookies"]))
    if cookies:
        headers["set-cookie"] = cookies
    return replace(
        response,
        status=int(result.get("statusCode", response.status)),
        headers=headers,
        body=_body(result.get("body"), response.body),
        reason=str(result.get("statusDescription", response.reason)),
    )


def _pairs(query: str) -> Iterable[tuple[str, str]]:
    for part in query.split("&"):
        name, _equals, value = part.partition("=")
        if name:
            yield name, value


def _cookies(headers: Iterable[str]) -> Iterable[tuple[str, str]]:
    for part in "; ".join(headers).split(";"):
        name, equals, value = part.strip().partition("=")
        if equals and name:
            yield name, value.strip()


def _fields(pairs: Iterable[tuple[str, str]]) -> Event:
    """Return an object with a field for each name, and ``multiValue`` for repeated ones."""
    values: Headers = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {
        name: {"value": some[0], "multiValue": [{"value": each} for each in some]}
        if len(some) > 1
        else {"value": some[0]}
        for name, some in values.items()
    }


def _set_cookies(lines: Iterable[str]) -> Event:
    cookies: Event = {}
    for line in lines:
        pair, _semicolon, attributes = line.partition(";")
        name, _equals, value = pair.partition("=")
        entry = {"value": value.strip()}
        if attributes.strip():
            entry["attributes"] = attributes.strip()
        known = cookies.get(name.strip())
        if known is None:
            cookies[name.strip()] = dict(entry)
        else:
            known.setdefault("multiValue", [dict(known)]).append(entry)
    return cookies


def _set_cookie_lines(cookies: Mapping[str, Event]) -> list[str]:
    lines = []
    for name, cookie in cookies.items():
        for entry in cookie.get("multiValue") or [cookie]:
            attributes = f"; {entry['attributes']}" if entry.get("attributes") else ""
            lines.append(f"{name}={entry.get('value', '')}{attributes}")
    return lines


def _values(fields: Mapping[str, Event]) -> list[tuple[str, str]]:
    return [
        (name, str(entry.get("value", "")))
        for name, entry_of in fields.items()
        for entry in entry_of.get("multiValue") or [entry_of]
    ]


def _header_values(fields: Mapping[str, Event], before: Mapping[str, Event]) -> Headers:
    headers: Headers = {}
    for name, entry in fields.items():
        several = entry.get("multiValue")
        values = [str(each.get("value", "")) for each in several or [entry]]
        known = before.get(name, {})
        if several and several == known.get("multiValue") and entry.get("value") != known["value"]:
            values[0] = str(entry.get("value", ""))
        headers[name.lower()] = values
    return headers


def _body(body: object, default: bytes) -> bytes:
    if isinstance(body, dict):
        data = str(body.get("data", ""))
        return base64.b64decode(data) if body.get("encoding") == "base64" else data.encode()
    return default if body is None else str(body).encode()
