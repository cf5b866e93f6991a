"""What is there: the objects below a prefix, one object, one file."""

import os
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from serverless_stack.operations.content.manifest import RESERVED
from serverless_stack.operations.content.stores import open_store
from serverless_stack.operations.objects.places import Remote
from serverless_stack.operations.sync.inventory import PARTIAL

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

NO_OBJECT = "there is no such object"
LEFT_OUT = "left out by a filter"


class Found(NamedTuple):
    """An object of a list, and its key below the prefix that was listed."""

    key: str
    source: Remote
    size: int
    etag: str


def objects(
    base: Remote,
    chosen: Callable[[str], bool],
    skipped: dict[str, str],
    client: "S3Client | None",
    parallel: int,
) -> Iterator[Found]:
    """Yield the objects below a prefix that take part.

    Args:
        base: The bucket and the prefix, which ends with a slash or is empty.
        chosen: Whether a key below the prefix takes part.
        skipped: Gets what is this library's own, with the reason, by place.
        client: The boto3 client of S3. Default: created when it is needed.
        parallel: The number of requests at a time.
    """
    store = open_store(base.bucket, client, parallel)
    for item in store.list_prefix(base.key):
        key = item.key.removeprefix(base.key)
        source = Remote(base.bucket, item.key)
        if not chosen(key.removesuffix("/")):
            continue
        if is_ours(item.key, base.key):
            skipped[str(source)] = "a file of this library"
            continue
        yield Found(key, source, item.size, item.etag)


def folder_key(key: str) -> str:
    """Return a prefix that ends with a slash, or is empty."""
    return key if key.endswith("/") or not key else f"{key}/"


def is_ours(key: str, base: str) -> bool:
    """Whether an object is no content but this library's, unless its folder itself was named."""
    partial = last_part(key).startswith(PARTIAL)
    return partial or (key.startswith(RESERVED) and not base.startswith(RESERVED))


def last_part(key: str) -> str:
    """Return what is after the last slash of a key."""
    return key.rpartition("/")[2]


def size_of_file(path: str) -> int:
    """Return the size of a regular file.

    Raises:
        ValueError: It is a folder, or something else.
    """
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise ValueError(f"a file must be given, got the folder {path}; `--recursive` takes it")
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"a file must be a regular file, got: {path}; `cp -` takes a stream")
    return status.st_size


def head(source: Remote, client: "S3Client | None", parallel: int) -> tuple[int, str] | None:
    """Return the size and ETag of an object; None if there is none."""
    from serverless_stack.operations.content.stores.s3 import etag_in

    store = open_store(source.bucket, client, parallel)
    try:
        answer = store.client.head_object(Bucket=source.bucket, Key=source.key)
    except store.client.exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
            return None
        raise
    return answer["ContentLength"], etag_in(answer, source.key)
