"""The properties of objects as arguments of requests, checked before anything is sent."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate
from typing import TYPE_CHECKING, TypedDict, cast

from serverless_stack._shared.content import properties as shared
from serverless_stack.runtime.arguments import check_kind, check_text, check_texts
from serverless_stack.runtime.objects.requests import Raw, given

if TYPE_CHECKING:
    from mypy_boto3_s3.literals import StorageClassType

# What a copy of an object onto itself has to name to keep it.
_COPIED = (
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "SSEKMSKeyId",
    "ServerSideEncryption",
    "StorageClass",
    "WebsiteRedirectLocation",
)
_OVERRIDES = {
    "cache-control": "ResponseCacheControl",
    "content-disposition": "ResponseContentDisposition",
    "content-encoding": "ResponseContentEncoding",
    "content-language": "ResponseContentLanguage",
    "content-type": "ResponseContentType",
    "expires": "ResponseExpires",
}


class Properties(TypedDict, total=False):
    """The properties of an object besides its content."""

    ContentType: str
    CacheControl: str
    ContentDisposition: str
    Expires: datetime
    Metadata: dict[str, str]
    StorageClass: "StorageClassType"


def properties(
    content_type: str = "",
    metadata: Mapping[str, str] | None = None,
    cache_control: str = "",
    content_disposition: str = "",
    expires: datetime | None = None,
    storage_class: str = "",
) -> Properties:
    """Return the arguments for the properties of an object.

    Raises:
        ValueError: S3 would refuse or change one of them.
    """
    check_texts(
        content_type=content_type,
        cache_control=cache_control,
        content_disposition=content_disposition,
        storage_class=storage_class,
    )
    if metadata is not None:
        check_kind("metadata", metadata, Mapping, "a mapping of names to texts")
    arguments: Properties = {}
    if content_type:
        arguments["ContentType"] = check_header("content_type", content_type)
    if cache_control:
        arguments["CacheControl"] = check_header("cache_control", cache_control)
    if content_disposition:
        arguments["ContentDisposition"] = check_header("content_disposition", content_disposition)
    if expires is not None:
        arguments["Expires"] = _checked_date(expires)
    if metadata:
        arguments["Metadata"] = shared.checked_metadata(metadata)
    if storage_class:
        checked = shared.check_storage_class(storage_class)
        arguments["StorageClass"] = cast("StorageClassType", checked)
    return arguments


def _checked_date(expires: datetime) -> datetime:
    """Return a date that has a time zone: another machine would send another one."""
    check_kind("expires", expires, datetime, "a datetime")
    if expires.tzinfo is None:
        raise ValueError(
            f"`expires` must have a time zone, such as datetime.now(UTC), got: {expires!r}"
        )
    return expires


def check_header(argument: str, value: str) -> str:
    """Return the value of an HTTP header if it can be one.

    Raises:
        ValueError: It is no text, or has control characters or those beyond ISO-8859-1.
    """
    check_text(argument, value)
    return shared.check_header(argument, value)


def response_headers(headers: Mapping[str, str] | None) -> dict[str, Raw]:
    """Return the arguments of a request for headers that replace those of the object.

    Raises:
        ValueError: S3 cannot replace such a header, or a value cannot be one.
    """
    if headers is None:
        return {}
    check_kind("response_headers", headers, Mapping, "a mapping")
    overrides: dict[str, Raw] = {}
    for name, value in headers.items():
        check_text("response_headers", name)
        if name.lower() not in _OVERRIDES:
            raise ValueError(f"`response_headers` must be in {sorted(_OVERRIDES)}, got: {name!r}")
        check_header("response_headers", value)
        if name.lower() == "expires" and parsedate(value) is None:  # boto3 would make one of "2031"
            raise ValueError(f"`response_headers` must have an HTTP date as {name}, got: {value!r}")
        overrides[_OVERRIDES[name.lower()]] = value
    return overrides


def copied_properties(before: Mapping[str, Raw]) -> dict[str, Raw]:
    """Return the arguments of a copy of an object onto itself that keep its other properties.

    Args:
        before: The answer of ``HeadObject``; the copy fails if the object has changed since.
    """
    # boto3 makes no date of an `Expires` such as "0", which would be lost.
    expires = before.get("Expires") or before.get("ExpiresString")
    return {
        **given(Expires=expires, **{name: before.get(name) for name in _COPIED}),
        "CopySourceIfMatch": before["ETag"],
    }
