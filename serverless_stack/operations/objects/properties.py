"""The properties of what is written to a bucket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from serverless_stack._shared.content.headers import content_type_of
from serverless_stack._shared.content.properties import (
    check_header,
    check_storage_class,
    checked_metadata,
)

_ENCRYPTIONS: Final = ("AES256", "aws:kms", "aws:kms:dsse")  # "PutObject"


@dataclass(frozen=True)
class ObjectProperties:
    """Headers, metadata, storage class and encryption of objects.

    Attributes:
        content_type: The media type. Default: by the file's extension; unchanged for a copy.
        cache_control: The ``Cache-Control`` header. Default: none; unchanged for a copy. So are
            the other headers.
        content_disposition: The ``Content-Disposition`` header.
        content_encoding: The ``Content-Encoding`` header.
        content_language: The ``Content-Language`` header.
        expires: The ``Expires`` header.
        metadata: The application's metadata: ASCII, 2 KB in total. Default: none; unchanged for a
            copy.
        storage_class: The storage class. Default: ``STANDARD``.
        encryption: ``AES256``, ``aws:kms`` or ``aws:kms:dsse``. Default: that of the bucket.
        kms_key: The id or ARN of a KMS key. Default: that of the bucket.

    Raises:
        ValueError: S3 would refuse some of them; all are named.
    """

    content_type: str = ""
    cache_control: str = ""
    content_disposition: str = ""
    content_encoding: str = ""
    content_language: str = ""
    expires: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    storage_class: str = ""
    encryption: str = ""
    kms_key: str = ""

    def __post_init__(self) -> None:
        """Check all of them."""
        problems = []
        headers = ("type", "disposition", "encoding", "language")
        for name in ("cache_control", *(f"content_{header}" for header in headers)):
            try:
                check_header(name, getattr(self, name))
            except ValueError as error:
                problems.append(str(error))
        try:
            checked_metadata(self.metadata)
        except ValueError as error:
            problems.append(str(error))
        try:
            if self.storage_class:
                check_storage_class(self.storage_class)
        except ValueError as error:
            problems.append(str(error))
        if self.encryption and self.encryption not in _ENCRYPTIONS:
            names = ", ".join(_ENCRYPTIONS)
            problems.append(f"`encryption` must be one of {names}, got: {self.encryption!r}")
        if self.kms_key and not self.encryption.startswith("aws:kms"):
            problems.append("`kms_key` must be used with the encryption aws:kms or aws:kms:dsse")
        if problems:
            raise ValueError("; ".join(problems))

    def __bool__(self) -> bool:
        return bool(self.arguments())

    def arguments(self) -> dict[str, object]:
        """Return the arguments of ``PutObject`` and ``CopyObject`` for what is given."""
        given = {
            "ContentType": self.content_type,
            "CacheControl": self.cache_control,
            "ContentDisposition": self.content_disposition,
            "ContentEncoding": self.content_encoding,
            "ContentLanguage": self.content_language,
            "Expires": self.expires,
            "Metadata": checked_metadata(self.metadata),
            "StorageClass": self.storage_class,
            "ServerSideEncryption": self.encryption,
            "SSEKMSKeyId": self.kms_key,
        }
        return {name: value for name, value in given.items() if value}

    def arguments_for(self, key: str) -> dict[str, object]:
        """Return the arguments for the upload of a file, with a media type by its extension."""
        return {"ContentType": content_type_of(key), **self.arguments()}
