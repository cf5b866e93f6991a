"""Lists of objects and of their versions, page by page, with keys relative to a prefix."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from serverless_stack.runtime.arguments import check_texts
from serverless_stack.runtime.objects.errors import ObjectError, require, translated
from serverless_stack.runtime.objects.models import ObjectInfo, ObjectVersion, Page, VersionPage
from serverless_stack.runtime.objects.requests import given

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef

_MAX_LISTED = 1000  # "ListObjectsV2", "ListObjectVersions"


class Listing:
    """The lists of a bucket.

    Args:
        client: A boto3 S3 client.
        bucket: The bucket.
        prefix: The prefix of every key.
    """

    def __init__(self, client: "S3Client", bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def page(self, prefix: str, delimiter: str, limit: int, token: str) -> Page:
        """Return a page of the objects."""
        check_texts(prefix=prefix, delimiter=delimiter, token=token)
        _check(limit)
        with translated("listing", prefix):
            answer = self._client.list_objects_v2(
                Bucket=self._bucket,
                Prefix=f"{self._prefix}{prefix}",
                MaxKeys=limit,
                **given(Delimiter=delimiter, ContinuationToken=token),
            )
        require(answer, "IsTruncated", prefix)
        return Page(
            tuple(
                ObjectInfo(
                    self._relative(o["Key"]),
                    o["Size"],
                    o["ETag"],
                    o["LastModified"],
                    storage_class=o.get("StorageClass", "STANDARD"),
                )
                for o in answer.get("Contents", [])
            ),
            tuple(self._relative(each["Prefix"]) for each in answer.get("CommonPrefixes", [])),
            answer.get("NextContinuationToken", ""),
        )

    def version_page(self, prefix: str, delimiter: str, limit: int, token: str) -> VersionPage:
        """Return a page of the versions and delete markers.

        Raises:
            ValueError: The prefix is no text, or the limit is out of range.
            ObjectError: The list does not continue.
        """
        check_texts(prefix=prefix, delimiter=delimiter, token=token)
        _check(limit)
        version_id, _slash, key = token.partition("/")
        with translated("listing the versions of", prefix):
            answer = self._client.list_object_versions(
                Bucket=self._bucket,
                Prefix=f"{self._prefix}{prefix}",
                MaxKeys=limit,
                **given(Delimiter=delimiter, KeyMarker=key, VersionIdMarker=version_id),
            )
        require(answer, "IsTruncated", prefix)
        next_token = _version_token(answer)
        if token and next_token == token:
            raise ObjectError(f"listing the versions of {prefix!r}: the list does not continue")
        versions = [
            ObjectVersion(
                key=self._relative(version["Key"]),
                version_id=version["VersionId"],
                last_modified=version["LastModified"],
                is_latest=version["IsLatest"],
                size=version["Size"],
                etag=version["ETag"],
            )
            for version in answer.get("Versions", [])
        ]
        markers = [
            ObjectVersion(
                key=self._relative(marker["Key"]),
                version_id=marker["VersionId"],
                last_modified=marker["LastModified"],
                is_latest=marker["IsLatest"],
                is_delete_marker=True,
            )
            for marker in answer.get("DeleteMarkers", [])
        ]
        return VersionPage(
            tuple(sorted([*versions, *markers], key=_newest_first)),
            tuple(self._relative(each["Prefix"]) for each in answer.get("CommonPrefixes", [])),
            next_token,
        )

    def versions(self, key: str) -> Iterator[ObjectVersion]:
        """Return the versions and delete markers of one object, the latest first."""
        token = ""
        while True:
            page = self.version_page(key, "", _MAX_LISTED, token)
            for version in page.versions:
                if version.key != key:
                    return  # lists are sorted: another object whose key begins with this one
                yield version
            token = page.next_token
            if not token:
                return

    def _relative(self, key: str) -> str:
        return key.removeprefix(self._prefix)


def _check(limit: int) -> None:
    if type(limit) is not int or not 1 <= limit <= _MAX_LISTED:
        raise ValueError(f"`limit` must be between 1 and {_MAX_LISTED}, got: {limit!r}")


def _newest_first(version: ObjectVersion) -> tuple[str, bool, float]:
    """Return the order of S3, which boto3 loses by listing markers apart."""
    return version.key, not version.is_latest, -version.last_modified.timestamp()


def _version_token(answer: "ListObjectVersionsOutputTypeDef") -> str:
    """Return where a list continues: a version id, which has no slash, and the key."""
    if not answer["IsTruncated"]:
        return ""
    return f"{answer.get('NextVersionIdMarker', '')}/{answer['NextKeyMarker']}"
