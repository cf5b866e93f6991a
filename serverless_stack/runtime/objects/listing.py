"""Lists of objects and of their versions, page by page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from serverless_stack.runtime.objects import requests
from serverless_stack.runtime.objects.errors import ObjectError, told
from serverless_stack.runtime.objects.models import ObjectInfo, ObjectVersion, Page, VersionPage

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef

_LISTED_AT_ONCE = 1000  # "ListObjectsV2", "ListObjectVersions"


class Listing:
    """The lists of a bucket, with keys that are relative to a prefix.

    Args:
        client: A client of S3.
        bucket: The bucket.
        prefix: What comes before every key.
    """

    def __init__(self, client: "S3Client", bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def page(self, prefix: str, delimiter: str, limit: int, token: str) -> Page:
        """A part of the objects."""
        _check(limit)
        with told("listing", prefix):
            answer = self._client.list_objects_v2(
                Bucket=self._bucket,
                Prefix=f"{self._prefix}{prefix}",
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

    def version_page(self, prefix: str, delimiter: str, limit: int, token: str) -> VersionPage:
        """A part of the versions and delete markers.

        Raises:
            ValueError: If the limit is out of range.
            ObjectError: If the list does not go on.
        """
        _check(limit)
        with told("listing the versions of", prefix):
            answer = self._client.list_object_versions(
                Bucket=self._bucket,
                Prefix=f"{self._prefix}{prefix}",
                MaxKeys=limit,
                **_version_arguments(delimiter, token),
            )
        next_token = _version_token(answer)
        if token and next_token == token:
            raise ObjectError(f"listing the versions of {prefix!r}: the list does not go on")
        versions = [
            ObjectVersion(
                key=self._own(each["Key"]),
                version_id=each["VersionId"],
                last_modified=each["LastModified"],
                is_latest=each["IsLatest"],
                size=each["Size"],
                etag=each["ETag"],
            )
            for each in answer.get("Versions", [])
        ]
        markers = [
            ObjectVersion(
                key=self._own(each["Key"]),
                version_id=each["VersionId"],
                last_modified=each["LastModified"],
                is_latest=each["IsLatest"],
                is_delete_marker=True,
            )
            for each in answer.get("DeleteMarkers", [])
        ]
        return VersionPage(
            tuple(sorted([*versions, *markers], key=_newest_first)),
            tuple(self._own(each["Prefix"]) for each in answer.get("CommonPrefixes", [])),
            next_token,
        )

    def versions(self, key: str) -> Iterator[ObjectVersion]:
        """The versions and delete markers of one object, the latest first."""
        token = ""
        while True:
            page = self.version_page(key, "", _LISTED_AT_ONCE, token)
            for each in page.versions:
                if each.key != key:
                    return  # lists are sorted: other objects whose keys begin with this one
                yield each
            token = page.next_token
            if not token:
                return

    def _own(self, key: str) -> str:
        return key.removeprefix(self._prefix)


def _check(limit: int) -> None:
    if not 1 <= limit <= _LISTED_AT_ONCE:
        raise ValueError(f"`limit` must be 1–{_LISTED_AT_ONCE}, got: {limit}")  # noqa: RUF001


def _newest_first(version: ObjectVersion) -> tuple[str, bool, float]:
    """The order of S3, which boto3 loses by giving versions and markers apart."""
    return version.key, not version.is_latest, -version.last_modified.timestamp()


def _version_token(answer: "ListObjectVersionsOutputTypeDef") -> str:
    """Where a list goes on: a version id, which has no slash, and the key."""
    if not answer["IsTruncated"]:
        return ""
    return f"{answer.get('NextVersionIdMarker', '')}/{answer['NextKeyMarker']}"


def _version_arguments(delimiter: str, token: str) -> dict[str, requests.Raw]:
    """How a list is folded, and where it goes on."""
    version_id, _slash, key = token.partition("/")
    named = {"Delimiter": delimiter, "KeyMarker": key, "VersionIdMarker": version_id}
    return {name: value for name, value in named.items() if value}
