"""What `serverless-stack ls` prints: objects, or their versions, as a table and as JSON."""

from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from serverless_stack.runtime.objects import ObjectInfo, ObjectReader, ObjectVersion

_PAGE = 1000


@dataclass(frozen=True)
class Found:
    """A list.

    Attributes:
        content: What is printed as JSON.
        table: What is printed otherwise.
        summary: The line below the table.
        is_empty: Whether there is nothing in it.
    """

    content: dict[str, object]
    table: Table
    summary: str
    is_empty: bool


def object_list(store: ObjectReader, prefix: str, delimiter: str, limit: int) -> Found:
    """List objects.

    Args:
        store: Where they are.
        prefix: What their keys begin with.
        delimiter: What ends the name of a folder; empty lists what is in folders as well.
        limit: The most objects.
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
        {"key": o.key, "size": o.size, "last_modified": o.last_modified.isoformat()}
        for o in objects
    ]
    table = _table(folders, "modified", "bytes", "key")
    for each in objects:
        table.add_row(_when(each.last_modified), f"{each.size:,}", Text(each.key))
    total = sum(each.size for each in objects)
    return Found(
        {"prefixes": folders, "objects": listed},
        table,
        f"{len(objects):,} objects, {total:,} bytes, {len(folders):,} folders",
        not folders and not objects,
    )


def version_list(store: ObjectReader, prefix: str, delimiter: str, limit: int) -> Found:
    """List versions of objects, and delete markers, of each object the latest first.

    Args:
        store: Where they are.
        prefix: What their keys begin with.
        delimiter: What ends the name of a folder; empty lists what is in folders as well.
        limit: The most versions.
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
            "key": each.key,
            "version_id": each.version_id,
            "latest": each.is_latest,
            "delete_marker": each.is_delete_marker,
            "size": each.size,
            "last_modified": each.last_modified.isoformat(),
        }
        for each in versions
    ]
    table = _table(folders, "modified", "bytes", "version", "state", "key")
    for each in versions:
        marks = {"latest": each.is_latest, "delete marker": each.is_delete_marker}
        table.add_row(
            _when(each.last_modified),
            "" if each.is_delete_marker else f"{each.size:,}",
            Text(each.version_id),
            ", ".join(name for name, holds in marks.items() if holds),
            Text(each.key),
        )
    markers = sum(each.is_delete_marker for each in versions)
    total = sum(each.size for each in versions)
    return Found(
        {"prefixes": folders, "versions": listed},
        table,
        f"{len(versions) - markers:,} versions, {markers:,} delete markers, {total:,} bytes, "
        f"{len(folders):,} folders",
        not folders and not versions,
    )


def _table(folders: list[str], *columns: str) -> Table:
    """A table that begins with the folders, in the last column."""
    table = Table(*columns)
    table.columns[columns.index("bytes")].justify = "right"
    for column in table.columns:
        column.overflow = "fold"  # an id that is cut is of no use
    for folder in folders:
        table.add_row(*[""] * (len(columns) - 1), Text(folder, "bold"))
    return table


def _when(date: datetime) -> str:
    return date.strftime("%Y-%m-%d %H:%M:%S")
