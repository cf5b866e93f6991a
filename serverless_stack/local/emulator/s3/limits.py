"""What S3 refuses and MiniStack would take: one table, `LIMITS`, of checks by operation.

The codes and messages are those of S3. MiniStack checks the rest itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, unquote

from .configurations import (
    MALFORMED,
    MAX_OBJECT_TAGS,
    bucket_policy,
    bucket_tags,
    cors_rules,
    lifecycle_rules,
    object_tags,
)
from .request import Check, Refusal, Request, tag_problem, xml_elements, xml_text

MAX_KEY_BYTES: Final = 1024
MAX_METADATA_BYTES: Final = 2048
MAX_PUT_BYTES: Final = 5 * 1024**3
MAX_DELETED_KEYS: Final = 1000
MIN_PART_BYTES: Final = 5 * 1024**2
MAX_LISTED: Final = 2**31 - 1
DIGEST_BYTES: Final = {"crc32": 4, "crc32c": 4, "crc64nvme": 8, "sha1": 20, "sha256": 32}
RESERVED_PREFIXES: Final = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_SUFFIXES: Final = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def key_length(request: Request) -> Refusal | None:
    """Check the length of a key in UTF-8."""
    if len(request.key.encode("utf-8", "surrogateescape")) <= MAX_KEY_BYTES:
        return None
    return Refusal("KeyTooLongError", "Your key is too long")


def metadata_size(request: Request) -> Refusal | None:
    """Check the size of all names and values of the user's metadata."""
    prefix = "x-amz-meta-"
    pairs = [(k[len(prefix) :], v) for k, v in request.headers.items() if k.startswith(prefix)]
    if sum(len(name.encode()) + len(value.encode()) for name, value in pairs) <= MAX_METADATA_BYTES:
        return None
    return Refusal(
        "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size"
    )


def body_size(request: Request) -> Refusal | None:
    """Check the size of an object, or of a part."""
    if len(request.body) <= MAX_PUT_BYTES:
        return None
    return Refusal("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")


def header_tags(request: Request) -> Refusal | None:
    """Check the tags of an object in the header of its upload."""
    pairs = parse_qsl(request.headers.get("x-amz-tagging", ""), keep_blank_values=True)
    if len(pairs) > MAX_OBJECT_TAGS:
        return Refusal("BadRequest", "Object tags cannot be greater than 10")
    return tag_problem(pairs)


def put_condition(request: Request) -> Refusal | None:
    """Check that a write depends on the absence of any object, or not at all."""
    if request.headers.get("if-none-match", "*").strip() == "*":
        return None
    return Refusal(
        "NotImplemented",
        "A header you provided implies functionality that is not implemented",
        status=501,
    )


def checksum_form(request: Request) -> Refusal | None:
    """Check that checksums are digests of their algorithm in Base64."""
    for algorithm, size in DIGEST_BYTES.items():
        name = f"x-amz-checksum-{algorithm}"
        value = request.headers.get(name, "").partition("-")[0]
        length = (size + 2) // 3 * 4
        if value and not (BASE64.fullmatch(value) and len(value) == length):
            return Refusal("InvalidRequest", f"Value for {name} header is invalid.")
    return None


def copy_changes(request: Request) -> Refusal | None:
    """Check that a copy of an object onto itself changes something."""
    source, _question, version = request.headers["x-amz-copy-source"].partition("?")
    target = f"{request.bucket}/{request.key}"
    headers = request.headers
    changes = (
        bool(version)
        or headers.get("x-amz-metadata-directive", "").upper() == "REPLACE"
        or any(
            name in ("x-amz-storage-class", "x-amz-website-redirect-location")
            or name.startswith("x-amz-server-side-encryption")
            for name in headers
        )
    )
    if changes or unquote(source).removeprefix("/") != target:
        return None
    return Refusal(
        "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without "
        "changing the object's metadata, storage class, website redirect location or encryption "
        "attributes.",
    )


def directives(request: Request) -> Refusal | None:
    """Check the directives of a copy."""
    for kind in ("metadata", "tagging"):
        value = request.headers.get(f"x-amz-{kind}-directive", "COPY")
        if value not in ("COPY", "REPLACE"):
            return Refusal("InvalidArgument", f"Unknown {kind} directive.")
    return None


def deleted_keys(request: Request) -> Refusal | None:
    """Check the number of keys of a deletion, and their lengths."""
    objects = xml_elements(request.body, "Object")
    if objects is None or not 1 <= len(objects) <= MAX_DELETED_KEYS:
        return MALFORMED
    return None


def completed_parts(request: Request) -> Refusal | None:
    """Check the order of the parts of an upload, and the sizes of all but the last."""
    parts = xml_elements(request.body, "Part")
    if not parts:
        return MALFORMED
    texts = [xml_text(part, "PartNumber") for part in parts]
    if not all(text.isascii() and text.isdigit() for text in texts):
        return MALFORMED
    numbers = [int(text) for text in texts]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        return Refusal(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        )
    sizes = request.part_sizes
    if not all(number in sizes for number in numbers):
        return None  # MiniStack answers InvalidPart or NoSuchUpload
    if any(sizes[number] < MIN_PART_BYTES for number in numbers[:-1]):
        return Refusal(
            "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"
        )
    return None


def listed_keys(request: Request) -> Refusal | None:
    """Check the number of keys that a list asks for."""
    text = request.query.get("max-keys")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]+", text, re.ASCII):
        return Refusal(
            "InvalidArgument", "Provided max-keys not an integer or within integer range"
        )
    if 0 <= int(text) <= MAX_LISTED:
        return None
    return Refusal(
        "InvalidArgument", f"Argument maxKeys must be an integer between 0 and {MAX_LISTED}"
    )


def bucket_name(request: Request) -> Refusal | None:
    """Check that the name of a new bucket is not reserved. MiniStack checks its form."""
    name = request.bucket
    if name.startswith(RESERVED_PREFIXES) or name.endswith(RESERVED_SUFFIXES):
        return Refusal("InvalidBucketName", "The specified bucket is not valid.")
    return None


UPLOAD: Final[tuple[Check, ...]] = (metadata_size, header_tags)
LIMITS: Final[Mapping[str, Sequence[Check]]] = {
    "PutObject": (*UPLOAD, body_size, put_condition, checksum_form),
    "CopyObject": (*UPLOAD, directives, copy_changes),
    "CreateMultipartUpload": UPLOAD,
    "UploadPart": (body_size, checksum_form),
    "CompleteMultipartUpload": (put_condition, completed_parts),
    "PutObjectTagging": (object_tags,),
    "DeleteObjects": (deleted_keys,),
    "CreateBucket": (bucket_name,),
    "ListObjects": (listed_keys,),
    "PutBucketTagging": (bucket_tags,),
    "PutBucketCors": (cors_rules,),
    "PutBucketLifecycle": (lifecycle_rules,),
    "PutBucketPolicy": (bucket_policy,),
}
"""The checks of each operation, in order. The first refusal counts."""


def operation_of(request: Request) -> str:
    """Return the operation of a request, as far as it is in the table; else an empty text."""
    match: Callable[[str], bool] = request.query.__contains__
    rules: tuple[tuple[str, bool, str], ...]
    if request.key:
        copies = "x-amz-copy-source" in request.headers
        rules = (
            ("PUT", match("partNumber"), "" if copies else "UploadPart"),
            ("PUT", match("tagging"), "PutObjectTagging"),
            ("PUT", not request.has_subresource, "CopyObject" if copies else "PutObject"),
            ("POST", match("uploads"), "CreateMultipartUpload"),
            ("POST", match("uploadId"), "CompleteMultipartUpload"),
        )
    else:
        rules = (
            ("POST", match("delete"), "DeleteObjects"),
            ("PUT", match("tagging"), "PutBucketTagging"),
            ("PUT", match("cors"), "PutBucketCors"),
            ("PUT", match("lifecycle"), "PutBucketLifecycle"),
            ("PUT", match("policy"), "PutBucketPolicy"),
            ("PUT", not request.has_subresource, "CreateBucket"),
            ("GET", not request.has_subresource, "ListObjects"),
        )
    found = (name for method, applies, name in rules if method == request.method and applies)
    return next(found, "")


def refusal(request: Request) -> Refusal | None:
    """Return why S3 refuses a request; None if it exceeds no limit."""
    checks = (key_length, *LIMITS.get(operation_of(request), ()))
    return next((found for check in checks if (found := check(request)) is not None), None)
