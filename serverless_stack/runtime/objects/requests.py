"""The arguments of requests to S3, and what its answers contain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import TextIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from serverless_stack._shared.text import counted
from serverless_stack.runtime.arguments import check_kind, check_methods, check_texts
from serverless_stack.runtime.libraries import boto3_session, load
from serverless_stack.runtime.objects.errors import ObjectError
from serverless_stack.runtime.objects.models import ObjectInfo

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Raw: TypeAlias = Any  # what boto3 gives


@dataclass(frozen=True)
class Conditions:
    """When S3 is to run a request ("Conditional requests").

    Attributes:
        if_match: Only if the object has this entity tag.
        if_none_match: Only if the object has another entity tag.
        if_modified_since: Only if it was written later.
        if_unmodified_since: Only if it was not written later.
        create_only: Write only if the object does not exist.
    """

    if_match: str = ""
    if_none_match: str = ""
    if_modified_since: datetime | None = None
    if_unmodified_since: datetime | None = None
    create_only: bool = False

    def __post_init__(self) -> None:
        """Check the types.

        Raises:
            ValueError: One is of another type.
        """
        check_texts(if_match=self.if_match, if_none_match=self.if_none_match)
        for name in ("if_modified_since", "if_unmodified_since"):
            if (value := getattr(self, name)) is not None:
                check_kind(name, value, datetime, "a datetime")
        check_kind("create_only", self.create_only, bool, "True or False")

    def for_reading(self) -> dict[str, Raw]:
        """Return the arguments of a request that reads.

        Raises:
            ValueError: A condition is for writing only.
        """
        if self.create_only:
            raise ValueError("`create_only` must be False for reading, got: True")
        return given(
            IfMatch=self.if_match,
            IfNoneMatch=self.if_none_match,
            IfModifiedSince=self.if_modified_since,
            IfUnmodifiedSince=self.if_unmodified_since,
        )

    def for_writing(self) -> dict[str, Raw]:
        """Return the arguments of a request that writes.

        Raises:
            ValueError: A condition is for reading only.
        """
        if self.if_none_match or self.if_modified_since or self.if_unmodified_since:
            raise ValueError("conditions must be `if_match` or `create_only` for writing")
        if self.create_only and self.if_match:
            raise ValueError("`create_only` must be False with `if_match`, got: True")
        return given(IfMatch=self.if_match, IfNoneMatch="*" if self.create_only else "")


ALWAYS = Conditions()
"""No condition at all."""


def s3_client() -> "S3Client":
    """Make a client that times out before the function does, for presigned URLs of its region."""
    load("boto3")
    from botocore.config import Config

    def client(addressing_style: Literal["auto", "virtual"]) -> "S3Client":
        # "auto" signs for the region and sends to the global endpoint, which newer regions lack.
        return session.client(
            "s3",
            config=Config(
                connect_timeout=2,
                read_timeout=10,
                retries={"mode": "standard", "max_attempts": 3},
                signature_version="s3v4",
                s3={
                    "addressing_style": addressing_style,
                    "us_east_1_regional_endpoint": "regional",
                },
            ),
        )

    with boto3_session() as session:
        regional = client("virtual")
        host = regional.meta.endpoint_url.partition("://")[2].partition("/")[0]
        # An endpoint such as http://localhost:4566 has no names for buckets.
        is_aws = host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        return regional if is_aws else client("auto")


def check_conditions(conditions: object) -> None:
    """Check that an argument is what says when S3 is to run a request.

    Raises:
        ValueError: It is not.
    """
    check_kind("conditions", conditions, Conditions, "Conditions(…)")


def check_file(file: object, method: str) -> None:
    """Check that an argument is a path, or a file that is open for bytes.

    Raises:
        ValueError: It is neither.
    """
    expected = "a path, or a file that is open for bytes"
    if isinstance(file, TextIOBase):
        raise ValueError(f"`file` must be {expected}, got: {file!r}")
    if not isinstance(file, str | Path):
        check_methods("file", file, (method,), expected)


def given(**arguments: Raw) -> dict[str, Raw]:
    """Return the arguments that are neither empty nor None."""
    return {name: value for name, value in arguments.items() if value}


def byte_range(first: int | None, last: int | None) -> str:
    """Return the ``Range`` of a part of an object; empty for all of it.

    Raises:
        ValueError: The part is empty.
    """
    if first is None and last is None:
        return ""
    for argument, value in (("first", first), ("last", last)):
        if value is not None and type(value) is not int:  # S3 would send the whole object
            raise ValueError(f"`{argument}` must be a whole number, got: {value!r}")
    start = 0 if first is None else first
    if start < 0 and last is not None:
        raise ValueError(f"`last` must be None with a negative `first`, got: {last}")
    if last is not None and last < start:
        raise ValueError(f"`last` must be {start} or more, got: {last}")
    return f"bytes={start}{'' if start < 0 else '-'}{'' if last is None else last}"


def info(key: str, answer: Mapping[str, Raw]) -> ObjectInfo:
    """Return the properties of an object from an answer of ``GetObject`` or ``HeadObject``."""
    size = str(answer.get("ContentRange", "")).rpartition("/")[2]
    return ObjectInfo(
        key=key,
        size=int(size) if size.isdigit() else answer["ContentLength"],
        etag=answer["ETag"],
        last_modified=answer["LastModified"],
        content_type=answer.get("ContentType", ""),
        metadata=answer.get("Metadata", {}),
        version_id=answer.get("VersionId", ""),
        cache_control=answer.get("CacheControl", ""),
        content_disposition=answer.get("ContentDisposition", ""),
        # boto3 makes no date of an `Expires` such as "0".
        expires=answer.get("Expires"),
        storage_class=answer.get("StorageClass", "STANDARD"),  # which S3 does not name
    )


def date_of(answer: Mapping[str, Raw]) -> datetime:
    """Return when S3 answered."""
    text = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(text) if text else datetime.now(UTC)


def raise_first(errors: Sequence[Mapping[str, Raw]]) -> None:
    """Raise an error if objects could not be deleted."""
    if errors:
        first = errors[0]
        raise ObjectError(
            f"{counted(len(errors), 'object')} could not be deleted, such as {first.get('Key')!r}: "
            f"{first.get('Code')} {first.get('Message')}"
        )
