"""Lists of objects, of their versions or of buckets, as a table and as JSON."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rich.table import Table
from rich.text import Text

from serverless_stack._shared.text import counted, visible_line
from serverless_stack.cli.output import table
from serverless_stack.operations.objects import BucketInfo
from serverless_stack.runtime.objects import ObjectInfo, ObjectReader, ObjectVersion

_PAGE = 1000
_STEP = 1024
Shown: TypeAlias = Callable[[int], str]


@dataclass(frozen=True)
class Listing:
    """A list of objects, of versions or of buckets.

    Attributes:
        content: The list for JSON.
        table: The list as a table.
        summary: The line below the table.
        is_empty: Whether the list is empty.
    """

    content: dict[str, object]
    table: Table
    summary: str
    is_empty: bool


def decimal_size(size: int) -> str:
    """Return a size in bytes."""
    return f"{size:,}"


def binary_size(size: int) -> str:
    """Return a size in the largest unit of 1024 bytes and its powers, such as ``1.5 MiB``."""
    number, units = float(size), ["KiB", "MiB", "GiB", "TiB", "PiB"]
    if size < _STEP:
        return f"{size} B"
    while number >= _STEP and units:
        number /= _STEP
        unit = units.pop(0)
    return f"{number:.1f} {unit}"


def bucket_list(buckets: Sequence[BucketInfo], limit: int) -> Listing:
    """List buckets.

    Args:
        buckets: The buckets.
        limit: The maximum number of them.
    """
    buckets = buckets[:limit]
    listed_buckets = table("created", "region", "bucket")
    for bucket in buckets:
        name = Text(visible_line(bucket.name))
        listed_buckets.add_row(_when(bucket.created), bucket.region, name)
    listed = [
        {"name": item.name, "created": item.created.isoformat(), "region": item.region}
        for item in buckets
    ]
    summary = counted(len(buckets), "bucket")
    return Listing({"buckets": listed}, listed_buckets, summary, not buckets)


def object_list(
    store: ObjectReader, prefix: str, delimiter: str, limit: int, shown: Shown
) -> Listing:
    """List objects.

    Args:
        store: The bucket.
        prefix: The prefix of the keys.
        delimiter: The end of a folder's name. Empty: list what is in folders as well.
        limit: The maximum number of objects.
        shown: Returns a size as text.
    """
    folders: list[str] = []
    objects: list[ObjectInfo] = []
    token = ""
    while True:
        left = min(_PAGE, limit - len(objects))
        page = store.page(prefix, delimiter=delimiter, limit=left, token=token)
        folders += page.prefixes
        objects += page.objects
        token = page.next_token
        if not token or len(objects) >= limit:
            break
    listed = [
        {
            "key": item.key,
            "size": item.size,
            "last_modified": item.last_modified.isoformat(),
            "storage_class": item.storage_class,
            "etag": item.etag.strip('"'),
        }
        for item in objects
    ]
    rows = _table(folders, "modified", "bytes", "key")
    for item in objects:
        rows.add_row(_when(item.last_modified), shown(item.size), Text(visible_line(item.key)))
    total = sum(item.size for item in objects)
    return Listing(
        {"prefixes": folders, "objects": listed},
        rows,
        ", ".join(
            (
                counted(len(objects), "object"),
                counted(total, "byte"),
                counted(len(folders), "folder"),
            )
        ),
        not folders and not objects,
    )


def version_list(
    store: ObjectReader, prefix: str, delimiter: str, limit: int, shown: Shown
) -> Listing:
    """List versions of objects and delete markers, the latest of each object first.

    Args:
        store: The bucket.
        prefix: The prefix of the keys.
        delimiter: The end of a folder's name. Empty: list what is in folders as well.
        shown: Returns a size as text.
        limit: The maximum number of versions.
    """
    folders: list[str] = []
    versions: list[ObjectVersion] = []
    token = ""
    while True:
        page = store.version_page(prefix, delimiter=delimiter, limit=_PAGE, token=token)
        folders += page.prefixes
        versions += page.versions
        token = page.next_token
        if not token or len(versions) >= limit:
            break
    del versions[limit:]
    listed = [
        {
            "key": version.key,
            "version_id": version.version_id,
            "latest": version.is_latest,
            "delete_marker": version.is_delete_marker,
            "size": version.size,
            "last_modified": version.last_modified.isoformat(),
        }
        for version in versions
    ]
    rows = _table(folders, "modified", "bytes", "version", "state", "key")
    for version in versions:
        marks = {"latest": version.is_latest, "delete marker": version.is_delete_marker}
        rows.add_row(
            _when(version.last_modified),
            "" if version.is_delete_marker else shown(version.size),
            Text(visible_line(version.version_id)),
            ", ".join(name for name, holds in marks.items() if holds),
            Text(visible_line(version.key)),
        )
    markers = sum(version.is_delete_marker for version in versions)
    total = sum(version.size for version in versions)
    return Listing(
        {"prefixes": folders, "versions": listed},
        rows,
        ", ".join(
            (
                counted(len(versions) - markers, "version"),
                counted(markers, "delete marker"),
                counted(total, "byte"),
                counted(len(folders), "folder"),
            )
        ),
        not folders and not versions,
    )


def _table(folders: list[str], *columns: str) -> Table:
    """Return a table that begins with the folders, in the last column."""
    objects = table(*columns, right=["bytes"])
    for column in objects.columns[2:]:
        column.no_wrap, column.overflow = False, "fold"  # an id that is cut is of no use
    for folder in folders:
        objects.add_row(*[""] * (len(columns) - 1), Text(visible_line(folder), "bold"))
    return objects


def _when(date: datetime) -> str:
    return date.strftime("%Y-%m-%d %H:%M:%S")
