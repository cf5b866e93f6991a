"""ObjectReader: the objects of one bucket, to be read."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from serverless_stack._shared import contract
from serverless_stack.runtime.objects import presigning, requests
from serverless_stack.runtime.objects.errors import NotFound, told
from serverless_stack.runtime.objects.keys import checked
from serverless_stack.runtime.objects.listing import Listing
from serverless_stack.runtime.objects.models import ObjectInfo, Page, StoredObject, VersionPage
from serverless_stack.runtime.objects.requests import ALWAYS, Conditions

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class ObjectReader:
    """The objects of a bucket, or of a part of it, for a function that only reads them.

    Args:
        bucket_name: The bucket.
        prefix: What comes before every key.
        client: A client of boto3; by default one with time-outs and retries, made on first use.
    """

    def __init__(
        self, bucket_name: str, *, prefix: str = "", client: "S3Client | None" = None
    ) -> None:
        self.bucket_name = bucket_name
        self.prefix = prefix
        self._client = client

    @classmethod
    def from_env(cls, name_prefix: str = contract.BUCKET_PREFIX, *, prefix: str = "") -> Self:
        """Take the bucket that ``StorageBucket.connect`` connected the function to.

        Args:
            name_prefix: What begins the name of the variable.
            prefix: What comes before every key.

        Raises:
            KeyError: If the variable is missing.
        """
        variable = contract.bucket_name(name_prefix)
        if variable not in os.environ:
            raise KeyError(f"{variable} is not set: connect the function to a StorageBucket")
        return cls(os.environ[variable], prefix=prefix)

    @property
    def client(self) -> "S3Client":
        """The client, reused while the function is warm."""
        if self._client is None:
            self._client = requests.s3_client()
        return self._client

    @property
    def _listing(self) -> Listing:
        return Listing(self.client, self.bucket_name, self.prefix)

    def get(
        self,
        key: str,
        *,
        first: int | None = None,
        last: int | None = None,
        version_id: str = "",
        conditions: Conditions = ALWAYS,
    ) -> StoredObject:
        """Read an object or a part of it.

        Args:
            key: Its key.
            first: The first byte of the part, from 0; negative counts from the end.
            last: The last byte of the part, included.
            version_id: The version; empty is the latest.
            conditions: Such as ``Conditions(if_none_match=etag)``.

        Returns:
            The object.

        Raises:
            NotFound: If there is none.
            NotModified: If the caller has it already, by a condition.
            PreconditionFailed: If another condition does not hold.
        """
        with told("reading", key):
            answer = self.client.get_object(
                Bucket=self.bucket_name,
                Key=self._key(key),
                **requests.range_arguments(first, last),
                **requests.version_arguments(version_id),
                **conditions.for_reading(),
            )
            body = answer["Body"].read()
        return StoredObject(requests.info(key, answer), body)

    def download(self, key: str, file: str | Path | IO[bytes]) -> None:
        """Write an object of any size into a file.

        Raises:
            NotFound: If there is none.
        """
        with told("downloading", key):
            if isinstance(file, str | Path):
                self.client.download_file(self.bucket_name, self._key(key), str(file))
            else:
                self.client.download_fileobj(self.bucket_name, self._key(key), file)

    def head(self, key: str, *, version_id: str = "") -> ObjectInfo:
        """Tell about an object.

        Raises:
            NotFound: If there is none.
        """
        with told("looking at", key):
            answer = self.client.head_object(
                Bucket=self.bucket_name,
                Key=self._key(key),
                **requests.version_arguments(version_id),
            )
        return requests.info(key, answer)

    def exists(self, key: str) -> bool:
        """Tell whether there is an object."""
        try:
            self.head(key)
        except NotFound:
            return False
        return True

    def page(
        self, prefix: str = "", *, delimiter: str = "", limit: int = 1000, token: str = ""
    ) -> Page:
        """List a part of the objects.

        Args:
            prefix: What their keys begin with.
            delimiter: Such as ``/``: what lies behind it is one folder.
            limit: The most of them, 1-1000.
            token: The ``next_token`` of the part before.

        Returns:
            The objects, the folders, and what gives the next part.

        Raises:
            ValueError: If the limit is out of range.
        """
        return self._listing.page(prefix, delimiter, limit, token)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """List all objects whose keys begin with a prefix, page by page."""
        token = ""
        while True:
            page = self.page(prefix, token=token)
            yield from page.objects
            token = page.next_token
            if not token:
                return

    def version_page(
        self, prefix: str = "", *, delimiter: str = "", limit: int = 1000, token: str = ""
    ) -> VersionPage:
        """List a part of the versions of objects, with the markers that deletions left.

        Args:
            prefix: What the keys begin with.
            delimiter: Such as ``/``: what lies behind it is one folder.
            limit: The most versions and folders, 1-1000.
            token: The ``next_token`` of the part before.

        Returns:
            The versions, the folders, and what gives the next part.

        Raises:
            ValueError: If the limit is out of range.
            ObjectError: If the list does not go on after a token.
        """
        return self._listing.version_page(prefix, delimiter, limit, token)

    def versions(self, key: str) -> tuple[ObjectInfo, ...]:
        """The versions of an object, the latest first; without delete markers."""
        self._key(key)
        return tuple(
            ObjectInfo(key, each.size, each.etag, each.last_modified, version_id=each.version_id)
            for each in self._listing.versions(key)
            if not each.is_delete_marker
        )

    def presigned_get(
        self, key: str, *, expires_in: int = 3600, response_headers: Mapping[str, str] | None = None
    ) -> str:
        """A URL by which anybody reads an object for a while.

        Args:
            key: Its key.
            expires_in: How long, 1-604800 seconds ("Download and upload objects with presigned
                URLs"). It also ends with the credentials of the function.
            response_headers: Headers of the answer instead of the object's: ``Content-Type``,
                ``Content-Disposition``, ``Content-Encoding``, ``Content-Language``,
                ``Cache-Control`` and ``Expires``.

        Raises:
            ValueError: If the time or a header is one that S3 refuses.
        """
        place = (self.client, self.bucket_name, self._key(key))
        return presigning.get(*place, expires_in, response_headers or {})

    def _key(self, key: str) -> str:
        if not key:
            raise ValueError("`key` must have a character at least, got: ''")
        return checked(f"{self.prefix}{key}")

    def _own(self, key: str) -> str:
        return key.removeprefix(self.prefix)
