"""Objects from standard input and to standard output."""

import threading
from typing import IO, TYPE_CHECKING

from serverless_stack.operations.content import downloads, transfer
from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.content.stores.s3 import S3Store
from serverless_stack.operations.objects import listing
from serverless_stack.operations.objects.applying import EXISTS, REFUSED, conditional
from serverless_stack.operations.objects.places import Remote
from serverless_stack.operations.objects.properties import ObjectProperties

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_UNKNOWN_SIZE = 64 << 30  # parts of 8 MiB are enough for it


def read_stream(
    stream: IO[bytes],
    target: Remote,
    *,
    properties: ObjectProperties | None = None,
    overwrite: bool = True,
    expected_size: int | None = None,
    client: "S3Client | None" = None,
) -> None:
    """Write a stream into an object, which appears when the stream has ended.

    Args:
        stream: The stream.
        target: The object.
        properties: Its properties. Default: a media type by its extension.
        overwrite: Whether to replace an object.
        expected_size: The size in bytes, by which parts are chosen: an object has 10,000 at most.
            Default: up to 78 GiB fit.
        client: The boto3 client of S3. Default: created when it is needed.

    Raises:
        ValueError: The object has no name.
        ContentError: It exists, and must not be replaced.
    """
    if target.takes_names():
        raise ValueError(f"an object must have a name for a stream, got: {target}")
    store = S3Store(target.bucket, client)
    arguments = (properties or ObjectProperties()).arguments_for(target.key)
    size = _UNKNOWN_SIZE if expected_size is None else expected_size
    with conditional(store.client, not overwrite):
        try:
            transfer.upload_large(store, target.key, stream, size, None, arguments)
        except store.client.exceptions.ClientError as error:
            if not overwrite and error.response.get("Error", {}).get("Code") in REFUSED:
                raise ContentError(f"{target}: {EXISTS}") from error
            raise


def write_stream(source: Remote, stream: IO[bytes], *, client: "S3Client | None" = None) -> None:
    """Write an object into a stream.

    Args:
        source: The object.
        stream: The stream.
        client: The boto3 client of S3. Default: created when it is needed.

    Raises:
        ContentError: There is no such object.
    """
    head = listing.head(source, client, 1)
    if head is None:
        raise ContentError(f"{source}: {listing.NO_OBJECT}")
    store = S3Store(source.bucket, client)
    downloads.receive(store, source.key, head[1], stream, threading.Event())
    stream.flush()
