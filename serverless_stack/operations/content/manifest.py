"""The manifest: what an owner has put into a bucket, and what it is about to change.

Each deployment has one (``.serverless-stack/<prefix><owner>.json.gz``), and `sync` has one for each
prefix (``.serverless-stack/sync/<prefix>state.gz``). The endings keep the two apart.
"""

import gzip
import hashlib
import json
import logging
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from serverless_stack._shared import contract
from serverless_stack._shared.content.headers import Headers
from serverless_stack.operations.content.errors import ConflictError, ContentError
from serverless_stack.operations.content.stores import ABSENT, Store, Stored

logger = logging.getLogger(__name__)

RESERVED = contract.RESERVED_PREFIX
"""The folder of a bucket in which manifests are; nothing in it is content."""
_DEPLOYMENT_ENDING = ".json.gz"
_FORMAT = 2
_HEADERS = Headers("application/gzip", "no-store")
_MAX_PACKED, _MAX_BYTES = 32 << 20, 192 << 20
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Record:
    """An object, as its owner wrote it.

    Attributes:
        content: The hash of its bytes; empty if unknown.
        size: Its size in bytes.
        headers: The digest of its headers.
        etag: The ETag that S3 answered; empty if unknown.
    """

    content: str
    size: int
    headers: str
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Obsolete:
    """An object that is no longer in the content.

    Attributes:
        record: What it was.
        since: The date of the deployment without it, such as ``2026-01-31``.
    """

    record: Record
    since: str


@dataclass
class Journal:
    """A deployment that has begun.

    Attributes:
        version: The version that it creates.
        replaces: The version that was deployed when it began.
        touched: The keys that it changes; until it ends, nobody knows what they hold.
        invalidated: The keys whose URLs it invalidates.
        existed: The keys of `touched` at which somebody else had put an object before.
        done: The keys that it has changed, with the ETags of what it wrote.
    """

    version: str
    replaces: str
    touched: list[str]
    invalidated: list[str]
    existed: list[str] = field(default_factory=list)
    done: dict[str, str] = field(default_factory=dict)


@dataclass
class PendingKeys:
    """Keys that one run of `sync` still has to invalidate.

    Attributes:
        distributions: The ids of the distributions that were not told yet.
        keys: The keys.
        running_since: When the run began, in seconds since 1970; 0 if it has ended.
    """

    distributions: list[str]
    keys: list[str]
    running_since: float = 0


@dataclass
class Manifest:
    """The objects of an owner, by keys relative to its prefix.

    Attributes:
        version: The version that is deployed; empty before the first one.
        files: The objects.
        obsolete: Objects of earlier versions.
        taken_over: Keys at which the first deployment replaced an object of somebody unknown.
        pending: The deployment that has begun and not ended.
        released: Whether the deployment was deleted and left its objects in the bucket.
        uninvalidated: What runs of `sync` still have to invalidate, by id of the run.
    """

    version: str = ""
    files: dict[str, Record] = field(default_factory=dict)
    obsolete: dict[str, Obsolete] = field(default_factory=dict)
    taken_over: list[str] = field(default_factory=list)
    pending: Journal | None = None
    released: bool = False
    uninvalidated: dict[str, PendingKeys] = field(default_factory=dict)


def version_of(content: str, replaces: str) -> str:
    """Return the id of a version. It depends on the versions before, so that none comes again."""
    return hashlib.sha256(f"{content}\n{replaces}".encode()).hexdigest()[:32]


def dumps(manifest: Manifest) -> bytes:
    """Write a manifest; the same one gives the same bytes."""

    def row(record: Record) -> list[object]:
        return [record.content, record.size, record.headers, record.etag]

    document = {
        "format": _FORMAT,
        "version": manifest.version,
        "files": {key: row(record) for key, record in sorted(manifest.files.items())},
        "obsolete": {
            key: [*row(item.record), item.since] for key, item in sorted(manifest.obsolete.items())
        },
        "taken_over": manifest.taken_over,
        "pending": None if manifest.pending is None else vars(manifest.pending),
        "released": manifest.released,
        "uninvalidated": {run: asdict(keys) for run, keys in manifest.uninvalidated.items()},
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8", "surrogatepass"), 5, mtime=0)


def loads(content: bytes) -> Manifest:
    """Read what `dumps` wrote.

    Raises:
        ContentError: If the content is no manifest, or one of another version of this library.
    """
    try:
        unpacker = zlib.decompressobj(31)
        text = unpacker.decompress(content, _MAX_BYTES)
        if not unpacker.eof:
            raise ContentError("it does not end, or is larger than a manifest can be")
        document = json.loads(text.decode("utf-8", "surrogatepass"))
        if document["format"] != _FORMAT:
            raise ContentError(f"its format must be {_FORMAT}, got: {document['format']}")
        return Manifest(
            version=document["version"],
            files={key: Record(*row) for key, row in document["files"].items()},
            obsolete={
                key: Obsolete(Record(*row), since)
                for key, (*row, since) in document["obsolete"].items()
            },
            taken_over=document["taken_over"],
            pending=None if document["pending"] is None else Journal(**document["pending"]),
            released=document["released"],
            uninvalidated={
                run: PendingKeys(**keys) for run, keys in document["uninvalidated"].items()
            },
        )
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"it is no manifest: {type(error).__name__}") from error


def read(store: Store, key: str) -> tuple[Manifest, str] | None:
    """Read a manifest and its ETag; None if there is none.

    Raises:
        ContentError: If there is something else.
    """
    stored = store.read(key)
    if stored is None:
        return None
    try:
        return loads(stored.content), stored.etag
    except ContentError as error:
        raise ContentError(
            f"s3://{store.bucket}/{key} cannot be read: {error}; "
            "delete it to deploy as if for the first time"
        ) from error


def write(store: Store, key: str, manifest: Manifest, etag: str | None = None) -> str:
    """Write a manifest and return its ETag.

    Args:
        store: The bucket.
        key: The key of the manifest.
        manifest: The manifest.
        etag: The ETag that it was read with, or `ABSENT`. Default: overwrite any.

    Raises:
        ConflictError: If somebody else has written it since.
    """
    return store.write(key, dumps(manifest), _HEADERS, replaces=etag)


def update(
    store: Store,
    key: str,
    change: Callable[[Manifest], Manifest],
    start: tuple[Manifest, str],
) -> tuple[Manifest, str]:
    """Change a manifest that others may change at the same time.

    Args:
        store: The bucket.
        key: The key of the manifest.
        change: Returns the new manifest. It is called again if somebody else was faster.
        start: The manifest and its ETag, as they were read last.

    Returns:
        The manifest that was written, and its ETag.

    Raises:
        ConflictError: If others were faster again and again.
    """
    before, etag = start
    for attempt in range(_ATTEMPTS):
        after = change(before)
        try:
            return after, write(store, key, after, etag)
        except ConflictError:
            import random

            time.sleep(random.uniform(0.05, 0.1) * 2**attempt)
        before, etag = read(store, key) or (Manifest(), ABSENT)
    raise ConflictError(f"others keep changing s3://{store.bucket}/{key}; try again")


def keys_of_others(store: Store, own_key: str) -> set[str]:
    """Find the objects of a bucket that belong to other deployments.

    A file may move from one deployment to another, and a construct that was renamed is a new
    deployment, which has its files in place before the old one is deleted.

    Args:
        store: The bucket.
        own_key: The manifest of the deployment that asks.

    Returns:
        The keys of their objects, with their prefixes.
    """
    keys: set[str] = set()
    for item in store.list_prefix(RESERVED):
        if item.key == own_key or not item.key.endswith(_DEPLOYMENT_ENDING):
            continue
        # A request that fails must not make it look as if nothing belonged to others.
        stored = store.read(item.key) if item.size <= _MAX_PACKED else Stored(b"", "")
        if stored is None:
            continue
        try:
            manifest = loads(stored.content)
        except ContentError as error:
            logger.warning(
                "passed over: s3://%s/%s cannot be read: %s", store.bucket, item.key, error
            )
            continue
        if manifest.released:
            continue
        prefix = item.key.removeprefix(RESERVED).rpartition("/")[0]
        prefix = f"{prefix}/" if prefix else ""
        touched = manifest.pending.touched if manifest.pending else []
        keys.update(f"{prefix}{key}" for key in (*manifest.files, *touched))
    return keys
