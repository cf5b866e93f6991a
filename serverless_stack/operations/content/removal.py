"""Deleting a deployment: its objects, or its claim to them."""

import logging
from typing import TYPE_CHECKING

from serverless_stack._shared.text import counted
from serverless_stack.operations.content import manifest as manifests
from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.content.manifest import Journal, Manifest
from serverless_stack.operations.content.stores.s3 import S3Store
from serverless_stack.operations.content.target import Target

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

logger = logging.getLogger(__name__)


def delete(client: "S3Client", target: Target) -> int:
    """Delete what a deployment has put into a bucket, and its manifest last.

    What another deployment has by now is left: a construct that was renamed is deleted after the
    new one has deployed. So is what somebody else has written there since, and what had been there
    before a deployment that never ended.

    Args:
        client: A client of S3.
        target: The bucket and the manifest.

    Returns:
        The number of objects deleted; 0 if the bucket is gone.

    Raises:
        ContentError: If some could not be deleted.
    """
    store = S3Store(target.bucket, client)
    entry = _read(store, target)
    if entry is None:
        return 0
    manifest = entry[0]
    written = {key: item.record.etag for key, item in manifest.obsolete.items()}
    written |= {key: record.etag for key, record in manifest.files.items()}
    journal = manifest.pending or Journal("", "", [], [])
    written |= dict.fromkeys(journal.touched, "") | journal.done
    kept = {*manifest.taken_over, *journal.existed}
    etags = {
        item.key: item.etag
        for item in store.list_prefix(target.prefix)
        if item.key.removeprefix(target.prefix) in written
    }
    own = {f"{target.prefix}{key}": etag for key, etag in written.items() if key not in kept}
    others = manifests.keys_of_others(store, target.manifest_key)
    keys = [
        key
        for key, etag in sorted(own.items())
        if key in etags and etag in ("", etags[key]) and key not in others
    ]
    failures = store.delete(keys) or store.delete([target.manifest_key])
    if failures:
        key, reason = next(iter(failures.items()))
        count = counted(len(failures), "object")
        raise ContentError(f"{count} could not be deleted, such as {key}: {reason}")
    return len(keys)


def release(client: "S3Client", target: Target) -> None:
    """Leave what a deployment has put into a bucket to whoever comes next.

    Args:
        client: A client of S3.
        target: The bucket and the manifest.
    """
    store = S3Store(target.bucket, client)
    entry = _read(store, target)
    if entry is not None:
        manifest, etag = entry
        manifest.released = True
        manifests.write(store, target.manifest_key, manifest, etag)


def _read(store: S3Store, target: Target) -> tuple[Manifest, str] | None:
    """Read the manifest; one that cannot be read must not keep a stack from being deleted."""
    try:
        return manifests.read(store, target.manifest_key)
    except store.client.exceptions.NoSuchBucket:
        return None
    except ContentError as error:
        logger.warning("the files are left in the bucket: %s", error)
        return None
