"""Conditional requests and ranges of stored objects (RFC 9110, sections 13 and 14).

"How CloudFront processes partial requests for an object (range GETs)".
"""

import re
from dataclasses import replace
from email.utils import parsedate_to_datetime

from ..exchange import Exchange, Next
from ..messages import HIT, REFRESH_HIT, Request, Response

_RANGE = re.compile(r"(\d*)-(\d*)", re.ASCII)
BOUNDARY = "CloudFront:3D6B6A416F9B5"
Range = tuple[int, int]
"""The first and the last byte."""


async def answer_conditions(exchange: Exchange, proceed: Next) -> Response:
    """Answer 304 to a viewer that has the stored object, and 206 with the part that it wants."""
    response = await proceed(exchange)
    if response.outcome not in (HIT, REFRESH_HIT) or response.status != 200:
        return response
    request = exchange.request
    if is_unchanged(request, response):
        kept = {
            name: values
            for name, values in response.headers.items()
            if name not in ("content-length", "content-type", "content-encoding")
        }
        return replace(response, status=304, reason="Not Modified", headers=kept, body=b"")
    if request.method == "GET" and _range_applies(request, response):
        return part_of(response, request.header("range"))
    return response


def is_unchanged(request: Request, response: Response) -> bool:
    """Return whether the viewer has the object, by its ETag or else by its date."""
    listed = request.header("if-none-match")
    if listed:
        etags = {each.strip().removeprefix("W/") for each in listed.split(",")}
        return "*" in etags or response.header("etag").removeprefix("W/") in etags - {""}
    since, modified = request.header("if-modified-since"), response.header("last-modified")
    try:
        return bool(since and modified) and (
            parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
        )
    except ValueError:
        return False


def part_of(response: Response, text: str) -> Response:
    """Return the parts of a response that a ``Range`` header asks for.

    Args:
        response: The whole response.
        text: The header. A malformed one, and ranges out of order, give the whole response.
    """
    size = len(response.body)
    ranges = parse_ranges(text, size)
    if ranges is None:
        return response
    if not ranges:
        refused = response.with_headers(content_range=f"bytes */{size}", content_length=None)
        return replace(refused, status=416, reason="Requested Range Not Satisfiable", body=b"")
    if len(ranges) == 1:
        ((start, end),) = ranges
        part = response.with_headers(
            content_range=f"bytes {start}-{end}/{size}", content_length=str(end - start + 1)
        )
        return replace(
            part, status=206, reason="Partial Content", body=response.body[start : end + 1]
        )
    kind = response.header("content-type")
    pieces = [
        f"\r\n--{BOUNDARY}\r\nContent-Type: {kind}\r\nContent-Range: bytes {start}-{end}/{size}"
        "\r\n\r\n".encode()
        + response.body[start : end + 1]
        for start, end in ranges
    ]
    body = b"".join(pieces) + f"\r\n--{BOUNDARY}--\r\n".encode()
    parts = response.with_headers(
        content_type=f'multipart/byteranges; boundary="{BOUNDARY}"', content_length=str(len(body))
    )
    return replace(parts, status=206, reason="Partial Content", body=body)


def parse_ranges(text: str, size: int) -> list[Range] | None:
    """Return the ranges of a ``Range`` header that the object has.

    Args:
        text: The header.
        size: The size of the object.

    Returns:
        The ranges; None if the header is malformed, not in ascending order, or overlaps.
    """
    unit, _equals, specification = text.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    ranges: list[Range] = []
    after = 0
    for part in specification.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None or match[0] == "-":
            return None
        if match[1]:
            start, end = int(match[1]), int(match[2] or size)
        else:
            start, end = max(size - int(match[2]), 0), size if int(match[2]) else -1
        if match[1] and match[2] and end < start:
            return None
        if start < after:
            return None
        after = end + 1
        if start < size and end >= start:
            ranges.append((start, min(end, size - 1)))
    return ranges


def _range_applies(request: Request, response: Response) -> bool:
    condition = request.header("if-range")
    known = (response.header("etag"), response.header("last-modified"))
    return bool(request.header("range")) and (not condition or condition in known)
