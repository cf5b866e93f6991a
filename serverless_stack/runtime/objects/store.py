"""ObjectStore: the objects of one bucket."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from serverless_stack import _contract
from serverless_stack.runtime.objects import presigning, requests
from serverless_stack.runtime.objects.errors import NotFound, told
from serverless_stack.runtime.objects.keys import checked
from serverless_stack.runtime.objects.models import Json, ObjectInfo, Page, StoredObject
from serverless_stack.runtime.objects.requests import ALWAYS, Conditions

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_DELETED_AT_ONCE = 1000  # "DeleteObjects"


class ObjectStore:
    """The objects of a bucket, or of a part of it.

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
    def from_env(cls, name_prefix: str = _contract.BUCKET_PREFIX, *, prefix: str = "") -> Self:
        """Take the bucket that ``StorageBucket.connect`` connected the function to.

        Args:
            name_prefix: What begins the name of the variable.
            prefix: What comes before every key.

        Raises:
            KeyError: If the variable is missing.
        """
        variable = _contract.bucket_name(name_prefix)
        if variable not in os.environ:
            raise KeyError(f"{variable} is not set: connect the function to a StorageBucket")
        return cls(os.environ[variable], prefix=prefix)

    @property
    def client(self) -> "S3Client":
        """The client, reused while the function is warm."""
        if self._client is None:
            self._client = requests.s3_client()
        return self._client

    def put(
        self,
        key: str,
        body: bytes,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        cache_control: str = "",
        conditions: Conditions = ALWAYS,
    ) -> ObjectInfo:
        """Write an object.

        Args:
            key: Its key, 1-1024 bytes.
            body: Its bytes, up to 5 GB ("PutObject").
            content_type: Its media type.
            metadata: What the application keeps with it: ASCII, 2 KB in all ("Working with object
                metadata").
            cache_control: How long it may be cached; empty says nothing.
            conditions: ``Conditions(create_only=True)`` or ``Conditions(if_match=etag)``.

        Returns:
            What was written.

        Raises:
            ValueError: If an argument is one that S3 refuses.
            PreconditionFailed: If a condition does not hold.
        """
        arguments = requests.write_arguments(content_type, metadata, cache_control)
        with told("writing", key):
            answer = self.client.put_object(
                Bucket=self.bucket_name,
                Key=self._key(key),
                Body=body,
                ChecksumAlgorithm="SHA256",
                **arguments,
                **conditions.for_writing(),
            )
        now = requests.date_of(answer)
        version, etag = answer.get("VersionId", ""), answer["ETag"]
        return ObjectInfo(key, len(body), etag, now, content_type, dict(metadata or {}), version)

    def put_text(
        self,
        key: str,
        text: str,
        *,
        content_type: str = "text/plain",
        metadata: Mapping[str, str] | None = None,
        conditions: Conditions = ALWAYS,
    ) -> ObjectInfo:
        """Write a text as UTF-8; the arguments are those of `put`."""
        return self.put(
            key,
            text.encode(),
            content_type=f"{content_type}; charset=utf-8",
            metadata=metadata,
            conditions=conditions,
        )

    def put_json(
        self,
        key: str,
        value: Json,
        *,
        metadata: Mapping[str, str] | None = None,
        conditions: Conditions = ALWAYS,
    ) -> ObjectInfo:
        """Write a value as JSON; the arguments are those of `put`."""
        return self.put(
            key,
            json.dumps(value, ensure_ascii=False).encode(),
            content_type="application/json",
            metadata=metadata,
            conditions=conditions,
        )

    def upload(
        self,
        key: str,
        file: str | Path | IO[bytes],
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Upload a file of any size, in parts where it is large.

        Args:
            key: Its key.
            file: Its path, or a file that is open for reading bytes.
            content_type: Its media type.
            metadata: What the application keeps with it.
        """
        extra = {
            **requests.write_arguments(content_type, metadata, ""),
            "ChecksumAlgorithm": "SHA256",
        }
        with told("uploading", key):
            if isinstance(file, str | Path):
                self.client.upload_file(str(file), self.bucket_name, self._key(key), extra)
            else:
                self.client.upload_fileobj(file, self.bucket_name, self._key(key), extra)

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
        if not 1 <= limit <= 1000:
            raise ValueError(f"`limit` must be 1–1000, got: {limit}")  # noqa: RUF001
        with told("listing", prefix):
            answer = self.client.list_objects_v2(
                Bucket=self.bucket_name,
                Prefix=f"{self.prefix}{prefix}",
                MaxKeys=limit,
                **requests.list_arguments(delimiter, token),
            )
        return Page(
            tuple(
                ObjectInfo(self._own(each["Key"]), each["Size"], each["ETag"], each["LastModified"])
                for each in answer.get("Contents", [])
            ),
            tuple(self._own(each["Prefix"]) for each in answer.get("CommonPrefixes", [])),
            answer.get("NextContinuationToken", ""),
        )

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """List all objects whose keys begin with a prefix, page by page."""
        token = ""
        while True:
            page = self.page(prefix, token=token)
            yield from page.objects
            token = page.next_token
            if not token:
                return

    def versions(self, key: str) -> tuple[ObjectInfo, ...]:
        """The versions of an object, the latest first."""
        with told("listing the versions of", key):
            answer = self.client.list_object_versions(
                Bucket=self.bucket_name, Prefix=self._key(key)
            )
        return tuple(
            ObjectInfo(
                key,
                each["Size"],
                each["ETag"],
                each["LastModified"],
                version_id=each["VersionId"],
            )
            for each in answer.get("Versions", [])
            if each["Key"] == self._key(key)
        )

    def change_metadata(
        self,
        key: str,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] | None = None,
        cache_control: str = "",
    ) -> None:
        """Change what is kept beside the bytes, by a copy of the object onto itself.

        Everything else stays as it is, such as its encoding, storage class and tags.

        Args:
            key: Its key.
            content_type: The new media type; empty keeps the one it has.
            metadata: The new metadata, all of it; None keeps what there is.
            cache_control: The new ``Cache-Control``; empty keeps the one it has.

        Raises:
            NotFound: If there is none.
            PreconditionFailed: If somebody has written it in the meantime.
        """
        before = self._raw_head(key)
        arguments = requests.write_arguments(
            content_type or before.get("ContentType", ""),
            before.get("Metadata", {}) if metadata is None else metadata,
            cache_control or before.get("CacheControl", ""),
        )
        self._copy(key, key, {**requests.kept_arguments(before), **arguments})

    def copy(self, key: str, to: str) -> None:
        """Copy an object within the store, with its metadata.

        Raises:
            NotFound: If there is none.
        """
        self._copy(key, to, None)

    def delete(self, *keys: str, version_id: str = "") -> None:
        """Delete objects; those that are not there are no error.

        Args:
            keys: Their keys.
            version_id: A version, of a single object; empty deletes the latest one.

        Raises:
            ValueError: If a version is given for several objects.
            ObjectError: If some could not be deleted.
        """
        if version_id and len(keys) != 1:
            raise ValueError(f"`version_id` must go with one key, got: {len(keys)}")
        listed = [{"Key": self._key(key)} for key in keys]
        if version_id:
            listed[0]["VersionId"] = version_id
        for start in range(0, len(listed), _DELETED_AT_ONCE):
            batch = listed[start : start + _DELETED_AT_ONCE]
            with told("deleting", keys[start]):
                answer = self.client.delete_objects(
                    Bucket=self.bucket_name,
                    Delete={"Objects": batch, "Quiet": True},  # type: ignore[typeddict-item]
                )
            requests.raise_first(answer.get("Errors", []))

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

    def presigned_put(
        self, key: str, *, content_type: str, size: int | None = None, expires_in: int = 3600
    ) -> str:
        """A URL by which anybody writes an object for a while, with this media type only.

        Args:
            key: Its key.
            content_type: The ``Content-Type`` that the request has to have.
            size: How many bytes the object has to have exactly, up to 5 GB. None does not limit
                it; `presigned_post` takes a range.
            expires_in: How long, 1-604800 seconds.

        Raises:
            ValueError: If the time or the size is out of range.
        """
        place = (self.client, self.bucket_name, self._key(key))
        return presigning.put(*place, expires_in, content_type, size)

    def presigned_post(
        self,
        key: str,
        *,
        max_size: int,
        min_size: int = 0,
        content_type: str,
        expires_in: int = 3600,
    ) -> presigning.Post:
        """A form by which a browser uploads an object for a while.

        Args:
            key: Its key.
            max_size: The most bytes.
            min_size: The fewest bytes.
            content_type: The media type; one that ends with ``/*``, as ``image/*``, takes all such.
            expires_in: How long, 1-604800 seconds.

        Returns:
            The URL and the fields of the form.

        Raises:
            ValueError: If the time or the sizes are out of range.
        """
        limits = presigning.Limits(min_size, max_size, content_type)
        return presigning.post(self.client, self.bucket_name, self._key(key), expires_in, limits)

    def _raw_head(self, key: str) -> dict[str, requests.Raw]:
        with told("looking at", key):
            return dict(self.client.head_object(Bucket=self.bucket_name, Key=self._key(key)))

    def _copy(self, key: str, to: str, arguments: Mapping[str, requests.Raw] | None) -> None:
        changed = {} if arguments is None else {"MetadataDirective": "REPLACE", **arguments}
        with told("copying", key):
            self.client.copy_object(
                Bucket=self.bucket_name,
                Key=self._key(to),
                CopySource={"Bucket": self.bucket_name, "Key": self._key(key)},
                **changed,
            )

    def _key(self, key: str) -> str:
        if not key:
            raise ValueError("`key` must have a character at least, got: ''")
        return checked(f"{self.prefix}{key}")

    def _own(self, key: str) -> str:
        return key.removeprefix(self.prefix)
