"""Writing objects: small ones, large ones in parts, headers alone, copies; several at a time."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from threading import Event
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol, TypeVar, cast
from urllib.parse import urlencode

from serverless_stack._shared.cache_tags import METADATA_KEY
from serverless_stack._shared.content.headers import Headers
from serverless_stack.operations.content.errors import ConflictError
from serverless_stack.operations.content.plan import LARGEST_COPY
from serverless_stack.operations.content.stores import Store
from serverless_stack.operations.content.stores.s3 import etag_in, header_arguments

if TYPE_CHECKING:
    from concurrent.futures import Future

    from s3transfer.manager import TransferManager

SMALL = 8 << 20
"""Files up to this size are sent whole; larger ones in parts."""
MAX_PARTS = 10_000  # "Amazon S3 multipart upload limits"
_STREAMS = 4
_COPIED_PART = 512 << 20
_AHEAD = 4  # tasks in hand for each thread
_KEPT = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Metadata",
    "WebsiteRedirectLocation",
)
# Arguments of a copy that leave the headers as they are.
_NOT_REPLACED = {"SSEKMSKeyId", "ServerSideEncryption", "StorageClass"}
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


class Readable(Protocol):
    """What is read once, from its beginning to its end."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Read up to `size` bytes."""
        ...


def in_parallel(
    work: Callable[[_Task], _Result],
    tasks: Iterable[_Task],
    threads: int,
    stopped: Event | None = None,
) -> "Generator[tuple[_Task, Future[_Result]], None, None]":
    """Do tasks in threads, a few ahead of what is asked for.

    Args:
        work: Does one task.
        tasks: The tasks.
        threads: The number of threads.
        stopped: Set when the generator is closed before its end. Tasks that have not begun are
            dropped then, and those that run are waited for.

    Yields:
        Each task in order, with its result or error.
    """
    from concurrent.futures import ThreadPoolExecutor

    ahead: deque[tuple[_Task, Future[_Result]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for task in tasks:
                ahead.append((task, pool.submit(work, task)))
                if len(ahead) > _AHEAD * threads:
                    yield ahead.popleft()
            yield from ahead
        except BaseException:
            if stopped is not None:
                stopped.set()
            pool.shutdown(cancel_futures=True)
            raise


def upload_small(store: Store, key: str, content: bytes, arguments: Mapping[str, object]) -> str:
    """Upload bytes that S3 checks, with arguments of ``PutObject``, and return the ETag."""
    put_object = cast(Callable[..., dict[str, object]], store.client.put_object)
    answer = put_object(
        Bucket=store.bucket, Key=key, Body=content, ChecksumAlgorithm="SHA256", **arguments
    )
    return etag_in(answer, key)


def upload_large(
    store: Store,
    key: str,
    content: Readable,
    size: int,
    headers: Headers | None,
    arguments: Mapping[str, object] = MappingProxyType({}),
) -> str:
    """Upload a large file in parts that S3 checks, and return the ETag.

    Args:
        store: The bucket.
        key: The key.
        content: The file.
        size: Its size, by which the parts are chosen. A stream may have another one.
        headers: The headers; None if `arguments` has them.
        arguments: Further arguments of ``PutObject``.
    """
    part = max(SMALL, -(-size // MAX_PARTS))
    extra: dict[str, object] = {**arguments, "ChecksumAlgorithm": "SHA256"}
    if headers is not None:
        extra |= header_arguments(headers)
    with _transfers(store, part) as manager:
        manager.upload(cast(IO[bytes], content), store.bucket, key, extra).result()
    return etag_of(store, key)


def rewrite(
    store: Store,
    key: str,
    etag: str,
    headers: Headers,
    arguments: Mapping[str, object] = MappingProxyType({}),
) -> str:
    """Replace the headers of an object of up to 5 GiB, not its bytes, and return the ETag.

    Raises:
        ConflictError: If the object has another ETag by now.
    """
    extra = {"MetadataDirective": "REPLACE", **header_arguments(headers), **arguments}
    return _copy(store, key, _Source(store.bucket, key, etag, 0), extra)


def storage_class_of(store: Store, key: str) -> dict[str, object]:
    """Return the argument by which a rewritten object stays in its storage class."""
    kind = dict(store.client.head_object(Bucket=store.bucket, Key=key)).get("StorageClass")
    return {"StorageClass": kind} if kind else {}  # S3 leaves STANDARD out


def copy(
    store: Store,
    key: str,
    source_bucket: str,
    source_key: str,
    etag: str,
    size: int,
    arguments: Mapping[str, object] = MappingProxyType({}),
) -> str:
    """Copy an object with its headers and tags, and return the ETag of the copy.

    Args:
        store: The bucket of the copy.
        key: The key of the copy.
        source_bucket: The bucket of the object.
        source_key: Its key.
        etag: The ETag that it must have.
        size: Its size.
        arguments: Arguments of ``CopyObject`` that replace what the object has.

    Raises:
        ConflictError: If the source has another ETag by now.
    """
    extra: dict[str, object] = {}
    if size > LARGEST_COPY or not arguments.keys() <= _NOT_REPLACED:
        head = store.client.head_object(Bucket=source_bucket, Key=source_key)
        extra = {"MetadataDirective": "REPLACE", **_kept(dict(head))}
        if size > LARGEST_COPY and head.get("TagCount", 1):
            tags = store.client.get_object_tagging(Bucket=source_bucket, Key=source_key)
            extra["TaggingDirective"] = "REPLACE"
            extra["Tagging"] = urlencode({tag["Key"]: tag["Value"] for tag in tags["TagSet"]})
    source = _Source(source_bucket, source_key, etag, size)
    return _copy(store, key, source, {**extra, **arguments})


def expire(store: Store, key: str, cache_control: str, tags: Mapping[str, str]) -> str | None:
    """Write an object again with tags and another ``Cache-Control``, so that its age begins anew.

    Returns:
        The ETag, or None if somebody has deleted the object.
    """
    try:
        head = store.client.head_object(Bucket=store.bucket, Key=key)
        extra = {
            **_kept(dict(head)),
            "CacheControl": cache_control,
            "MetadataDirective": "REPLACE",
            "TaggingDirective": "REPLACE",
            "Tagging": urlencode(tags),
        }
        etag = etag_in(head, key)
        return _copy(store, key, _Source(store.bucket, key, etag, head["ContentLength"]), extra)
    except store.client.exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
            return None
        raise


def etag_of(store: Store, key: str) -> str:
    """Return the ETag of an object."""
    return etag_in(store.client.head_object(Bucket=store.bucket, Key=key), key)


def first_part_of(store: Store, key: str) -> int:
    """Return the size of the first part of an object; 0 if S3 does not say."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = store.client.get_object(Bucket=store.bucket, Key=key, PartNumber=1)
    except (BotoCoreError, ClientError):
        return 0
    answer["Body"].close()  # unread
    return answer.get("ContentLength", 0)


def headers_in(head: Mapping[str, object]) -> Headers:
    """Return the headers in an answer of ``HeadObject``."""

    def text(name: str) -> str | None:
        value = head.get(name)
        return str(value) if value else None

    metadata = head.get("Metadata") or {}
    own = {METADATA_KEY: metadata.get(METADATA_KEY)} if isinstance(metadata, Mapping) else {}
    return Headers(
        text("ContentType") or "",
        text("CacheControl"),
        text("ContentEncoding"),
        text("ExpiresString"),  # as it was written: "0" and the like are no dates
        tuple((name, str(value)) for name, value in own.items() if value),
    )


class _Source(NamedTuple):
    bucket: str
    key: str
    etag: str
    size: int


def _copy(store: Store, key: str, source: _Source, extra: Mapping[str, object]) -> str:
    """Copy the object that has the ETag of `source`, in parts if it is large."""
    place = {"Bucket": source.bucket, "Key": source.key}
    condition = {"CopySourceIfMatch": f'"{source.etag}"'} if source.etag else {}
    arguments = {**extra, **condition}
    try:
        if source.size <= LARGEST_COPY:
            copy_object = cast(Callable[..., dict[str, dict[str, str]]], store.client.copy_object)
            answer = copy_object(Bucket=store.bucket, Key=key, CopySource=place, **arguments)
            return etag_in(answer.get("CopyObjectResult", {}), key)
        with _transfers(store, _COPIED_PART) as manager:
            manager.copy(place, store.bucket, key, arguments).result()
    except store.client.exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("PreconditionFailed", "412"):
            raise ConflictError(f"somebody else has changed {source.key}") from error
        raise
    return etag_of(store, key)


def _kept(head: Mapping[str, object]) -> dict[str, object]:
    """The headers of an object that a copy in parts has to name."""
    kept = {name: head[name] for name in _KEPT if head.get(name)}
    if expires := head.get("ExpiresString"):
        with suppress(ValueError, TypeError):
            from email.utils import parsedate_to_datetime

            kept["Expires"] = parsedate_to_datetime(str(expires))
    return kept


def _transfers(store: Store, part: int) -> "TransferManager":
    from boto3.s3.transfer import TransferConfig, create_transfer_manager

    config = TransferConfig(
        multipart_threshold=part, multipart_chunksize=part, max_concurrency=_STREAMS
    )
    config.max_in_memory_upload_chunks = _STREAMS  # of a stream it would hold ten parts
    return create_transfer_manager(store.client, config)
