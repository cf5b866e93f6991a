"""What there is to know of an object."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True)
class ObjectInfo:
    """What S3 tells about an object.

    Attributes:
        key: Its key, without the store's prefix.
        size: Its size in bytes.
        etag: The tag of its content, for conditions.
        last_modified: When it was written.
        content_type: Its media type; empty in lists, which do not tell.
        metadata: What the application keeps with it.
        version_id: Its version; empty in a bucket without versions.
    """

    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str = ""
    metadata: Mapping[str, str] | None = None
    version_id: str = ""


@dataclass(frozen=True)
class StoredObject:
    """An object with its bytes."""

    info: ObjectInfo
    body: bytes

    @property
    def text(self) -> str:
        """The bytes as UTF-8."""
        return self.body.decode()

    def json(self) -> Json:
        """The bytes as JSON."""
        found: Json = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Page:
    """A part of a list.

    Attributes:
        objects: The objects.
        prefixes: The folders, if a delimiter was given.
        next_token: What gives the next part; empty after the last one.
    """

    objects: tuple[ObjectInfo, ...]
    prefixes: tuple[str, ...]
    next_token: str


@dataclass(frozen=True)
class ObjectVersion:
    """A version of an object, or a delete marker, which hides the versions before it.

    Attributes:
        key: The object's key, without the store's prefix.
        version_id: The version; ``null`` for what was written while the bucket kept none.
        last_modified: When it was written.
        is_latest: Whether a request that names no version gets it.
        is_delete_marker: Whether it is a delete marker: it has no bytes.
        size: Its size in bytes.
        etag: The tag of its content, for conditions; empty for a delete marker.
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
    """A part of a list of versions.

    Attributes:
        versions: The versions and delete markers by their keys, of each the latest first.
        prefixes: The folders, if a delimiter was given.
        next_token: What gives the next part; empty after the last one.
    """

    versions: tuple[ObjectVersion, ...]
    prefixes: tuple[str, ...]
    next_token: str
