"""Reading what is in a location."""

import hashlib
import os
from collections.abc import Container, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from serverless_stack.operations.sync import indexes
from serverless_stack.operations.sync.headers import Wanted, digest
from serverless_stack.operations.sync.items import Item, Items
from serverless_stack.operations.sync.locations import RESERVED, Bucket, Folder
from serverless_stack.operations.sync.planning import Side
from serverless_stack.operations.sync.store import PARALLEL, Store

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_BLOCK = 1 << 18
_AT_ONCE = 1000


def inventory(
    location: Folder | Bucket,
    *,
    wanted: Wanted | None = None,
    headers: bool = True,
    client: "S3Client | None" = None,
    parallel: int = PARALLEL,
) -> Side:
    """Read what is in a location.

    Args:
        location: The folder, or the part of a bucket.
        wanted: For a folder, the headers that its files get; None leaves headers out.
        headers: For a bucket, whether headers matter: those that no index knows are asked for.
        client: A client of S3; made when it is needed by default.
        parallel: How many requests at a time.

    Returns:
        The items of the location.

    Raises:
        OSError: If a file cannot be read.
        botocore.exceptions.ClientError: If the bucket cannot.
    """
    return look(location, Store(client, parallel), wanted=wanted, headers=headers)


def look(location: Folder | Bucket, store: Store, *, wanted: Wanted | None, headers: bool) -> Side:
    """Read what is in a location, as `inventory`, from a store that is there already."""
    if isinstance(location, Folder):
        return _folder(location, wanted)
    return _bucket(location, store, headers)


def _folder(folder: Folder, wanted: Wanted | None) -> Side:
    files = _Files(str(folder.path))
    buffer = memoryview(bytearray(_BLOCK))
    digests: dict[tuple[tuple[str, object], ...], str] = {}
    items = Items()
    for key in files.in_order():
        content, size = _content(files.path(key), buffer)
        headers = None
        if wanted is not None:
            arguments = wanted.arguments(key, files)
            fields = tuple(arguments.items())
            headers = digests.get(fields) or digests.setdefault(fields, digest(arguments))
        items.add(Item(key, size, content, headers))
    return Side(folder, items)


class _Files(Container[str]):
    """The files below a folder, and links to files."""

    def __init__(self, base: str) -> None:
        self._base = base

    def path(self, key: str) -> str:
        return f"{self._base}/{key}"

    def __contains__(self, key: object) -> bool:
        return os.path.isfile(self.path(str(key)))

    def in_order(self, below: str = "") -> Iterator[str]:
        """The keys in their order, one folder at a time."""
        with os.scandir(self.path(below)) as found:
            # With its slash, a folder sorts as the keys below it do.
            names = sorted(f"{each.name}/" if each.is_dir() else each.name for each in found)
        for name in names:
            if name.endswith("/"):
                yield from self.in_order(below + name)
            else:
                yield below + name


def _content(path: str, buffer: memoryview) -> tuple[str, int]:
    """The MD5 of a file, which S3 gives as the tag of most objects, and its size."""
    found, size = hashlib.md5(usedforsecurity=False), 0
    file = os.open(path, os.O_RDONLY)  # a file object takes a third longer for small files
    try:
        while length := os.readv(file, (buffer,)):
            found.update(buffer[:length])
            size += length
    finally:
        os.close(file)
    return found.hexdigest(), size


def _bucket(bucket: Bucket, store: Store, headers: bool) -> Side:
    index = indexes.read(store, bucket)
    items, listed, unknown = Items(), _items(bucket, store, index), 0
    while batch := list(islice(listed, _AT_ONCE)):
        asked = [item for item in batch if headers and item.headers is None]
        unknown += len(asked)
        told = _told(bucket, store, asked)
        for item in batch:
            items.add(told.get(item.key, item))
    index.close()
    return Side(bucket, items.settled(), indexed=not unknown and not index.idle)


def _items(bucket: Bucket, store: Store, index: indexes.Index) -> Iterator[Item]:
    for each in store.list(bucket.name, bucket.prefix):
        key = each.key.removeprefix(bucket.prefix)
        if each.key.startswith(RESERVED) or not key or key.endswith("/"):
            continue  # no content, but what consoles make to show a folder
        known = index.get(key, each.etag, each.modified)
        plain = each.etag if len(each.etag) == 32 else None
        content = known.content if known else plain
        yield Item(key, each.size, content, known.headers if known else None, each.etag)


def _told(bucket: Bucket, store: Store, items: Sequence[Item]) -> dict[str, Item]:
    """The items with their headers, which S3 is asked for one by one."""
    if not items:
        return {}
    from concurrent.futures import ThreadPoolExecutor

    client = store.client

    def ask(item: Item) -> Item:
        answer = client.head_object(Bucket=bucket.name, Key=f"{bucket.prefix}{item.key}")
        return Item(item.key, item.size, item.content, digest(dict(answer)), item.etag)

    with ThreadPoolExecutor(store.parallel) as pool:
        return {item.key: item for item in pool.map(ask, items)}
