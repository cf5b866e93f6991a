"""Copies of S3 objects: conditions, and the storage class of the copy."""

from ministack.services import s3

from .types import Headers, Response


def apply() -> None:
    """Apply this module's patch."""
    check_conditions_and_storage_class()


def check_conditions_and_storage_class() -> None:
    """Judge the conditions of ``CopyObject``, and store copies as ``STANDARD`` by default.

    MiniStack ignores ``If-Match`` and ``If-None-Match`` ("How to prevent object overwrites with
    conditional writes"), and keeps the storage class of the source ("CopyObject",
    ``x-amz-storage-class``).
    """
    copy_object = s3._copy_object

    def copy_on_condition(bucket_name: str, key: str, headers: Headers) -> Response:
        bucket = s3._ensure_bucket(bucket_name)
        if bucket is not None:
            refused: Response | None = s3._check_put_preconditions(
                headers, bucket["objects"].get(key)
            )
            if refused is not None:
                return refused
        copied: Response = copy_object(
            bucket_name, key, {"x-amz-storage-class": "STANDARD", **headers}
        )
        return copied

    s3._copy_object = copy_on_condition
