"""Conditional copies of S3 objects: "How to prevent object overwrites with conditional writes"."""

from ministack.services import s3

from .types import Headers, Response


def apply() -> None:
    """Apply this module's patch."""
    check_conditions_of_copies()


def check_conditions_of_copies() -> None:
    """Judge ``If-Match`` and ``If-None-Match`` of ``CopyObject``, which MiniStack ignores."""
    copy_object = s3._copy_object

    def copy_on_condition(bucket_name: str, key: str, headers: Headers) -> Response:
        bucket = s3._ensure_bucket(bucket_name)
        if bucket is not None:
            refused: Response | None = s3._check_put_preconditions(
                headers, bucket["objects"].get(key)
            )
            if refused is not None:
                return refused
        copied: Response = copy_object(bucket_name, key, headers)
        return copied

    s3._copy_object = copy_on_condition
