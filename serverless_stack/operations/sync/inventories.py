"""Reading what is in a location."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

from serverless_stack.operations.sync import indexes
from serverless_stack.operations.sync.headers import Wanted, digest
from serverless_stack.operations.sync.locations import RESERVED, Bucket, Folder
from serverless_stack.operations.sync.planning import Item, Side

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PARALLEL = 8
_BLOCK = 1 << 20


def s3_client(parallel: int = PARALLEL) -> "S3Client":
    """A client with a connection for every thread, time-outs and retries."""
    import botocore.session
    from botocore.config import Config

    session = botocore.session.get_session()
    # The parser of dates that botocore has takes a third of the time of listing a bucket.
    factory = session.get_component("response_parser_factory")
    factory.set_parser_defaults(timestamp_parser=_date)
    # boto3's own client is this one, with transfers in parts, which `applying` adds where needed.
    made = session.create_client(
        "s3",
        config=Config(
            max_pool_connections=parallel + 4,
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 8},
        ),
    )
    return cast("S3Client", made)


def _date(text: str) -> datetime:
    """A date of S3: ISO 8601 in documents, RFC 9110 in headers."""
    if text[:4].isdigit():
        return datetime.fromisoformat(text)
    return parsedate_to_datetime(text)


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
    if isinstance(location, Folder):
        return _folder(location, wanted)
    return _bucket(location, headers, client or s3_client(parallel), parallel)


def content_of(path: Path) -> tuple[str, int]:
    """The MD5 of a file, which S3 gives as the tag of most objects, and its size."""
    found, size = hashlib.md5(usedforsecurity=False), 0
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            found.update(block)
            size += len(block)
    return found.hexdigest(), size


def _folder(folder: Folder, wanted: Wanted | None) -> Side:
    files = {}
    for root, _folders, names in os.walk(folder.path, followlinks=True, onerror=_raise):
        below = "" if root == str(folder.path) else Path(root).relative_to(folder.path).as_posix()
        for name in names:
            files[f"{below}/{name}" if below else name] = Path(root, name)
    items = {}
    for key, path in files.items():
        content, size = content_of(path)
        headers = None if wanted is None else digest(wanted.arguments(key, files))
        items[key] = Item(key, size, content, headers)
    return Side(folder, items)


def _raise(error: OSError) -> NoReturn:
    raise error


def _bucket(bucket: Bucket, headers: bool, client: "S3Client", parallel: int) -> Side:
    index = indexes.read(client, bucket)
    items: dict[str, Item] = {}
    pages = client.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket.name, Prefix=bucket.prefix):
        for each in page.get("Contents", []):
            key, etag = each["Key"].removeprefix(bucket.prefix), each["ETag"].strip('"')
            if each["Key"].startswith(RESERVED) or not key or key.endswith("/"):
                continue  # no content, but what consoles make to show a folder
            known = index.get(key, etag, each["LastModified"])
            plain = etag if len(etag) == 32 else None
            content = known.content if known else plain
            items[key] = Item(key, each["Size"], content, known.headers if known else None, etag)
    unknown = [item for item in items.values() if headers and item.headers is None]
    if unknown:
        with ThreadPoolExecutor(parallel) as pool:
            for item in pool.map(lambda item: _asked(client, bucket, item), unknown):
                items[item.key] = item
    indexed = not unknown and items.keys() == index.entries.keys()
    return Side(bucket, items, indexed)


def _asked(client: "S3Client", bucket: Bucket, item: Item) -> Item:
    answer = client.head_object(Bucket=bucket.name, Key=f"{bucket.prefix}{item.key}")
    return Item(item.key, item.size, item.content, digest(dict(answer)), item.etag)
