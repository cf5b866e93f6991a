"""ObjectReader: reading the objects of a bucket."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from serverless_stack._shared import contract
from serverless_stack._shared.files import replacing
from serverless_stack.runtime.arguments import check_methods, check_text, check_texts
from serverless_stack.runtime.caching.resilience.threads import Once
from serverless_stack.runtime.objects import presigning, properties, requests
from serverless_stack.runtime.objects.errors import NotFound, ObjectError, require, translated
from serverless_stack.runtime.objects.keys import checked
from serverless_stack.runtime.objects.listing import Listing
from serverless_stack.runtime.objects.models import ObjectInfo, Page, StoredObject, VersionPage
from serverless_stack.runtime.objects.requests import ALWAYS, Conditions

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class ObjectReader:
    """Reads the objects of a bucket, or of a part of it.

    Args:
        bucket_name: The bucket.
        prefix: The prefix of every key.
        client: A boto3 S3 client. Default: made on first use, with time-outs and retries.

    Raises:
        ValueError: The bucket has no name, or an argument is of another type.
    """

    def __init__(
        self, bucket_name: str, *, prefix: str = "", client: "S3Client | None" = None
    ) -> None:
        check_texts(bucket_name=bucket_name, prefix=prefix)
        if not bucket_name:
            raise ValueError("`bucket_name` must not be empty, got: ''")
        if client is not None:
            check_methods("client", client, ("get_object", "put_object"), "a boto3 S3 client")
        self.bucket_name = bucket_name
        self.prefix = prefix
        self._client = client
        self._own_client = Once(requests.s3_client)

    @classmethod
    def from_env(cls, env_prefix: str = contract.BUCKET_PREFIX, *, prefix: str = "") -> Self:
        """Return a reader or store of the bucket that ``StorageBucket.connect`` has connected.

        Args:
            env_prefix: The prefix of the environment variables, as given to ``connect``.
            prefix: The prefix of every key, below the part of the bucket that the function may use
                (``data/`` by default).

        Raises:
            KeyError: The variable is not set.
        """
        check_texts(env_prefix=env_prefix, prefix=prefix)
        variable = contract.bucket_name(env_prefix)
        if variable not in os.environ:
            raise KeyError(f"{variable} is not set: connect the function to a StorageBucket")
        allowed = os.environ.get(contract.bucket_key_prefix(env_prefix), "")
        return cls(os.environ[variable], prefix=f"{allowed}{prefix}")

    @property
    def client(self) -> "S3Client":
        """The boto3 client, reused while the function is warm."""
        return self._own_client() if self._client is None else self._client

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
        response_headers: Mapping[str, str] | None = None,
        conditions: Conditions = ALWAYS,
    ) -> StoredObject:
        """Return an object or a part of it.

        Args:
            key: The key.
            first: The first byte of the part, from 0; negative counts from the end.
            last: The last byte of the part, inclusive.
            version_id: The version. Default: the latest.
            response_headers: Headers that replace the object's in the answer; see
                `presigned_get`. Default: none.
            conditions: Such as ``Conditions(if_none_match=etag)``.

        Raises:
            NotFound: The object does not exist.
            NotModified: The object has not changed, by a condition.
            PreconditionFailed: Another condition does not hold.
        """
        check_text("version_id", version_id)
        overrides = properties.response_headers(response_headers)
        requests.check_conditions(conditions)
        with translated("reading", key):
            answer = self.client.get_object(
                Bucket=self.bucket_name,
                Key=self._key(key),
                **requests.given(Range=requests.byte_range(first, last), VersionId=version_id),
                **overrides,
                **conditions.for_reading(),
            )
            require(answer, "ETag", key)
            body = answer["Body"].read()
        return StoredObject(requests.info(key, answer), body)

    def download(self, key: str, file: str | Path | IO[bytes]) -> None:
        """Write an object of any size into a file.

        A file that exists is replaced only when all has come, and keeps its mode.

        Raises:
            NotFound: The object does not exist.
        """
        requests.check_file(file, "write")
        with translated("downloading", key):
            if isinstance(file, str | Path):
                path = os.path.realpath(file)
                with replacing(path, f".{os.path.basename(path)[:50]}.") as part:
                    self.client.download_fileobj(self.bucket_name, self._key(key), part)
            else:
                self.client.download_fileobj(self.bucket_name, self._key(key), file)

    def head(self, key: str, *, version_id: str = "") -> ObjectInfo:
        """Return the properties of an object.

        Raises:
            NotFound: The object does not exist.
        """
        check_text("version_id", version_id)
        with translated("inspecting", key):
            answer = self.client.head_object(
                Bucket=self.bucket_name,
                Key=self._key(key),
                **requests.given(VersionId=version_id),
            )
        require(answer, "ETag", key)
        return requests.info(key, answer)

    def exists(self, key: str) -> bool:
        """Return whether an object exists."""
        try:
            self.head(key)
        except NotFound:
            return False
        return True

    def page(
        self, prefix: str = "", *, delimiter: str = "", limit: int = 1000, token: str = ""
    ) -> Page:
        """Return a page of the objects and folders.

        Args:
            prefix: Only keys with this prefix.
            delimiter: Such as ``/``: keys with it after the prefix are grouped into folders.
            limit: How many objects and folders at most, between 1 and 1000.
            token: The ``next_token`` of the previous page.

        Raises:
            ValueError: The limit is out of range.
        """
        return self._listing.page(prefix, delimiter, limit, token)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Return all objects whose keys begin with a prefix, page by page.

        Raises:
            ObjectError: The answer is no list, or the list does not continue after a page.
        """
        check_text("prefix", prefix)
        return self._objects(prefix)

    def _objects(self, prefix: str) -> Iterator[ObjectInfo]:
        token = ""
        while True:
            page = self.page(prefix, token=token)
            yield from page.objects
            if token and page.next_token == token:
                raise ObjectError(f"listing {prefix!r}: the list does not continue")
            token = page.next_token
            if not token:
                return

    def version_page(
        self, prefix: str = "", *, delimiter: str = "", limit: int = 1000, token: str = ""
    ) -> VersionPage:
        """Return a page of the versions, delete markers and folders; see `page`.

        Raises:
            ValueError: The limit is out of range.
            ObjectError: The list does not continue after a token.
        """
        return self._listing.version_page(prefix, delimiter, limit, token)

    def versions(self, key: str) -> tuple[ObjectInfo, ...]:
        """Return the versions of an object without delete markers, the latest first."""
        self._key(key)
        return tuple(
            ObjectInfo(key, v.size, v.etag, v.last_modified, version_id=v.version_id)
            for v in self._listing.versions(key)
            if not v.is_delete_marker
        )

    def presigned_get(
        self, key: str, *, expires_in: int = 3600, response_headers: Mapping[str, str] | None = None
    ) -> str:
        """Return a presigned URL that reads an object.

        Args:
            key: The key.
            expires_in: Seconds until the URL expires, between 1 and 604800 ("Download and upload
                objects with presigned URLs"), or earlier with the function's credentials.
            response_headers: Headers of the answer that replace the object's: ``Content-Type``,
                ``Content-Disposition``, ``Content-Encoding``, ``Content-Language``,
                ``Cache-Control`` and ``Expires``.

        Raises:
            ValueError: S3 would refuse the time or a header.
        """
        overrides = properties.response_headers(response_headers)
        place = (self.client, self.bucket_name, self._key(key))
        return presigning.get(*place, expires_in, overrides)

    def _key(self, key: str) -> str:
        check_text("key", key)
        if not key:
            raise ValueError("`key` must not be empty, got: ''")
        return checked(f"{self.prefix}{key}")
