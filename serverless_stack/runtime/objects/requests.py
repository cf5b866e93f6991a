"""The arguments of requests to S3, and what its answers say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from serverless_stack.runtime.objects.errors import ObjectError
from serverless_stack.runtime.objects.models import ObjectInfo

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Raw: TypeAlias = Any  # what boto3 gives
_MAX_METADATA_BYTES = 2048  # "Working with object metadata"


class Written(TypedDict, total=False):
    """What is kept beside the bytes of an object."""

    ContentType: str
    CacheControl: str
    Metadata: dict[str, str]


@dataclass(frozen=True)
class Conditions:
    """When a request is to be done at all ("Conditional requests").

    Attributes:
        if_match: Only while the object has this tag.
        if_none_match: Only if the object has another tag.
        if_modified_since: Only if it was written later.
        if_unmodified_since: Only if it was not written later.
        create_only: Write only if there is no object yet.
    """

    if_match: str = ""
    if_none_match: str = ""
    if_modified_since: datetime | None = None
    if_unmodified_since: datetime | None = None
    create_only: bool = False

    def for_reading(self) -> dict[str, Raw]:
        """The arguments of a request that reads.

        Raises:
            ValueError: If a condition is one for writing.
        """
        if self.create_only:
            raise ValueError("`create_only` must be False for reading, got: True")
        named = {
            "IfMatch": self.if_match,
            "IfNoneMatch": self.if_none_match,
            "IfModifiedSince": self.if_modified_since,
            "IfUnmodifiedSince": self.if_unmodified_since,
        }
        return {name: value for name, value in named.items() if value}

    def for_writing(self) -> dict[str, Raw]:
        """The arguments of a request that writes.

        Raises:
            ValueError: If a condition is one for reading.
        """
        if self.if_none_match or self.if_modified_since or self.if_unmodified_since:
            raise ValueError("conditions must be `if_match` or `create_only` for writing")
        if self.create_only and self.if_match:
            raise ValueError("`create_only` must be False with `if_match`, got: True")
        if self.create_only:
            return {"IfNoneMatch": "*"}
        return {"IfMatch": self.if_match} if self.if_match else {}


ALWAYS = Conditions()
"""No condition at all."""


def s3_client() -> "S3Client":
    """A client that gives up in time for a function to answer."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        config=Config(
            connect_timeout=2,
            read_timeout=10,
            retries={"mode": "standard", "max_attempts": 3},
            signature_version="s3v4",
        ),
    )


def write_arguments(
    content_type: str, metadata: Mapping[str, str] | None, cache_control: str
) -> Written:
    """What is kept beside the bytes.

    Raises:
        ValueError: If the metadata is not ASCII, or too large.
    """
    arguments: Written = {}
    if content_type:
        arguments["ContentType"] = content_type
    if cache_control:
        arguments["CacheControl"] = cache_control
    for name, value in (metadata or {}).items():
        if not (name.isascii() and value.isascii() and value.isprintable()):
            raise ValueError(f"`metadata` must be printable ASCII, got: {name!r}: {value!r}")
    size = sum(len(name) + len(value) for name, value in (metadata or {}).items())
    if size > _MAX_METADATA_BYTES:
        raise ValueError(f"`metadata` must be {_MAX_METADATA_BYTES} bytes at most, got: {size}")
    if metadata:
        arguments["Metadata"] = dict(metadata)
    return arguments


_KEPT = (
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "Expires",
    "SSEKMSKeyId",
    "ServerSideEncryption",
    "StorageClass",
    "WebsiteRedirectLocation",
)


def kept_arguments(before: Mapping[str, Raw]) -> dict[str, Raw]:
    """What a copy of an object onto itself has to name to keep it, and that it is still the same.

    Args:
        before: The answer of ``HeadObject``.

    Returns:
        The arguments of the copy.
    """
    kept = {name: before[name] for name in _KEPT if before.get(name)}
    return {**kept, "CopySourceIfMatch": before["ETag"]}


def range_arguments(first: int | None, last: int | None) -> dict[str, Raw]:
    """The part that is read.

    Raises:
        ValueError: If it is none.
    """
    if first is None and last is None:
        return {}
    start = 0 if first is None else first
    if start < 0 and last is not None:
        raise ValueError(f"`last` must be None with a negative `first`, got: {last}")
    if last is not None and last < start:
        raise ValueError(f"`last` must be {start} or more, got: {last}")
    if start < 0:
        return {"Range": f"bytes={start}"}
    return {"Range": f"bytes={start}-{'' if last is None else last}"}


def list_arguments(delimiter: str, token: str) -> dict[str, Raw]:
    """How a list is folded, and where it goes on."""
    named = {"Delimiter": delimiter, "ContinuationToken": token}
    return {name: value for name, value in named.items() if value}


def version_arguments(version_id: str) -> dict[str, Raw]:
    """The version that is meant."""
    return {"VersionId": version_id} if version_id else {}


def info(key: str, answer: Mapping[str, Raw]) -> ObjectInfo:
    """What an answer tells about an object."""
    whole = str(answer.get("ContentRange", "")).rpartition("/")[2]
    return ObjectInfo(
        key=key,
        size=int(whole) if whole.isdigit() else answer["ContentLength"],
        etag=answer["ETag"],
        last_modified=answer["LastModified"],
        content_type=answer.get("ContentType", ""),
        metadata=answer.get("Metadata", {}),
        version_id=answer.get("VersionId", ""),
    )


def date_of(answer: Mapping[str, Raw]) -> datetime:
    """When S3 answered."""
    text = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(text) if text else datetime.now(UTC)


def raise_first(errors: Sequence[Mapping[str, Raw]]) -> None:
    """Raise if some objects could not be deleted."""
    if errors:
        first = errors[0]
        raise ObjectError(
            f"{len(errors)} objects could not be deleted, such as {first.get('Key')!r}: "
            f"{first.get('Code')} {first.get('Message')}"
        )
