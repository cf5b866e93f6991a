"""The response of a Lambda proxy integration: from the function's result to HTTP."""

import base64
import binascii
from typing import Any

from .request import RestRequest, is_binary

Response = tuple[int, dict[str, Any], bytes]

KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
REMAPPED = frozenset(
    {
        "authorization",
        "connection",
        "content-md5",
        "date",
        "expect",
        "host",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "trailer",
        "upgrade",
        "user-agent",
        "via",
        "warn",
        "www-authenticate",
    }
)
GENERATED = frozenset({"content-length", "transfer-encoding"})


class MalformedResponseError(ValueError):
    """The function returned a result that API Gateway does not accept."""


def proxy_response(
    payload: object, request: RestRequest, binary_media_types: list[str]
) -> Response:
    """Return the HTTP response.

    Args:
        payload: The function's result.
        request: The request, whose ``Accept`` header decides whether base64 is decoded.
        binary_media_types: The binary media types of the API.

    Returns:
        Status, headers and body. A list of values is sent as several headers.

    Raises:
        MalformedResponseError: API Gateway would respond with 502.
    """
    if not isinstance(payload, dict):
        raise MalformedResponseError(f"not an object: {type(payload).__name__}")
    if unknown := set(payload) - KEYS:
        raise MalformedResponseError(f"unknown keys: {', '.join(sorted(map(str, unknown)))}")
    headers = {"Content-Type": ["application/json"]}
    for name, value in _single(payload.get("headers")).items():
        _set(headers, name, [value])
    for name, values in _multi(payload.get("multiValueHeaders")).items():
        _set(headers, name, values)
    return _status(payload), sent_headers(headers), _body(payload, request, binary_media_types)


def _status(payload: dict[str, Any]) -> int:
    value = payload.get("statusCode", 200)
    try:
        status = int(value)
    except (TypeError, ValueError) as error:
        raise MalformedResponseError(f"statusCode is {value!r}") from error
    if isinstance(value, bool) or not 100 <= status <= 599:
        raise MalformedResponseError(f"statusCode is {value!r}")
    return status


def _single(headers: object) -> dict[str, str]:
    if headers is None:
        return {}
    if not isinstance(headers, dict):
        raise MalformedResponseError("headers is not an object")
    return {str(name): _value(name, value) for name, value in headers.items()}


def _multi(headers: object) -> dict[str, list[str]]:
    if headers is None:
        return {}
    if not isinstance(headers, dict):
        raise MalformedResponseError("multiValueHeaders is not an object")
    result = {}
    for name, values in headers.items():
        if not isinstance(values, list):
            raise MalformedResponseError(f"multiValueHeaders.{name} is not a list")
        result[str(name)] = [_value(name, value) for value in values]
    return result


def _value(name: object, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        raise MalformedResponseError(f"header {name} is not a string: {value!r}")
    return value


def _set(headers: dict[str, list[str]], name: str, values: list[str]) -> None:
    """Set a header, replacing one of the same name in any case.

    ``multiValueHeaders`` are set after ``headers``, so they take precedence.
    """
    for same in [same for same in headers if same.lower() == name.lower()]:
        del headers[same]
    if values:
        headers[name] = values


def sent_headers(headers: dict[str, list[str]]) -> dict[str, Any]:
    """Return headers as API Gateway sends them: some of them under other names.

    Args:
        headers: The values by name.
    """
    sent: dict[str, Any] = {}
    for name, values in headers.items():
        if name.lower() in GENERATED:
            continue
        key = f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name
        sent[key] = values if len(values) > 1 else values[0]
    return sent


def _body(payload: dict[str, Any], request: RestRequest, binary_media_types: list[str]) -> bytes:
    body = payload.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedResponseError(f"body is not a string: {type(body).__name__}")
    if payload.get("isBase64Encoded") and is_binary(request.header("accept"), binary_media_types):
        try:
            return base64.b64decode(body, validate=True)
        except binascii.Error as error:
            raise MalformedResponseError("body is not base64") from error
    return body.encode("utf-8")
