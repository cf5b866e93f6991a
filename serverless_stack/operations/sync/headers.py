"""The headers of objects, as they are wanted and as S3 tells them."""

import hashlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict

from serverless_stack._shared.content.headers import headers_of
from serverless_stack._shared.content.rules import CacheRule


class Arguments(TypedDict, total=False):
    """The headers as arguments of calls of S3."""

    ContentType: str
    CacheControl: str
    ContentEncoding: str
    Expires: datetime


@dataclass(frozen=True)
class Wanted:
    """How the headers of uploaded files are made.

    Attributes:
        cache_control: The rules of ``Cache-Control``.
        expires: The ``Expires`` of all files; None has none.
    """

    cache_control: Sequence[CacheRule] = ()
    expires: datetime | None = None

    def arguments(self, key: str, all_keys: Container[str]) -> Arguments:
        """The headers of a file."""
        headers = headers_of(key, all_keys, self.cache_control)
        arguments: Arguments = {"ContentType": headers.content_type}
        if headers.cache_control is not None:
            arguments["CacheControl"] = headers.cache_control
        if headers.content_encoding is not None:
            arguments["ContentEncoding"] = headers.content_encoding
        if self.expires is not None:
            arguments["Expires"] = self.expires
        return arguments


def digest(arguments: Mapping[str, object]) -> str:
    """A short hash of headers, from the arguments of a call or the answer of ``HeadObject``."""
    expires = arguments.get("Expires")
    if isinstance(expires, datetime):
        expires = expires.astimezone(UTC).replace(microsecond=0).isoformat()
    names = ("ContentType", "CacheControl", "ContentEncoding")
    fields = [str(arguments.get(name) or "") for name in names]
    return hashlib.sha256("\n".join([*fields, str(expires or "")]).encode()).hexdigest()[:16]
