"""Writing the objects of a bucket."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO

from serverless_stack._shared.content.headers import content_type_of
from serverless_stack.runtime.arguments import check_kind, check_text
from serverless_stack.runtime.objects import buckets, properties, requests
from serverless_stack.runtime.objects.errors import require, translated
from serverless_stack.runtime.objects.models import Json, ObjectInfo, encode_json
from serverless_stack.runtime.objects.reader import ObjectReader
from serverless_stack.runtime.objects.requests import ALWAYS, Conditions


class ObjectWriter(ObjectReader):
    """Writes objects; `ObjectStore` copies, moves and deletes them as well."""

    def ensure_bucket(self) -> bool:
        """Create the bucket in the client's region if there is none of that name.

        It is private: public access is blocked. What a ``StorageBucket`` has besides, such as
        versions and the refusal of requests without TLS, it has not; deploy one where you can.
        The function needs ``s3:ListBucket``, ``s3:CreateBucket`` and
        ``s3:PutBucketPublicAccessBlock``. Several processes may call it at a time.

        Returns:
            Whether it was created.

        Raises:
            ValueError: S3 accepts no such name.
            ObjectError: The bucket belongs to another account, or may not be created.
        """
        return buckets.ensure(self.client, self.bucket_name)

    def put(
        self,
        key: str,
        body: bytes,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] | None = None,
        cache_control: str = "",
        content_disposition: str = "",
        expires: datetime | None = None,
        storage_class: str = "",
        conditions: Conditions = ALWAYS,
    ) -> ObjectInfo:
        """Write an object.

        Args:
            key: The key, 1 to 1024 bytes.
            body: The content, up to 5 GB ("PutObject").
            content_type: The media type. Default: by the key's extension, such as ``image/png``
                for ``a.png``; ``application/octet-stream`` for an unknown one. Name it for what
                strangers upload: a browser runs the scripts of an HTML page.
            metadata: The application's metadata: ASCII, 2 KB in total; S3 stores the names in
                lower case ("Working with object metadata").
            cache_control: The ``Cache-Control`` header. Default: none.
            content_disposition: The ``Content-Disposition`` header, such as ``attachment``, with
                which browsers save a file. Default: none.
            expires: The ``Expires`` header, with a time zone. S3 deletes nothing then; caches drop
                their copy. Default: none.
            storage_class: Such as ``STANDARD_IA`` or ``GLACIER_IR`` ("Understanding and managing
                Amazon S3 storage classes"). Default: ``STANDARD``.
            conditions: ``Conditions(create_only=True)`` or ``Conditions(if_match=etag)``.

        Raises:
            ValueError: S3 would refuse an argument.
            PreconditionFailed: A condition does not hold.
        """
        check_kind("body", body, (bytes, bytearray), "bytes; `put_text` and `put_json` encode")
        requests.check_conditions(conditions)
        check_text("key", key)
        check_text("content_type", content_type)
        content_type = content_type or content_type_of(key)
        arguments = properties.properties(
            content_type, metadata, cache_control, content_disposition, expires, storage_class
        )
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
        return ObjectInfo(
            key,
            len(body),
            etag,
            now,
            content_type,
            stored,
            version,
            cache_control,
            content_disposition,
            expires,
            storage_class or "STANDARD",
        )

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
        content_type: str = "",
        metadata: Mapping[str, str] | None = None,
        cache_control: str = "",
        content_disposition: str = "",
        expires: datetime | None = None,
        storage_class: str = "",
    ) -> None:
        """Upload a file of any size, in parts where it is large.

        Args:
            key: The key.
            file: A path, or a file opened for reading bytes.
            content_type: The media type. Default: by the key's extension; see `put`.
            metadata: See `put`.
            cache_control: See `put`.
            content_disposition: See `put`.
            expires: See `put`.
            storage_class: See `put`.
        """
        requests.check_file(file, "read")
        check_text("key", key)
        check_text("content_type", content_type)
        content_type = content_type or content_type_of(key)
        extra = {
            **properties.properties(
                content_type, metadata, cache_control, content_disposition, expires, storage_class
            ),
            "ChecksumAlgorithm": "SHA256",
        }
        with translated("uploading", key):
            if isinstance(file, str | Path):
                self.client.upload_file(str(file), self.bucket_name, self._key(key), extra)
            else:
                self.client.upload_fileobj(file, self.bucket_name, self._key(key), extra)
