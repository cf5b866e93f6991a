"""What the content engine needs of S3: one interface, kept by boto3 and by obstore.

`open_store` chooses. Whatever is rare or special (headers of an object, copies, parts of large
files) goes through the store's boto3 client.
"""

from collections.abc import Iterable
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple, Protocol

from serverless_stack._shared.content.headers import Headers

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PARALLEL = 8
ABSENT = ""
"""For `Store.write`: the object must not exist."""


class Listed(NamedTuple):
    """An object in a list."""

    key: str
    size: int
    etag: str
    modified: datetime


class Stored(NamedTuple):
    """An object that was read."""

    content: bytes
    etag: str


class Store(Protocol):
    """One bucket, for many threads.

    Attributes:
        bucket: The name of the bucket.
    """

    bucket: str

    @property
    def client(self) -> "S3Client":
        """The boto3 client, created on first use."""
        ...

    def list_prefix(self, prefix: str, *, exact: bool = True) -> list[Listed]:
        """List the objects whose keys begin with `prefix`: empty, or ending with a slash.

        Args:
            prefix: The prefix.
            exact: Whether keys that end with a slash must be told from those that do not.
        """
        ...

    def read(self, key: str) -> Stored | None:
        """Read a small object; None if there is none."""
        ...

    def write(
        self,
        key: str,
        content: bytes | bytearray,
        headers: Headers,
        *,
        replaces: str | None = None,
    ) -> str:
        """Write a small object and return its ETag.

        Args:
            key: The key.
            content: The bytes.
            headers: The headers.
            replaces: The ETag that the object must have, or `ABSENT`. Default: any.

        Raises:
            ConflictError: If the object is not what `replaces` says.
        """
        ...

    def delete(self, keys: Iterable[str]) -> dict[str, str]:
        """Delete objects and return what went wrong, by key."""
        ...


def open_store(bucket: str, client: "S3Client | None" = None, parallel: int = PARALLEL) -> Store:
    """Return the store for a bucket: obstore if it is installed, or boto3 with a given client."""
    if client is None and find_spec("obstore") is not None:
        from serverless_stack.operations.content.stores.bulk import BulkStore

        return BulkStore(bucket, parallel)
    from serverless_stack.operations.content.stores.s3 import S3Store

    return S3Store(bucket, client, parallel)
