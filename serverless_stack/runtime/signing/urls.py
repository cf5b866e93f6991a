"""URLs as a browser sends them, since CloudFront compares what it receives with what was signed."""

import re
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

SIGNING_PARAMETERS: Final = ("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
MAX_URL_BYTES: Final = 8192  # "Quotas" in the CloudFront developer guide
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPED = re.compile(r"(%[0-9A-Fa-f]{2})")
# What browsers and HTTP clients send as it is. An apostrophe is escaped by browsers in a query.
_PATH = "/:@!$&'()+,;=~-._"
_QUERY = "/:@!$&()+,;=~-._?"
_DOTS = re.compile(r"(\.|%2e){1,2}", re.IGNORECASE)
_SLASH = re.compile(r"/|\\|%2f|%5c", re.IGNORECASE)  # servers decode a path, then resolve it
_HOST = re.compile(r"[a-z0-9.*-]+|\[[0-9a-f:.]+\]")


def signable_url(url: str) -> tuple[str, str]:
    """Return a URL as a browser requests it, and its fragment, which browsers keep.

    Args:
        url: The URL. Characters that do not belong into one are percent-encoded, ``*`` as well,
            which would be a wildcard in a policy.

    Raises:
        ValueError: If it does not name a file, or is signed already.
    """
    parts = _split("url", url)
    taken = sorted({item.partition("=")[0] for item in parts.query.split("&")} & _RESERVED)
    if taken:
        raise ValueError(
            f"`url` must not have the query parameters {', '.join(taken)}, which CloudFront reads "
            f"as a signature and removes, got: {url!r}"
        )
    host = _host("url", parts, url)
    if "*" in host:
        raise ValueError(f"`url` must name one host; `sign_cookies` takes wildcards, got: {url!r}")
    path = _escaped(parts.path or "/", _PATH)
    query = _escaped(parts.query, _QUERY)
    signable = f"{parts.scheme}://{host}{path}" + (f"?{query}" if query else "")
    fragment = f"#{quote(parts.fragment, safe='%' + _QUERY)}" if parts.fragment else ""
    return signable, fragment


def signable_resource(resource: str) -> str:
    """Return the URLs that signed cookies admit, with ``*`` for any text.

    Args:
        resource: A URL. ``*`` may stand anywhere but in the scheme.

    Raises:
        ValueError: If it is something else.
    """
    parts = _split("resource", resource)
    if parts.fragment:
        raise ValueError(
            f"`resource` must have no fragment, which browsers do not send, got: {resource!r}"
        )
    host = _host("resource", parts, resource)
    if "*" in host and not parts.path:
        return f"{parts.scheme}://{host}"  # as in https://*: any path
    path = _escaped(parts.path or "/", f"{_PATH}*")
    query = _escaped(parts.query, f"{_QUERY}*")
    return f"{parts.scheme}://{host}{path}" + (f"?{query}" if query else "")


_RESERVED = set(SIGNING_PARAMETERS)


def _split(argument: str, url: object) -> SplitResult:
    if not isinstance(url, str):
        raise ValueError(f"`{argument}` must be a string, got: {url!r}")
    try:
        # Python would remove tabs and line ends.
        parts = urlsplit(re.sub(r"[\t\r\n]", lambda match: f"%{ord(match[0]):02X}", url))
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"`{argument}` must be a URL ({error}), got: {url!r}") from None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise ValueError(
            f"`{argument}` must begin with https:// or http:// and a host, got: {url!r}"
        )
    if "@" in parts.netloc:
        raise ValueError(f"`{argument}` must have no user before its host, got: one")
    if any(_DOTS.fullmatch(segment) for segment in _SLASH.split(parts.path)):
        raise ValueError(
            f"`{argument}` must have no . and .. in its path, which browsers or origins resolve, "
            f"got: {url!r}"
        )
    return parts


def _host(argument: str, parts: SplitResult, url: str) -> str:
    """Return the host as browsers send it: in ASCII, without a port that goes without saying."""
    host = parts.hostname or ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError as error:
            raise ValueError(f"`{argument}` must name a host ({error}), got: {url!r}") from None
    if ":" in host:
        host = f"[{host}]"
    if not _HOST.fullmatch(host):
        raise ValueError(f"`{argument}` must name a host, got: {url!r}")
    shown = parts.port not in (None, _DEFAULT_PORTS[parts.scheme])
    return f"{host}:{parts.port}" if shown else host


def _escaped(text: str, safe: str) -> str:
    """Percent-encode what is not encoded yet; a ``%`` that encodes nothing becomes ``%25``."""
    pieces = _ESCAPED.split(text)
    return "".join(
        piece if index % 2 else quote(piece, safe=safe) for index, piece in enumerate(pieces)
    )
