"""ObjectStore: reading and writing the objects of a bucket."""

from collections.abc import Mapping
from contextlib import suppress

from serverless_stack._shared.content.keys import fits_xml
from serverless_stack.runtime.arguments import check_kind, check_text
from serverless_stack.runtime.objects import copying, presigning, properties, requests
from serverless_stack.runtime.objects.errors import NotFound, ObjectError, require, translated
from serverless_stack.runtime.objects.requests import ALWAYS, Conditions
from serverless_stack.runtime.objects.writer import ObjectWriter

_MAX_DELETED = 1000  # "DeleteObjects"


class ObjectStore(ObjectWriter):
    """Reads and writes the objects of a bucket, or of a part of it.

    Args:
        bucket_name: The bucket.
        prefix: The prefix of every key.
        client: A boto3 S3 client. Default: made on first use, with time-outs and retries.
    """

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
        properties.properties(content_type, metadata, cache_control)  # before S3 is asked
        with translated("inspecting", key):
            before = self.client.head_object(Bucket=self.bucket_name, Key=self._key(key))
        arguments = properties.properties(
            content_type or before.get("ContentType", ""),
            before.get("Metadata", {}) if metadata is None else metadata,
            cache_control or before.get("CacheControl", ""),
        )
        changed: dict[str, requests.Raw] = {**properties.copied_properties(before), **arguments}
        with translated("copying", key):
            answer = self.client.copy_object(
                Bucket=self.bucket_name,
                Key=self._key(key),
                CopySource={"Bucket": self.bucket_name, "Key": self._key(key)},
                MetadataDirective="REPLACE",
                **changed,
            )
        require(answer.get("CopyObjectResult", {}), "ETag", key)

    def copy(
        self,
        key: str,
        to: str,
        *,
        destination: "ObjectStore | None" = None,
        version_id: str = "",
        conditions: Conditions = ALWAYS,
    ) -> None:
        """Copy an object of any size with its properties and tags.

        The copy has the storage class ``STANDARD`` and the encryption of its bucket.

        Args:
            key: The key.
            to: The key of the copy.
            destination: The store of the copy, of another bucket or prefix. Default: this one.
            version_id: The version to copy. Default: the latest.
            conditions: ``Conditions(create_only=True)`` replaces no object; not for objects over
                5 GB, which are copied in parts.

        Raises:
            NotFound: The object does not exist.
            PreconditionFailed: The object has changed under way, or a condition does not hold.
        """
        check_text("version_id", version_id)
        requests.check_conditions(conditions)
        copying.copy(*self._places(key, to, destination), version_id, conditions)

    def move(
        self,
        key: str,
        to: str,
        *,
        destination: "ObjectStore | None" = None,
        conditions: Conditions = ALWAYS,
    ) -> None:
        """Copy an object, then delete it, unless it has changed under way.

        Args:
            key: The key.
            to: The new key.
            destination: See `copy`.
            conditions: See `copy`.

        Raises:
            ValueError: The object would be moved onto itself.
            NotFound: The object does not exist.
            PreconditionFailed: The object has changed under way, and stays; or a condition does
                not hold.
        """
        requests.check_conditions(conditions)
        source, target = self._places(key, to, destination)
        if source.may_be(target):
            raise ValueError(f"`to` must be another object than {key!r}, got: {to!r}")
        etag = copying.copy(source, target, "", conditions)
        with suppress(NotFound):  # somebody else has deleted it meanwhile
            self.delete(key, conditions=Conditions(if_match=etag))

    def delete(self, *keys: str, version_id: str = "", conditions: Conditions = ALWAYS) -> None:
        """Delete objects; an absent object is no error.

        Args:
            keys: The keys.
            version_id: The version to delete, of a single object. Default: the latest.
            conditions: ``Conditions(if_match=etag)`` deletes a single object only if it is the one
                that the caller knows; it needs ``s3:GetObject`` ("How to perform conditional
                deletes").

        Raises:
            ValueError: A version or condition is given for several objects.
            PreconditionFailed: The condition does not hold.
            ObjectError: Objects could not be deleted.
        """
        check_text("version_id", version_id)
        requests.check_conditions(conditions)
        condition = conditions.for_writing()
        if conditions.create_only:
            raise ValueError("`create_only` must be False for deleting, got: True")
        for argument, value in (("version_id", version_id), ("conditions", condition)):
            if value and len(keys) != 1:
                raise ValueError(f"`{argument}` must be used with one key, got: {len(keys)}")
        if version_id and condition:
            raise ValueError("`conditions` must be none with `version_id`, of which none changes")
        if condition:
            with translated("deleting", keys[0]):
                self.client.delete_object(
                    Bucket=self.bucket_name, Key=self._key(keys[0]), **condition
                )
            return
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

    def _places(
        self, key: str, to: str, destination: "ObjectStore | None"
    ) -> tuple[copying.Place, copying.Place]:
        check_text("to", to)
        target = self if destination is None else destination
        check_kind("destination", target, ObjectStore, "an ObjectStore")
        return (
            copying.Place(self.client, self.bucket_name, self._key(key)),
            copying.Place(target.client, target.bucket_name, target._key(to)),
        )
