"""S3 through boto3: exact for every key, and the only store inside Lambda."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypedDict, cast

from serverless_stack._shared.content.headers import Headers
from serverless_stack._shared.content.keys import fits_xml
from serverless_stack.operations.content.errors import ConflictError, ContentError
from serverless_stack.operations.content.stores import ABSENT, PARALLEL, Listed, Stored

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_s3.client import S3Client

_DELETED_AT_ONCE = 1000  # "DeleteObjects"
_CONFLICTS = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409"}


class HeaderArguments(TypedDict, total=False):
    """Headers as arguments of calls of S3."""

    ContentType: str
    CacheControl: str
    ContentEncoding: str
    Expires: Any  # botocore takes the text of a date as well


def header_arguments(headers: Headers) -> HeaderArguments:
    """Return headers as arguments of ``PutObject`` and the like."""
    arguments: HeaderArguments = {"ContentType": headers.content_type}
    if headers.cache_control is not None:
        arguments["CacheControl"] = headers.cache_control
    if headers.content_encoding is not None:
        arguments["ContentEncoding"] = headers.content_encoding
    if headers.expires is not None:
        arguments["Expires"] = headers.expires
    return arguments


class S3Store:
    """A bucket through boto3.

    Args:
        bucket: The name of the bucket.
        client: The client. Default: created on first use.
        parallel: The number of requests at a time.
    """

    def __init__(
        self, bucket: str, client: "S3Client | None" = None, parallel: int = PARALLEL
    ) -> None:
        self.bucket = bucket
        self._client = client
        self._parallel = parallel
        self._lock = threading.Lock()

    @property
    def client(self) -> "S3Client":
        """The client, created on first use."""
        with self._lock:
            if self._client is None:
                self._client = s3_client(self._parallel)
            return self._client

    def list_prefix(self, prefix: str, *, exact: bool = True) -> list[Listed]:
        """List objects, as `Store.list_prefix`; an answer that is no complete list is an error."""
        listed: list[Listed] = []
        token = ""
        while True:
            more = {"ContinuationToken": token} if token else {}
            page = self.client.list_objects_v2(Bucket=self.bucket, Prefix=prefix, **more)  # type: ignore[arg-type]
            token = page.get("NextContinuationToken", "")
            # A log-in page or a list that was cut short must not look like an empty bucket.
            if page.get("IsTruncated") is None or page["IsTruncated"] is not bool(token):
                raise ContentError(f"the answer is no list of the objects in {self.bucket}")
            for item in page.get("Contents", []):
                etag = item["ETag"].strip('"')
                listed.append(Listed(item["Key"], item["Size"], etag, item["LastModified"]))
            if not token:
                return listed

    def read(self, key: str) -> Stored | None:
        """Read a small object, as `Store.read`."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                return None
            raise
        return Stored(answer["Body"].read(), answer["ETag"].strip('"'))

    def write(
        self,
        key: str,
        content: bytes | bytearray,
        headers: Headers,
        *,
        replaces: str | None = None,
    ) -> str:
        """Write a small object, as `Store.write`."""
        condition = {} if replaces is None else {"IfMatch": f'"{replaces}"'}
        if replaces == ABSENT:
            condition = {"IfNoneMatch": "*"}
        try:
            answer = self.client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=content,  # type: ignore[arg-type]  # boto3 takes a bytearray as well
                **header_arguments(headers),
                **condition,  # type: ignore[arg-type]
            )
        except self.client.exceptions.ClientError as error:
            if condition and error.response.get("Error", {}).get("Code") in _CONFLICTS:
                raise ConflictError(f"somebody else has changed {key}") from error
            raise
        return answer["ETag"].strip('"')

    def delete(self, keys: Iterable[str]) -> dict[str, str]:
        """Delete objects, as `Store.delete`."""
        ordered = list(keys)
        alone = [key for key in ordered if not fits_xml(key)]
        together = [key for key in ordered if fits_xml(key)]
        failures: dict[str, str] = {}
        for key in alone:
            try:
                self.client.delete_object(Bucket=self.bucket, Key=key)
            except self.client.exceptions.ClientError as error:
                failures[key] = str(error)
        for start in range(0, len(together), _DELETED_AT_ONCE):
            batch = together[start : start + _DELETED_AT_ONCE]
            answer = self.client.delete_objects(
                Bucket=self.bucket,
                Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
            )
            for refusal in answer.get("Errors", []):
                reason = f"{refusal.get('Code')}: {refusal.get('Message')}"
                failures[str(refusal.get("Key"))] = reason
        return failures


def s3_client(parallel: int = PARALLEL, session: "Session | None" = None) -> "S3Client":
    """Return a client with a connection for every thread, time-outs and retries."""
    import botocore.session
    from botocore.config import Config

    # What boto3 adds to this client, transfers in parts, `transfer` has from boto3's own module.
    client = (session or botocore.session.get_session()).create_client(
        "s3",
        config=Config(
            max_pool_connections=parallel + 4,
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 8},
        ),
    )
    return cast("S3Client", client)
