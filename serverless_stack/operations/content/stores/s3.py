"""S3 through boto3: exact for every key, and the only store inside Lambda."""

import logging
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict, cast

from serverless_stack._shared.content.headers import Headers
from serverless_stack._shared.content.keys import fits_xml
from serverless_stack.operations.content.errors import ConflictError, ContentError
from serverless_stack.operations.content.stores import ABSENT, PARALLEL, Listed, Stored

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_s3.client import S3Client

logger = logging.getLogger(__name__)

_DELETED_AT_ONCE = 1000  # "DeleteObjects"
_DELETED_ALONE = 204  # "DeleteObject"
_NO_ANSWER = "the answer does not say that it was deleted"
_NO_CONDITIONS = {"NotImplemented", "501"}  # of other stores that speak S3's protocol
_CONFLICTS = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409"}


class HeaderArguments(TypedDict, total=False):
    """Headers as arguments of calls of S3."""

    ContentType: str
    CacheControl: str
    ContentEncoding: str
    Metadata: Mapping[str, str]
    Expires: Any  # botocore takes the text of a date as well


def header_arguments(headers: Headers) -> HeaderArguments:
    """Return headers as arguments of ``PutObject`` and the like."""
    arguments: HeaderArguments = {"ContentType": headers.content_type}
    if headers.cache_control is not None:
        arguments["CacheControl"] = headers.cache_control
    if headers.content_encoding is not None:
        arguments["ContentEncoding"] = headers.content_encoding
    if headers.metadata:
        arguments["Metadata"] = dict(headers.metadata)
    if headers.expires is not None:
        arguments["Expires"] = headers.expires
    return arguments


def etag_in(answer: Mapping[str, object], key: str) -> str:
    """Return the ETag in an answer about an object.

    Raises:
        ContentError: If there is none: somebody else than S3 has answered with success.
    """
    etag = str(answer.get("ETag", "")).strip('"')
    if not etag:
        raise ContentError(f"the answer about {key} is not that of S3: it has no ETag")
    return etag


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
        token, seen = "", {""}
        while True:
            more = {"ContinuationToken": token} if token else {}
            page = self.client.list_objects_v2(Bucket=self.bucket, Prefix=prefix, **more)  # type: ignore[arg-type]
            token = page.get("NextContinuationToken", "")
            items = page.get("Contents", [])
            # A log-in page, a list that was cut short or that of another bucket must not look like
            # an empty bucket, and a list that goes in circles must end.
            if (
                page.get("IsTruncated") is not bool(token)
                or (token and token in seen)
                or page.get("KeyCount", len(items)) != len(items)
                or page.get("Prefix", prefix) != prefix
                or not all(item["Key"].startswith(prefix) for item in items)
                or not _is_named(page.get("Name", self.bucket), self.bucket)
            ):
                raise ContentError(f"the answer is no list of the objects in {self.bucket}")
            seen.add(token)
            for item in items:
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
        return Stored(answer["Body"].read(), etag_in(answer, key))

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
            code = error.response.get("Error", {}).get("Code")
            if condition and code in _CONFLICTS:
                raise ConflictError(f"somebody else has changed {key}") from error
            if condition and code in _NO_CONDITIONS:
                logger.warning("%s has no conditional writes: %s is overwritten", self.bucket, key)
                return self.write(key, content, headers)
            raise
        return etag_in(answer, key)

    def delete(self, keys: Iterable[str]) -> dict[str, str]:
        """Delete objects, as `Store.delete`."""
        ordered = list(keys)
        alone = [key for key in ordered if not fits_xml(key)]
        together = [key for key in ordered if fits_xml(key)]
        failures: dict[str, str] = {}
        for key in alone:
            try:
                alone_answer = self.client.delete_object(Bucket=self.bucket, Key=key)
            except self.client.exceptions.ClientError as error:
                failures[key] = str(error)
            else:
                if alone_answer["ResponseMetadata"]["HTTPStatusCode"] != _DELETED_ALONE:
                    failures[key] = _NO_ANSWER
        for start in range(0, len(together), _DELETED_AT_ONCE):
            batch = together[start : start + _DELETED_AT_ONCE]
            answer = self.client.delete_objects(
                Bucket=self.bucket,
                Delete={"Objects": [{"Key": key} for key in batch], "Quiet": False},
            )
            deleted = {item.get("Key") for item in answer.get("Deleted", [])}
            failures |= dict.fromkeys((key for key in batch if key not in deleted), _NO_ANSWER)
            for refusal in answer.get("Errors", []):
                reason = f"{refusal.get('Code')}: {refusal.get('Message')}"
                failures[str(refusal.get("Key"))] = reason
        return failures


def _is_named(name: str, bucket: str) -> bool:
    """Whether a list is that of a bucket; access points are answered with another name."""
    return name == bucket or ":" in bucket or bucket.endswith("-s3alias")


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
