"""The manifest: what a deployment has put into a bucket, and what it is about to change."""

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from serverless_stack._shared import contract
from serverless_stack.operations.content.archive import ContentError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_FORMAT = 1
_DELETED_AT_ONCE = 1000  # "DeleteObjects"
RESERVED = contract.RESERVED_PREFIX
"""Where manifests are; what comes between it and a manifest's name is the prefix of the files."""
_ENDING = ".json.gz"


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of an object.

    Attributes:
        sha256: The hash of its bytes; empty if they are not known.
        size: Its size in bytes.
        headers: The digest of its headers.
    """

    sha256: str
    size: int
    headers: str


@dataclass(frozen=True, slots=True)
class Obsolete:
    """An object that is in the content no more.

    Attributes:
        record: What it was.
        since: The date of the deployment without it, such as ``2026-01-31``.
    """

    record: Record
    since: str


@dataclass
class Pending:
    """A deployment that has begun.

    Attributes:
        version: The version that it makes.
        replaces: The version that it was begun on.
        touched: The keys that it changes: until it is done, nobody knows what they hold.
        invalidated: The keys whose URLs it invalidates.
        done: The keys that it has changed.
    """

    version: str
    replaces: str
    touched: list[str]
    invalidated: list[str]
    done: list[str] = field(default_factory=list)


@dataclass
class Manifest:
    """The state of a deployment's objects, by keys that are relative to its prefix.

    Attributes:
        version: The version that is deployed; empty before the first one.
        files: The objects of that version.
        obsolete: The objects of earlier versions.
        pending: The deployment that has begun and is not done.
        released: Whether the deployment was deleted and has left its objects in the bucket.
    """

    version: str = ""
    files: dict[str, Record] = field(default_factory=dict)
    obsolete: dict[str, Obsolete] = field(default_factory=dict)
    pending: Pending | None = None
    released: bool = False


def version_of(content: str, replaces: str) -> str:
    """The id of a version: it has those before it in it, so that none ever comes again."""
    return hashlib.sha256(f"{content}\n{replaces}".encode()).hexdigest()[:32]


def dumps(manifest: Manifest) -> bytes:
    """Write a manifest; the same one gives the same bytes."""
    pending = manifest.pending
    content: dict[str, object] = {
        "format": _FORMAT,
        "version": manifest.version,
        "files": {
            key: [record.sha256, record.size, record.headers]
            for key, record in sorted(manifest.files.items())
        },
        "obsolete": {
            key: [each.record.sha256, each.record.size, each.record.headers, each.since]
            for key, each in sorted(manifest.obsolete.items())
        },
        "pending": None if pending is None else vars(pending),
    }
    if manifest.released:
        content["released"] = True
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def loads(content: bytes) -> Manifest:
    """Read what `dumps` wrote.

    Raises:
        ValueError: If a later version of this library wrote it.
    """
    found = json.loads(gzip.decompress(content))
    if found["format"] != _FORMAT:
        raise ValueError(
            f"the manifest must have format {_FORMAT}, got: {found['format']}; "
            "a later version of serverless_stack has deployed this content"
        )
    return Manifest(
        version=found["version"],
        files={key: Record(*fields) for key, fields in found["files"].items()},
        obsolete={
            key: Obsolete(Record(*fields), since)
            for key, (*fields, since) in found["obsolete"].items()
        },
        pending=None if found["pending"] is None else Pending(**found["pending"]),
        released=found.get("released", False),
    )


def read(client: "S3Client", bucket: str, key: str) -> Manifest | None:
    """Read the manifest of a bucket; None if there is none."""
    try:
        return loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    except client.exceptions.NoSuchKey:
        return None


def keys_of_others(client: "S3Client", bucket: str, own_key: str) -> set[str]:
    """Find the objects of a bucket that other deployments have put there.

    A file may move from one deployment to another, and a construct that was renamed is a new
    deployment, which has its files in place before the old one is deleted.

    Args:
        client: A client of S3.
        bucket: The bucket.
        own_key: The manifest of the deployment that asks.

    Returns:
        The keys of their objects, with their prefixes.
    """
    found: set[str] = set()
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=RESERVED):
        for key in (each["Key"] for each in page.get("Contents", [])):
            if key == own_key or not key.endswith(_ENDING):
                continue
            try:
                manifest = read(client, bucket, key)
            except KeyError:  # `sync` keeps its index there, too
                continue
            if manifest is None or manifest.released:
                continue
            prefix = key.removeprefix(RESERVED)[: key.rfind("/") + 1 - len(RESERVED)]
            touched = manifest.pending.touched if manifest.pending else []
            found.update(f"{prefix}{own}" for own in (*manifest.files, *touched))
    return found


def write(client: "S3Client", bucket: str, key: str, manifest: Manifest) -> None:
    """Write the manifest of a bucket."""
    client.put_object(
        Bucket=bucket,
        Key=key,
        Body=dumps(manifest),
        ContentType="application/gzip",
        CacheControl="no-store",
    )


def delete_all(client: "S3Client", bucket: str, keys: Sequence[str]) -> None:
    """Delete objects.

    Raises:
        ContentError: If some could not be deleted; with the first of them.
    """
    for start in range(0, len(keys), _DELETED_AT_ONCE):
        batch = keys[start : start + _DELETED_AT_ONCE]
        answer = client.delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
        )
        errors = answer.get("Errors", [])
        if errors:
            first = f"{errors[0].get('Key')}: {errors[0].get('Code')} {errors[0].get('Message')}"
            raise ContentError(f"{len(errors)} objects could not be deleted, such as {first}")
