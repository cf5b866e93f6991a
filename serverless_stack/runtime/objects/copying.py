"""Copies of objects of any size, within a bucket and across buckets."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from serverless_stack.runtime.objects import properties, requests
from serverless_stack.runtime.objects.errors import ObjectError, require, translated
from serverless_stack.runtime.objects.requests import Conditions, Raw

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LARGEST_COPY = 5 * 1024**3  # "CopyObject": larger objects are copied in parts


class Place(NamedTuple):
    """An object of a bucket; the client is the one that writes to it."""

    client: "S3Client"
    bucket: str
    key: str

    def may_be(self, other: "Place") -> bool:
        """Return whether two places may be one object: a bucket has aliases as access points."""
        if self.key != other.key:
            return False
        aliases = any(
            ":" in bucket or bucket.endswith("-s3alias") for bucket in (self.bucket, other.bucket)
        )
        return aliases or self.bucket == other.bucket


def copy(source: Place, target: Place, version_id: str, conditions: Conditions) -> str:
    """Copy an object with its properties and tags, and return the entity tag of what was copied.

    Raises:
        ValueError: There are conditions for an object that is copied in parts.
        PreconditionFailed: The source changed meanwhile, or a condition does not hold.
    """
    place = {"Bucket": source.bucket, "Key": source.key, **requests.given(VersionId=version_id)}
    with translated("inspecting", source.key):
        before = source.client.head_object(**place)
    require(before, "ETag", source.key)
    etag = before["ETag"]
    writing = conditions.for_writing()
    if before["ContentLength"] > LARGEST_COPY:
        if writing:
            raise ValueError("`conditions` must be none for objects over 5 GB, which have parts")
        _copy_parts(source, target, place, before)
        return etag
    with translated("copying", source.key):
        answer = target.client.copy_object(
            Bucket=target.bucket,
            Key=target.key,
            CopySource=place,  # type: ignore[arg-type]
            CopySourceIfMatch=etag,
            **writing,
        )
    require(answer.get("CopyObjectResult", {}), "ETag", target.key)
    return etag


def _copy_parts(
    source: Place, target: Place, place: dict[str, str], before: Mapping[str, Raw]
) -> None:
    """Copy an object in parts; properties and tags have to be named."""
    with translated("reading the tags of", source.key):
        tags = source.client.get_object_tagging(**place)["TagSet"]  # type: ignore[arg-type]
    kept = properties.copied_properties(before)
    for name in ("SSEKMSKeyId", "ServerSideEncryption", "StorageClass"):
        kept.pop(name, None)  # the target bucket decides, as for smaller objects
    arguments = {
        **kept,
        **requests.given(
            CacheControl=before.get("CacheControl"),
            ContentType=before.get("ContentType"),
            Metadata=before.get("Metadata"),
            Tagging=urlencode({tag["Key"]: tag["Value"] for tag in tags}),
        ),
        "MetadataDirective": "REPLACE",
        "TaggingDirective": "REPLACE",
    }
    with translated("copying", source.key):
        target.client.copy(
            place,  # type: ignore[arg-type]
            target.bucket,
            target.key,
            ExtraArgs=arguments,
            SourceClient=source.client,
        )
        after = target.client.head_object(Bucket=target.bucket, Key=target.key)
    if after.get("ContentLength") != before["ContentLength"]:
        raise ObjectError(f"copying {source.key!r}: the copy has another size")
