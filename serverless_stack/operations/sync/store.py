"""What synchronising asks of S3: the short way where there is one, botocore otherwise."""

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import unquote_plus

from serverless_stack.operations.sync.access import environment_access
from serverless_stack.operations.sync.headers import Arguments
from serverless_stack.operations.sync.wire import NotPlainError, Wire

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PARALLEL = 8


class Listed(NamedTuple):
    """An object as S3 lists it."""

    key: str
    size: int
    etag: str
    modified: datetime


class Kept(NamedTuple):
    """What this library keeps in a bucket, and when it was written."""

    content: bytes
    modified: datetime


class Store:
    """S3, for as many threads as there are requests at a time.

    Args:
        client: The client to use; else one is made when something needs it.
        parallel: How many requests at a time.

    Attributes:
        parallel: The same.
    """

    def __init__(self, client: "S3Client | None", parallel: int) -> None:
        self.parallel = parallel
        self._client = client
        self._lock = threading.Lock()
        self._access = None if client else environment_access()
        self._wires: dict[str, Wire] = {}

    @property
    def client(self) -> "S3Client":
        """The client of botocore."""
        with self._lock:
            if self._client is None:
                self._client = s3_client(self.parallel)
            return self._client

    def list(self, bucket: str, prefix: str) -> Iterator[Listed]:
        """List what begins with a prefix, in the order of the keys."""
        last = ""
        if (wire := self._wire(bucket)) is not None:
            try:
                for each in _listed(wire, prefix):
                    yield each
                    last = each.key
            except NotPlainError:
                self._access = None
            else:
                return
        pages = self.client.get_paginator("list_objects_v2")
        for page in (
            pages.paginate(Bucket=bucket, Prefix=prefix, StartAfter=last)
            if last
            else pages.paginate(Bucket=bucket, Prefix=prefix)
        ):
            for found in page.get("Contents", []):
                etag = found["ETag"].strip('"')
                yield Listed(found["Key"], found["Size"], etag, found["LastModified"])

    def read(self, bucket: str, key: str) -> bytes:
        """Read a small object."""
        if (wire := self._wire(bucket)) is not None:
            try:
                return wire.get(key)
            except NotPlainError:
                self._access = None
        return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def put(self, bucket: str, key: str, content: bytes, md5: str, arguments: Arguments) -> str:
        """Write a small object; gives its tag."""
        if (wire := self._wire(bucket)) is not None:
            try:
                return wire.put(key, content, md5, _headers(arguments))
            except NotPlainError:
                self._access = None
        answer = self.client.put_object(Bucket=bucket, Key=key, Body=content, **arguments)
        return answer["ETag"].strip('"')

    def kept(self, bucket: str, key: str) -> Kept | None:
        """Read what this library keeps in a bucket, or None if it is not there."""
        # Asked first by listing: dates of lists are finer than those of objects.
        listed = next(self.list(bucket, key), None)
        if listed is None or listed.key != key:
            return None
        return Kept(self.read(bucket, key), listed.modified)

    def keep(self, bucket: str, key: str, packed: bytes) -> None:
        """Write what this library keeps in a bucket, compressed."""
        md5 = hashlib.md5(packed, usedforsecurity=False).hexdigest()
        headers: Arguments = {"ContentType": "application/gzip", "CacheControl": "no-store"}
        self.put(bucket, key, packed, md5, headers)

    def _wire(self, bucket: str) -> Wire | None:
        if self._access is None:
            return None
        try:
            return self._wires.get(bucket) or self._wires.setdefault(
                bucket, Wire(self._access, bucket)
            )
        except NotPlainError:
            self._access = None
            return None


def _listed(wire: Wire, prefix: str) -> Iterator[Listed]:
    from xml.etree import ElementTree

    query = {"prefix": prefix}
    while True:
        try:
            page = ElementTree.fromstring(wire.list_page(query))
            space = page.tag.rpartition("}")[0] + "}" if "}" in page.tag else ""
            for each in page.iterfind(f"{space}Contents"):
                text = {child.tag.removeprefix(space): child.text or "" for child in each}
                modified = datetime.fromisoformat(text["LastModified"])
                etag = text["ETag"].strip('"')
                yield Listed(unquote_plus(text["Key"]), int(text["Size"]), etag, modified)
        except (ElementTree.ParseError, KeyError, ValueError) as error:
            raise NotPlainError(str(error)) from error
        token = page.findtext(f"{space}NextContinuationToken")
        if page.findtext(f"{space}IsTruncated") != "true" or not token:
            return
        query["continuation-token"] = token


def _headers(arguments: Arguments) -> dict[str, str]:
    headers = {"Content-Type": arguments["ContentType"]}
    if "CacheControl" in arguments:
        headers["Cache-Control"] = arguments["CacheControl"]
    if "ContentEncoding" in arguments:
        headers["Content-Encoding"] = arguments["ContentEncoding"]
    if "Expires" in arguments:
        headers["Expires"] = format_datetime(arguments["Expires"].astimezone(UTC), usegmt=True)
    return headers


def s3_client(parallel: int = PARALLEL) -> "S3Client":
    """A client with a connection for every thread, time-outs and retries."""
    import botocore.session
    from botocore.config import Config

    session = botocore.session.get_session()
    # The parser of dates that botocore has takes a third of the time of listing a bucket.
    factory = session.get_component("response_parser_factory")
    factory.set_parser_defaults(timestamp_parser=_date)
    # boto3's own client is this one, with transfers in parts, which `applying` adds where needed.
    made = session.create_client(
        "s3",
        config=Config(
            max_pool_connections=parallel + 4,
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 8},
        ),
    )
    return cast("S3Client", made)


def _date(text: str) -> datetime:
    """A date of S3: ISO 8601 in documents, RFC 9110 in headers."""
    if text[:4].isdigit():
        return datetime.fromisoformat(text)
    return parsedate_to_datetime(text)
