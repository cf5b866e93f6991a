"""Objects, versions and pages of lists."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True)
class ObjectInfo:
    """The properties of an object.

    Attributes:
        key: Its key, without the store's prefix.
        size: Its size in bytes.
        etag: The entity tag of its content, for conditions.
        last_modified: When it was written.
        content_type: Its media type; empty in lists, which do not have it.
        metadata: The application's metadata; None in lists.
        version_id: Its version; empty in a bucket without versioning.
        cache_control: Its ``Cache-Control``; empty if it has none, and in lists.
        content_disposition: Its ``Content-Disposition``; empty if it has none, and in lists.
        expires: Its ``Expires``; None if it has none or no date, and in lists.
        storage_class: Its storage class, such as ``STANDARD``.
    """

    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str = ""
    metadata: Mapping[str, str] | None = None
    version_id: str = ""
    cache_control: str = ""
    content_disposition: str = ""
    expires: datetime | None = None
    storage_class: str = ""


@dataclass(frozen=True)
class StoredObject:
    """An object with its content."""

    info: ObjectInfo
    body: bytes

    @property
    def text(self) -> str:
        """The content as UTF-8."""
        return self.body.decode()

    def json(self) -> Json:
        """Return the content as JSON."""
        found: Json = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Attributes:
        objects: The objects.
        prefixes: The folders, if a delimiter was given.
        next_token: The token of the next page; empty on the last one.
    """

    objects: tuple[ObjectInfo, ...]
    prefixes: tuple[str, ...]
    next_token: str


@dataclass(frozen=True)
class ObjectVersion:
    """A version of an object, or a delete marker, which hides the versions before it.

    Attributes:
        key: The object's key, without the store's prefix.
        version_id: The version; ``null`` if written while versioning was off.
        last_modified: When it was written.
        is_latest: Whether a request without a version gets it.
        is_delete_marker: Whether it is a delete marker, which has no content.
        size: Its size in bytes.
        etag: The entity tag of its content; empty for a delete marker.
    """

    key: str
    version_id: str
    last_modified: datetime
    is_latest: bool
    is_delete_marker: bool = False
    size: int = 0
    etag: str = ""


@dataclass(frozen=True)
class VersionPage:
    """A page of a list of versions.

    Attributes:
        versions: Versions and delete markers in the order of their keys, the latest first.
        prefixes: The folders, if a delimiter was given.
        next_token: The token of the next page; empty on the last one.
    """

    versions: tuple[ObjectVersion, ...]
    prefixes: tuple[str, ...]
    next_token: str


def encode_json(value: Json) -> bytes:
    """Return a value as JSON that gives it back.

    Raises:
        TypeError: JSON has no such type, or a key is no text: two keys could become one.
        ValueError: The value contains a NaN or an infinity, or itself, or is too deep.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except RecursionError:
        raise ValueError("`value` must not be nested so deeply") from None
    values: list[object] = [value]
    for each in values:
        if isinstance(each, Mapping):
            for key in each:
                if not isinstance(key, str):
                    raise TypeError(f"`value` must have text as keys, got: {key!r}")
            values.extend(each.values())
        elif isinstance(each, list | tuple):
            values.extend(each)
    return text.encode()
