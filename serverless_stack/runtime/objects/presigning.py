"""Presigned URLs and forms: whoever has one reads or writes one object for a while."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serverless_stack.runtime.arguments import check_text
from serverless_stack.runtime.objects.errors import translated
from serverless_stack.runtime.objects.properties import check_header, properties

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

MAX_SECONDS = 7 * 24 * 3600  # "Download and upload objects with presigned URLs"
_MAX_BYTES = 5 * 1024**3
_MEDIA_TYPE = re.compile(r"[^\s/*;]+/([^\s/*;]+(\s*;.*)?|\*)").fullmatch
_WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*").fullmatch


@dataclass(frozen=True)
class Post:
    """A form: its URL, and its fields, which come before the one with the file."""

    url: str
    fields: Mapping[str, str]


def get(
    client: "S3Client", bucket: str, key: str, seconds: int, overrides: Mapping[str, str]
) -> str:
    """Return a URL that reads an object."""
    _check("expires_in", seconds, 1, MAX_SECONDS)
    with translated("signing", key):
        return client.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key, **overrides}, ExpiresIn=seconds
        )


def put(
    client: "S3Client", bucket: str, key: str, seconds: int, content_type: str, size: int | None
) -> str:
    """Return a URL that writes an object."""
    _check("expires_in", seconds, 1, MAX_SECONDS)
    check_header("content_type", content_type)
    parameters: dict[str, str | int] = {"Bucket": bucket, "Key": key, "ContentType": content_type}
    if size is not None:
        _check("size", size, 0, _MAX_BYTES)
        parameters["ContentLength"] = size
    with translated("signing", key):
        return client.generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds)


def post(
    client: "S3Client",
    bucket: str,
    key: str,
    seconds: int,
    sizes: tuple[int, int],
    content_type: str,
    metadata: Mapping[str, str] | None = None,
    success_redirect: str = "",
) -> Post:
    """Return a form that writes an object."""
    _check("expires_in", seconds, 1, MAX_SECONDS)
    _check("min_size", sizes[0], 0, _MAX_BYTES)
    _check("max_size", sizes[1], sizes[0], _MAX_BYTES)
    check_header("content_type", content_type)
    # S3 replaces it in every field, by a name that the browser chooses.
    for argument, value in (("key", key), ("content_type", content_type)):
        if "${filename}" in value:
            raise ValueError(
                f"`{argument}` must not contain ${{filename}} for a form, got: {value!r}"
            )
    if not _MEDIA_TYPE(content_type):
        raise ValueError(
            "`content_type` must be a media type such as image/png or image/*,"
            f" got: {content_type!r}"
        )
    conditions: list[object] = [["content-length-range", *sizes]]
    fields = {}
    for name, value in properties("", metadata).get("Metadata", {}).items():
        fields[f"x-amz-meta-{name.lower()}"] = value
    check_text("success_redirect", success_redirect)
    if success_redirect:
        if not _WEB_ADDRESS(success_redirect):
            raise ValueError(
                "`success_redirect` must be the https:// or http:// address of a page, "
                f"got: {success_redirect!r}"
            )
        fields["success_action_redirect"] = success_redirect
    for name, value in fields.items():
        if "${filename}" in value:
            raise ValueError(
                f"`metadata` and `success_redirect` must not contain ${{filename}}, got: {value!r}"
            )
        conditions.append({name: value})
    if content_type.endswith("/*"):
        conditions.append(["starts-with", "$Content-Type", content_type[:-1]])
    else:
        conditions.append({"Content-Type": content_type})
        fields["Content-Type"] = content_type
    with translated("signing", key):
        form = client.generate_presigned_post(
            bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=seconds
        )
    return Post(form["url"], form["fields"])


def _check(argument: str, value: int, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(
            f"`{argument}` must be a whole number between {least} and {most}, got: {value!r}"
        )
