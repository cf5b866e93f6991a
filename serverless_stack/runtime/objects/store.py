"""ObjectStore: the objects of one bucket."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from serverless_stack.runtime.objects import presigning, requests
from serverless_stack.runtime.objects.errors import told
from serverless_stack.runtime.objects.models import Json, ObjectInfo
from serverless_stack.runtime.objects.reader import ObjectReader
from serverless_stack.runtime.objects.requests import ALWAYS, Conditions

_DELETED_AT_ONCE = 1000  # "DeleteObjects"


class ObjectStore(ObjectReader):
    """The objects of a bucket, or of a part of it.

    Args:
        bucket_name: The bucket.
        prefix: What comes before every key.
        client: A client of boto3; by default one with time-outs and retries, made on first use.
    """

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
        with told("looking at", key):
            before = self.client.head_object(Bucket=self.bucket_name, Key=self._key(key))
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

    def _copy(self, key: str, to: str, arguments: Mapping[str, requests.Raw] | None) -> None:
        changed: dict[str, requests.Raw] = {}
        if arguments is not None:
            changed = {"MetadataDirective": "REPLACE", **arguments}
        with told("copying", key):
            self.client.copy_object(
                Bucket=self.bucket_name,
                Key=self._key(to),
                CopySource={"Bucket": self.bucket_name, "Key": self._key(key)},
                **changed,
            )
