"""The short way to S3: three plain requests, signed and sent without a client of botocore.

Loading botocore and its model of S3 takes longer than comparing 2,000 files, and its path through
a call longer than the call. So where the environment alone says who asks and whom, what is asked
thousands of times goes this way. It knows good answers only: whatever else happens, `Store` asks
again through botocore, which knows retries, redirects, proxies, profiles and the rest.
"""

import hmac
import re
import threading
from base64 import b64encode
from binascii import unhexlify
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ssl import create_default_context
from urllib.parse import quote, urlsplit

from serverless_stack.operations.sync.access import Access

_PLAIN_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_CONNECT_SECONDS, _READ_SECONDS = 10, 60


class NotPlainError(Exception):
    """The answer was none that the short way understands."""


class Wire:
    """Connections to one bucket, one for each thread.

    Args:
        access: Who asks.
        bucket: The bucket.

    Raises:
        NotPlainError: If where the bucket is takes more than this to find out.
    """

    def __init__(self, access: Access, bucket: str) -> None:
        if not _PLAIN_BUCKET.fullmatch(bucket):
            raise NotPlainError(bucket)
        regional = "" if access.region == "us-east-1" else f".{access.region}"  # as botocore does
        own = f"https://{bucket}.s3{regional}.amazonaws.com"
        try:
            url = urlsplit(access.endpoint or own)
            secure = url.scheme == "https"
            trusted = access.authorities or None
            self._security = create_default_context(cafile=trusted) if secure else None
        except (OSError, ValueError) as error:
            raise NotPlainError(str(error)) from error
        plain = url.scheme in ("http", "https") and url.hostname and "@" not in url.netloc
        if not plain or url.path not in ("", "/") or url.query:
            raise NotPlainError(access.endpoint)
        self._root = f"/{bucket}/" if access.endpoint else "/"
        self._access = access
        self._scheme, self._host = url.scheme, url.netloc
        self._here = threading.local()
        self._key = ("", b"")

    def put(self, key: str, content: bytes, md5: str, headers: Mapping[str, str]) -> str:
        """Write an object; gives its tag.

        Args:
            key: The whole key.
            content: The bytes.
            md5: Their MD5, which S3 compares.
            headers: The headers of the object.
        """
        checked = {**headers, "Content-MD5": b64encode(unhexlify(md5)).decode()}
        answered, _body = self._ask("PUT", key, {}, checked, content)
        if "etag" not in answered:
            raise NotPlainError("no tag")
        return answered["etag"].strip('"')

    def get(self, key: str) -> bytes:
        """Read an object."""
        return self._ask("GET", key, {}, {}, b"")[1]

    def list_page(self, query: Mapping[str, str]) -> bytes:
        """One answer of ``ListObjectsV2``, as XML with encoded keys."""
        return self._ask("GET", "", {"list-type": "2", "encoding-type": "url", **query}, {}, b"")[1]

    def url(self, key: str) -> str:
        """The URL of an object."""
        return f"{self._scheme}://{self._host}{self._path(key)}"

    def _path(self, key: str) -> str:
        return self._root + quote(key, safe="/~")

    def _ask(
        self,
        method: str,
        key: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        content: bytes,
    ) -> tuple[dict[str, str], bytes]:
        path = self._path(key)
        asked = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}"
            for name, value in sorted(query.items())
        )
        sent = self.signed(method, path, asked, headers, content, datetime.now(UTC))
        target = f"{path}?{asked}" if asked else path
        try:
            answer, body = self._answer(method, target, sent, content)
        except (OSError, HTTPException) as error:
            raise NotPlainError(str(error)) from error
        if answer.status != 200:
            raise NotPlainError(f"status {answer.status}")
        return {name.lower(): value for name, value in answer.getheaders()}, body

    def _answer(
        self, method: str, target: str, headers: dict[str, str], content: bytes
    ) -> tuple[HTTPResponse, bytes]:
        connection: HTTPConnection | None = getattr(self._here, "connection", None)
        if connection is not None:
            try:
                return _exchange(connection, method, target, headers, content)
            except (OSError, HTTPException):
                connection.close()  # it was idle for too long, most likely
        self._here.connection = None
        if self._security is None:
            connection = HTTPConnection(self._host, timeout=_CONNECT_SECONDS)
        else:
            connection = HTTPSConnection(
                self._host, timeout=_CONNECT_SECONDS, context=self._security
            )
        connection.connect()
        connection.sock.settimeout(_READ_SECONDS)
        answered = _exchange(connection, method, target, headers, content)
        self._here.connection = connection
        return answered

    def signed(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        content: bytes,
        now: datetime,
    ) -> dict[str, str]:
        """The headers with those of Signature Version 4; path and query are encoded already."""
        moment = f"{now:%Y%m%dT%H%M%SZ}"
        digest = sha256(content).hexdigest()
        sent = {
            **headers,
            "Host": self._host,
            "X-Amz-Content-SHA256": digest,
            "X-Amz-Date": moment,
        }
        if content or method == "PUT":
            sent["Content-Length"] = str(len(content))
        if self._access.token:
            sent["X-Amz-Security-Token"] = self._access.token
        lower = sorted((name.lower(), " ".join(value.split())) for name, value in sent.items())
        names = ";".join(name for name, _value in lower)
        canonical = "\n".join(
            [method, path, query, *(f"{name}:{value}" for name, value in lower), "", names, digest]
        )
        day = moment[:8]
        scope = f"{day}/{self._access.region}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._signing_key(day), text.encode(), "sha256").hex()
        sent["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._access.key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return sent

    def _signing_key(self, day: str) -> bytes:
        known_day, key = self._key
        if known_day != day:
            key = f"AWS4{self._access.secret}".encode()
            for part in (day, self._access.region, "s3", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = (day, key)
        return key


def _exchange(
    connection: HTTPConnection, method: str, target: str, headers: dict[str, str], content: bytes
) -> tuple[HTTPResponse, bytes]:
    connection.request(method, target, content or None, headers)
    answer = connection.getresponse()
    return answer, answer.read()
