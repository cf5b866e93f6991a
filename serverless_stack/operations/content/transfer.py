"""Writing single objects of a deployment."""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Literal, TypedDict, cast
from urllib.parse import urlencode

from serverless_stack._shared import contract
from serverless_stack._shared.content.headers import Headers, headers_of
from serverless_stack.operations.content.archive import Archive, ContentError, Stream
from serverless_stack.operations.content.plan import LARGEST_COPY, File
from serverless_stack.operations.content.target import Target

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_MIN_PART, _MAX_PARTS = 8 << 20, 10_000  # "Amazon S3 multipart upload limits"
_COPIED_PART = 512 << 20
_STREAMS = 4
# An obsolete page is served for a while, and is gone soon after it was deleted.
_OBSOLETE_CACHE_CONTROL = "public, max-age=0, s-maxage=60"


class Transfer:
    """Writes objects below the prefix of a target; used by several threads.

    Args:
        client: A client of S3.
        target: The target.
        did: Told the step and the key of what was written.
        in_time: Raises when there is no time left; asked between the parts of a large file.
    """

    def __init__(
        self,
        client: "S3Client",
        target: Target,
        did: Callable[[str, str], None],
        in_time: Callable[[], None] = lambda: None,
    ) -> None:
        self._in_time = in_time
        self._client = client
        self._target = target
        self._did = did
        self._large = threading.Lock()

    def put(self, file: File, content: bytes | bytearray) -> None:
        """Upload a small file; S3 checks its hash."""
        with _about("uploading", file.entry.key):
            self._client.put_object(
                Bucket=self._target.bucket,
                Key=self._key(file.entry.key),
                Body=content,  # type: ignore[arg-type]  # a bytearray does as well
                ChecksumSHA256=base64.b64encode(bytes.fromhex(file.entry.sha256)).decode(),
                **_arguments(file.headers),
            )
        self._did("uploaded", file.entry.key)

    def put_large(self, archive: Archive, file: File) -> None:
        """Upload a large file in parts, one such file at a time, so that the memory is bounded."""
        from boto3.s3.transfer import TransferConfig

        part = max(_MIN_PART, -(-file.entry.size // _MAX_PARTS))
        config = TransferConfig(
            multipart_threshold=part, multipart_chunksize=part, max_concurrency=_STREAMS
        )
        config.max_in_memory_upload_chunks = _STREAMS  # of a stream it would hold ten parts
        with self._large, _about("uploading", file.entry.key):
            self._client.upload_fileobj(
                cast(IO[bytes], _Timed(archive.stream(file.entry), self._in_time)),
                self._target.bucket,
                self._key(file.entry.key),
                ExtraArgs={**_arguments(file.headers), "ChecksumAlgorithm": "SHA256"},
                Config=config,
            )
        self._did("uploaded", file.entry.key)

    def rewrite(self, file: File) -> None:
        """Write the headers of an object anew."""
        with _about("rewriting", file.entry.key):
            self._copy(file.entry.key, file.headers, "COPY", "")
        self._did("rewritten", file.entry.key)

    def expire(self, key: str, size: int) -> None:
        """Mark an object as obsolete. It is written anew, so that its age is counted from now."""
        headers = headers_of(key, {key.rpartition(".")[0]}, ())
        kept = Headers(headers.content_type, _OBSOLETE_CACHE_CONTROL, headers.content_encoding)
        tagging = urlencode({contract.OBSOLETE_TAG: self._target.owner})
        with _about("expiring", key):
            try:
                if size > LARGEST_COPY:
                    self._copy_large(key, kept, tagging)
                else:
                    self._copy(key, kept, "REPLACE", tagging)
            except self._client.exceptions.ClientError as error:
                # Somebody has deleted it: that is what was wanted.
                if error.response.get("Error", {}).get("Code") not in ("NoSuchKey", "404"):
                    raise
        self._did("expired", key)

    def _copy(
        self, key: str, headers: Headers, directive: Literal["COPY", "REPLACE"], tagging: str
    ) -> None:
        bucket, own = self._target.bucket, self._key(key)
        self._client.copy_object(
            Bucket=bucket,
            Key=own,
            CopySource={"Bucket": bucket, "Key": own},
            MetadataDirective="REPLACE",
            TaggingDirective=directive,
            Tagging=tagging,
            **_arguments(headers),
        )

    def _copy_large(self, key: str, headers: Headers, tagging: str) -> None:
        from boto3.s3.transfer import TransferConfig

        bucket, own = self._target.bucket, self._key(key)
        self._client.copy(
            {"Bucket": bucket, "Key": own},
            bucket,
            own,
            ExtraArgs={
                **_arguments(headers),
                "MetadataDirective": "REPLACE",
                "TaggingDirective": "REPLACE",
                "Tagging": tagging,
            },
            Config=TransferConfig(
                multipart_threshold=_COPIED_PART,
                multipart_chunksize=_COPIED_PART,
                max_concurrency=_STREAMS,
            ),
        )

    def _key(self, key: str) -> str:
        return f"{self._target.prefix}{key}"


class _Timed:
    """A file that is read only while there is time."""

    def __init__(self, file: Stream, in_time: Callable[[], None]) -> None:
        self._file, self._in_time = file, in_time

    def read(self, size: int = -1) -> bytes | None:
        """Read a part.

        Raises:
            OutOfTimeError: If there is no time left; S3 forgets the parts that it has.
        """
        self._in_time()
        return self._file.read(size)


@contextmanager
def _about(step: str, key: str) -> Iterator[None]:
    """Let an error of S3 say what it is about."""
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError, S3UploadFailedError) as error:
        raise ContentError(f"{step} {key}: {error}") from error


class _Arguments(TypedDict, total=False):
    ContentType: str
    CacheControl: str
    ContentEncoding: str


def _arguments(headers: Headers) -> _Arguments:
    """The headers as arguments of a call of S3."""
    arguments: _Arguments = {"ContentType": headers.content_type}
    if headers.cache_control is not None:
        arguments["CacheControl"] = headers.cache_control
    if headers.content_encoding is not None:
        arguments["ContentEncoding"] = headers.content_encoding
    return arguments
