"""ObjectStore: reading and writing the objects of a bucket."""

from collections.abc import Mapping
from pathlib import Path
from typing import IO

from serverless_stack._shared.content.keys import fits_xml
from serverless_stack.runtime.arguments import check_kind, check_text
from serverless_stack.runtime.objects import presigning, requests
from serverless_stack.runtime.objects.errors import ObjectError, require, translated
from serverless_stack.runtime.objects.models import Json, ObjectInfo, encode_json
from serverless_stack.runtime.objects.reader import ObjectReader
from serverless_stack.runtime.objects.requests import ALWAYS, Conditions

_MAX_DELETED = 1000  # "DeleteObjects"


class ObjectStore(ObjectReader):
    """Reads and writes the objects of a bucket, or of a part of it.

    Args:
        bucket_name: The bucket.
        prefix: The prefix of every key.
        client: A boto3 S3 client. Default: made on first use, with time-outs and retries.
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
            key: The key, 1 to 1024 bytes.
            body: The content, up to 5 GB ("PutObject").
            content_type: The media type.
            metadata: The application's metadata: ASCII, 2 KB in total; S3 stores the names in
                lower case ("Working with object metadata").
            cache_control: The ``Cache-Control`` header. Default: none.
            conditions: ``Conditions(create_only=True)`` or ``Conditions(if_match=etag)``.

        Raises:
            ValueError: S3 would refuse an argument.
            PreconditionFailed: A condition does not hold.
        """
        check_kind("body", body, (bytes, bytearray), "bytes; `put_text` and `put_json` encode")
        requests.check_conditions(conditions)
        arguments = requests.properties(content_type, metadata, cache_control)
        with translated("writing", key):
            answer = self.client.put_object(
                Bucket=self.bucket_name,
                Key=self._key(key),
                Body=body,
                ChecksumAlgorithm="SHA256",
                **arguments,
                **conditions.for_writing(),
            )
        require(answer, "ETag", key)
        now = requests.date_of(answer)
        version, etag = answer.get("VersionId", ""), answer["ETag"]
        stored = arguments.get("Metadata", {})
        return ObjectInfo(key, len(body), etag, now, content_type, stored, version)

    def put_text(
        self,
        key: str,
        text: str,
        *,
        content_type: str = "text/plain",
        metadata: Mapping[str, str] | None = None,
        conditions: Conditions = ALWAYS,
    ) -> ObjectInfo:
        """Write a text as UTF-8; see `put`."""
        check_text("text", text)
        check_text("content_type", content_type)
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
        """Write a value as JSON; see `put`.

        Raises:
            TypeError: JSON has no such type, or a key is no text.
            ValueError: The value contains a NaN or an infinity, or itself, or is too deep.
        """
        return self.put(
            key,
            encode_json(value),
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
            key: The key.
            file: A path, or a file opened for reading bytes.
            content_type: The media type.
            metadata: See `put`.
        """
        requests.check_file(file, "read")
        extra = {
            **requests.properties(content_type, metadata),
            "ChecksumAlgorithm": "SHA256",
        }
        with translated("uploading", key):
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
        """Change the properties of an object, by copying it onto itself.

        Everything else is kept, such as its encoding, storage class and tags.

        Args:
            key: The key.
            content_type: The new media type. Default: unchanged.
            metadata: The new metadata, all of it. Default: unchanged.
            cache_control: The new ``Cache-Control``. Default: unchanged.

        Raises:
            NotFound: The object does not exist.
            PreconditionFailed: The object has changed in the meantime.
        """
        requests.properties(content_type, metadata, cache_control)  # before S3 is asked
        with translated("inspecting", key):
            before = self.client.head_object(Bucket=self.bucket_name, Key=self._key(key))
        arguments = requests.properties(
            content_type or before.get("ContentType", ""),
            before.get("Metadata", {}) if metadata is None else metadata,
            cache_control or before.get("CacheControl", ""),
        )
        self._copy(key, key, {**requests.copied_properties(before), **arguments})

    def copy(self, key: str, to: str) -> None:
        """Copy an object within the store, with its properties.

        Raises:
            NotFound: The object does not exist.
        """
        check_text("to", to)
        self._copy(key, to, None)

    def delete(self, *keys: str, version_id: str = "") -> None:
        """Delete objects; an absent object is no error.

        Args:
            keys: The keys.
            version_id: The version to delete, of a single object. Default: the latest.

        Raises:
            ValueError: A version is given for several objects.
            ObjectError: Objects could not be deleted.
        """
        check_text("version_id", version_id)
        if version_id and len(keys) != 1:
            raise ValueError(f"`version_id` must be used with one key, got: {len(keys)}")
        names = {key: self._key(key) for key in keys}
        version = requests.given(VersionId=version_id)
        together = [key for key in names if fits_xml(names[key])]
        for start in range(0, len(together), _MAX_DELETED):
            batch = together[start : start + _MAX_DELETED]
            with translated("deleting", batch[0]):
                answer = self.client.delete_objects(
                    Bucket=self.bucket_name,
                    Delete={
                        "Objects": [{"Key": names[key], **version} for key in batch],  # type: ignore[typeddict-item]
                        "Quiet": False,
                    },
                )
            requests.raise_first(answer.get("Errors", []))
            if len(answer.get("Deleted", [])) < len(batch):
                raise ObjectError("the answer does not say that all objects were deleted")
        for key in names.keys() - set(together):  # only a URL can name these
            with translated("deleting", key):
                self.client.delete_object(Bucket=self.bucket_name, Key=names[key], **version)

    def presigned_put(
        self, key: str, *, content_type: str, size: int | None = None, expires_in: int = 3600
    ) -> str:
        """Return a presigned URL that writes an object of one media type.

        Args:
            key: The key.
            content_type: The ``Content-Type`` that the request must have.
            size: The exact number of bytes, up to 5 GB; `presigned_post` accepts a range.
                Default: any.
            expires_in: See `presigned_get`.

        Raises:
            ValueError: The time or the size is out of range.
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
        metadata: Mapping[str, str] | None = None,
        success_redirect: str = "",
        expires_in: int = 3600,
    ) -> presigning.Post:
        """Return a presigned form with which a browser uploads an object.

        The browser sends the fields as they are, then ``file``; S3 refuses other fields and other
        values. A page that sends the form by script reads the answer if the bucket has
        ``cors=BucketCors.uploads(origin)``.

        Args:
            key: The key; it must not contain ``${filename}``, which S3 replaces.
            max_size: The largest number of bytes, up to 5 GB.
            min_size: The smallest number of bytes.
            content_type: The media type; ``image/*`` accepts all images, of which the browser
                sends one as ``Content-Type``.
            metadata: The application's metadata, which the browser cannot change: see `put`.
            success_redirect: The page to which S3 sends the browser after the upload. Default: an
                empty answer with status 204.
            expires_in: See `presigned_get`.

        Raises:
            ValueError: The time or a size is out of range, or S3 would replace the key.
        """
        place = (self.client, self.bucket_name, self._key(key))
        sizes = (min_size, max_size)
        return presigning.post(*place, expires_in, sizes, content_type, metadata, success_redirect)

    def _copy(self, key: str, to: str, arguments: Mapping[str, requests.Raw] | None) -> None:
        changed: dict[str, requests.Raw] = {}
        if arguments is not None:
            changed = {"MetadataDirective": "REPLACE", **arguments}
        with translated("copying", key):
            answer = self.client.copy_object(
                Bucket=self.bucket_name,
                Key=self._key(to),
                CopySource={"Bucket": self.bucket_name, "Key": self._key(key)},
                **changed,
            )
        require(answer.get("CopyObjectResult", {}), "ETag", to)
