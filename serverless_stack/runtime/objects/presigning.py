"""URLs and forms that let somebody read or write one object for a while."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

MAX_SECONDS = 7 * 24 * 3600  # "Download and upload objects with presigned URLs"
_MAX_BYTES = 5 * 1024**3
_OVERRIDES = {
    "cache-control": "ResponseCacheControl",
    "content-disposition": "ResponseContentDisposition",
    "content-encoding": "ResponseContentEncoding",
    "content-language": "ResponseContentLanguage",
    "content-type": "ResponseContentType",
    "expires": "ResponseExpires",
}


@dataclass(frozen=True)
class Post:
    """A form: where it is sent, and its fields, before the one with the file."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Limits:
    """What may be uploaded."""

    min_size: int
    max_size: int
    content_type: str


def get(client: "S3Client", bucket: str, key: str, seconds: int, headers: Mapping[str, str]) -> str:
    """A URL that reads."""
    _check(seconds)
    unknown = [name for name in headers if name.lower() not in _OVERRIDES]
    if unknown:
        raise ValueError(f"`response_headers` must be of {sorted(_OVERRIDES)}, got: {unknown[0]!r}")
    overrides = {_OVERRIDES[name.lower()]: value for name, value in headers.items()}
    return client.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": key, **overrides}, ExpiresIn=seconds
    )


def put(
    client: "S3Client", bucket: str, key: str, seconds: int, content_type: str, size: int | None
) -> str:
    """A URL that writes."""
    _check(seconds)
    if size is not None and not 0 <= size <= _MAX_BYTES:
        raise ValueError(f"`size` must be 0–{_MAX_BYTES} bytes, got: {size}")  # noqa: RUF001
    parameters: dict[str, str | int] = {"Bucket": bucket, "Key": key, "ContentType": content_type}
    if size is not None:
        parameters["ContentLength"] = size
    return client.generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds)


def post(client: "S3Client", bucket: str, key: str, seconds: int, limits: Limits) -> Post:
    """A form that writes."""
    _check(seconds)
    if not 0 <= limits.min_size <= limits.max_size <= _MAX_BYTES:
        raise ValueError(
            f"`max_size` must be {limits.min_size}–{_MAX_BYTES} bytes, "  # noqa: RUF001
            f"got: {limits.max_size}"
        )
    conditions: list[object] = [["content-length-range", limits.min_size, limits.max_size]]
    fields = {}
    if limits.content_type.endswith("/*"):
        conditions.append(["starts-with", "$Content-Type", limits.content_type[:-1]])
    else:
        conditions.append({"Content-Type": limits.content_type})
        fields["Content-Type"] = limits.content_type
    made = client.generate_presigned_post(
        bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=seconds
    )
    return Post(made["url"], made["fields"])


def _check(seconds: int) -> None:
    if not 1 <= seconds <= MAX_SECONDS:
        raise ValueError(
            f"`expires_in` must be 1–{MAX_SECONDS} seconds, got: {seconds}"  # noqa: RUF001
        )
