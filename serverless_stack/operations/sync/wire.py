"""The short way to S3: three plain requests, signed and sent without a client of botocore.

Loading botocore and its model of S3 takes longer than comparing 2,000 files, and its path through
a call longer than the call. So where the environment alone says who asks and whom, what is asked
thousands of times goes this way. It knows good answers only: whatever else happens, `Store` asks
again through botocore, which knows retries, redirects, proxies, profiles and the rest.
"""

import hmac
import os
import re
import threading
from base64 import b64encode
from binascii import unhexlify
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from ssl import create_default_context
from urllib.parse import quote, urlsplit

# What these say is understood here; any other variable of AWS is left to botocore.
_UNDERSTOOD = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EXECUTION_ENV",
    "AWS_PAGER",
    "AWS_CA_BUNDLE",
}
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}
_PLAIN_REGION = re.compile(r"(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d")
_PLAIN_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_CONNECT_SECONDS, _READ_SECONDS = 10, 60


class NotPlainError(Exception):
    """The answer was none that the short way understands."""


@dataclass(frozen=True)
class Access:
    """Who asks, and whom: what the environment says.

    Attributes:
        key_id: The access key.
        secret: Its secret.
        token: The token of temporary credentials, or "".
        region: The region that requests are signed for.
        endpoint: The endpoint of S3, or "" for that of the region.
        authorities: A file of certificates to trust, or "" for those of the machine.
    """

    key_id: str
    secret: str
    token: str
    region: str
    endpoint: str
    authorities: str = ""


def access(environment: Mapping[str, str], home: Path) -> Access | None:
    """What the environment says, or None if botocore should find it out.

    Args:
        environment: The variables.
        home: The home folder: a configuration of AWS in it may say more.
    """
    get = environment.get
    region = get("AWS_DEFAULT_REGION", "")
    understood = all(
        name in _UNDERSTOOD or not (name.startswith("AWS_") or name.lower() in _PROXIES)
        for name, value in environment.items()
        if value
    )
    found = Access(
        get("AWS_ACCESS_KEY_ID", ""),
        get("AWS_SECRET_ACCESS_KEY", ""),
        get("AWS_SESSION_TOKEN", ""),
        region,
        get("AWS_ENDPOINT_URL_S3") or get("AWS_ENDPOINT_URL", ""),
        get("AWS_CA_BUNDLE", ""),
    )
    plain = (
        understood
        and found.key_id
        and found.secret
        and get("AWS_REGION", region) == region
        and (_PLAIN_REGION.fullmatch(region) and not region.startswith("us-gov"))
        and not (home / ".aws" / "config").exists()
    )
    return found if plain else None


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
        url = urlsplit(access.endpoint or own)
        if url.scheme not in ("http", "https") or not url.hostname or url.path not in ("", "/"):
            raise NotPlainError(access.endpoint)
        self._root = f"/{bucket}/" if access.endpoint else "/"
        self._access = access
        self._scheme, self._host, self._security = url.scheme, url.netloc, None
        if url.scheme == "https":
            self._security = create_default_context(cafile=access.authorities or None)
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


def environment_access() -> Access | None:
    """What the environment of this process says."""
    return access(os.environ, Path.home())
