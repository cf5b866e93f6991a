"""What is in a location."""

import os
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from serverless_stack._shared.content.headers import Headers, headers_of
from serverless_stack._shared.content.rules import CacheRule, TagRule, matches
from serverless_stack._shared.content.tree import walk
from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.content.manifest import Record
from serverless_stack.operations.content.plan import Item, items_of
from serverless_stack.operations.content.stores import PARALLEL, Store, open_store
from serverless_stack.operations.sync import hashing
from serverless_stack.operations.sync.locations import Bucket, Folder
from serverless_stack.operations.sync.state import State

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PARTIAL = ".serverless-stack-"
"""What the names of files begin with that are being downloaded. They are no content."""


@dataclass(frozen=True)
class HeaderRules:
    """The headers of uploaded files.

    Attributes:
        cache_control: The rules of ``Cache-Control``.
        expires: The ``Expires`` of all files. Default: none.
        tags: The rules of cache tags.
    """

    cache_control: Sequence[CacheRule] = ()
    expires: datetime | None = None
    tags: Sequence[TagRule] = ()

    def headers(self, key: str, all_keys: Container[str]) -> Headers:
        """Return the headers of a file."""
        headers = headers_of(key, all_keys, self.cache_control, self.tags)
        if self.expires is None:
            return headers
        from email.utils import format_datetime  # a third of the time of importing `sync`

        expires = format_datetime(self.expires.astimezone(UTC), usegmt=True)
        return replace(headers, expires=expires)


@dataclass
class Inventory:
    """What is in a location.

    Attributes:
        location: The location.
        items: The files or objects, by key.
        failures: What could not be read, with the reason, by key.
        skipped: What takes no part, with the reason, by key.
        learned: What S3 was asked of its objects, and the state does not know yet.
        forgotten: The keys in the state that are no longer in the bucket.
    """

    location: Folder | Bucket
    items: dict[str, Item]
    failures: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    learned: dict[str, Record] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)


def inventory(
    location: Folder | Bucket,
    *,
    headers: HeaderRules | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    client: "S3Client | None" = None,
    parallel: int = PARALLEL,
) -> Inventory:
    """Read what is in a location.

    Args:
        location: The folder, or the part of a bucket.
        headers: The headers that the files of a folder get. Default: headers do not matter.
        include: Globs of the keys that take part. Default: all.
        exclude: Globs of keys that take no part. Such files are not opened.
        client: The boto3 client of S3. Default: created when it is needed.
        parallel: The number of requests at a time.

    Returns:
        The inventory. A file that cannot be read is one of its failures.

    Raises:
        OSError: If the folder cannot be read.
        botocore.exceptions.ClientError: If the bucket cannot be read.
    """
    if isinstance(location, Folder):
        return read_folder(location, headers, chooser(include, exclude))
    store = open_store(location.name, client, parallel)
    return read_bucket(location, store, State(store, location), chooser(include, exclude))


def chooser(include: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    """Return the function that says whether a key, or a folder with a slash, takes part."""
    whole = [pattern for pattern in exclude if pattern.endswith("*")]

    def chosen(key: str) -> bool:
        if key.endswith("/"):
            return not any(matches(pattern, key) for pattern in whole)
        return (not include or any(matches(pattern, key) for pattern in include)) and not any(
            matches(pattern, key) for pattern in exclude
        )

    return chosen


def read_folder(
    folder: Folder,
    rules: HeaderRules | None,
    chosen: Callable[[str], bool],
    *,
    compared: Inventory | None = None,
    first_part: Callable[[str], int] = lambda key: 0,
) -> Inventory:
    """Read a folder: every file is opened once and hashed.

    Args:
        folder: The folder.
        rules: The headers of its files. Default: headers do not matter.
        chosen: Whether a key takes part.
        compared: The inventory of the bucket that is downloaded to the folder. Links are leaves
            then; otherwise they are followed within the folder.
        first_part: Returns the size of the first part of an object of that bucket.
    """
    result = Inventory(folder, {})
    objects = compared.items if compared else {}
    keys = {folder.name(key): key for key in objects}
    buffer = memoryview(bytearray(hashing.BLOCK))
    names, digests = _Files(str(folder.path)), dict[Headers, str]()
    root = Bucket("")

    def failed(key: str, error: OSError) -> None:
        result.failures[key] = f"{type(error).__name__}: {error}"

    follow = compared is None
    for name, path, reason in walk(folder.path, follow=follow, enter=chosen, failed=failed):
        key = keys.get(name, name)
        if root.is_reserved(key) or _is_partial(key):
            result.skipped[key] = "a file of this library"
        elif reason == "a link":
            result.items[key] = Item(key, 0, None)
        elif reason:
            result.skipped[key] = reason
        elif not _is_unicode(key):
            result.failures[key] = "the name of a file must be in UTF-8"
        else:
            try:
                etag = objects[key].etag if key in objects else ""
                content, size = hashing.identify(path, buffer, etag, partial(first_part, key))
            except OSError as error:
                failed(key, error)
                continue
            digest = None
            if rules is not None:
                headers = rules.headers(key, names)
                digest = digests.get(headers) or digests.setdefault(headers, headers.digest())
            result.items[key] = Item(key, size, content, digest)
    return result


def read_bucket(
    bucket: Bucket,
    store: Store,
    state: State,
    chosen: Callable[[str], bool],
    *,
    exact: bool = True,
) -> Inventory:
    """Read a part of a bucket: a list, and what the state knows of the objects.

    Args:
        bucket: The part of a bucket.
        store: The bucket.
        state: Its state.
        chosen: Whether a key takes part.
        exact: Whether keys that end with a slash must be told from those that do not.
    """
    listed = store.list_prefix(bucket.prefix, exact=exact)
    items = items_of(listed, bucket.prefix, state.records, state.modified)
    result = Inventory(bucket, {}, forgotten=set(state.records) - items.keys())
    for key, item in items.items():
        if bucket.is_reserved(key) or not chosen(key):
            continue
        if _is_partial(key):
            result.skipped[key] = "a file of this library"
        elif key and not key.endswith("/"):
            result.items[key] = item
        elif item.size:  # an empty one is a folder in consoles
            result.skipped[key] = "the key ends with a slash"
    return result


def refuse_shared_paths(result: Inventory, folder: Folder) -> None:
    """Make keys that are the same path in a folder, such as ``a//b`` and ``a/b``, failures."""
    first: dict[str, str] = {}
    for key in list(result.items):
        other = first.setdefault(folder.name(key), key)
        if other != key:
            for one, two in ((key, other), (other, key)):
                result.items.pop(one, None)
                result.failures[one] = f"the key {two!r} is the same path in {folder}"


def keep_apart(source: Inventory, destination: Inventory) -> None:
    """Leave out of each part of a bucket the other part, if that lies in it.

    What was copied would be copied again by each run, and the source be deleted as what it does
    not have itself.
    """
    for inner, outer in ((destination, source), (source, destination)):
        one, other = inner.location, outer.location
        if not (isinstance(one, Bucket) and isinstance(other, Bucket) and one.name == other.name):
            return
        if one.prefix == other.prefix or not one.prefix.startswith(other.prefix):
            continue
        place = one.prefix.removeprefix(other.prefix)
        for key in [key for key in outer.items if key.startswith(place)]:
            del outer.items[key]
        outer.skipped[place.rstrip("/")] = f"{one} lies there"
        if outer is destination:
            for key in [key for key in source.items if key.startswith(place)]:
                del source.items[key]
                source.failures[key] = f"it would be written into {one}, which is the source"


def ask_for_headers(
    result: Inventory, store: Store, keys: Iterable[str], threads: int = PARALLEL
) -> None:
    """Ask S3 for the headers of objects of which the state does not know them."""
    unknown = [key for key in keys if result.items[key].headers is None]
    if not unknown:
        return
    from botocore.exceptions import BotoCoreError, ClientError

    from serverless_stack.operations.content.stores.s3 import etag_in
    from serverless_stack.operations.content.transfer import headers_in, in_parallel

    prefix = result.location.prefix if isinstance(result.location, Bucket) else ""

    def ask(key: str) -> tuple[str, str]:
        head = store.client.head_object(Bucket=store.bucket, Key=f"{prefix}{key}")
        return headers_in(dict(head)).digest(), etag_in(head, key)

    for key, future in in_parallel(ask, unknown, threads):
        item = result.items[key]
        try:
            digest, etag = future.result()
        except (BotoCoreError, ClientError, ContentError) as error:
            response = getattr(error, "response", {})
            if response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
                del result.items[key]
            else:
                result.failures[key] = f"its headers cannot be read: {error}"
            continue
        if etag == item.etag:
            result.items[key] = item._replace(headers=digest)
            result.learned[key] = Record(item.content or "", item.size, digest, etag)
        else:
            result.items[key] = Item(key, item.size, None, digest, etag)


class _Files(Container[str]):
    """The files below a folder, to find the file of which another one is a compressed copy."""

    def __init__(self, base: str) -> None:
        self._base = base

    def __contains__(self, key: object) -> bool:
        return os.path.isfile(os.path.join(self._base, str(key)))


def _is_partial(key: str) -> bool:
    return key.rpartition("/")[2].startswith(PARTIAL)


def _is_unicode(key: str) -> bool:
    """Whether a name is text: on Linux it may be any bytes, and S3 takes UTF-8 only."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True
