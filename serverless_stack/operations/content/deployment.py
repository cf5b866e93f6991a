"""Deploying content: what `plan` found, in an order in which every page finds what it names."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from serverless_stack._shared.content.index import Entry
from serverless_stack.operations.content import manifest as manifests
from serverless_stack.operations.content.archive import SMALL, Archive
from serverless_stack.operations.content.manifest import Manifest, Obsolete, Pending, Record
from serverless_stack.operations.content.plan import GENERATED, File, Steps, steps_of
from serverless_stack.operations.content.room import Room
from serverless_stack.operations.content.target import Target
from serverless_stack.operations.content.transfer import Transfer

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

THREADS = 16
ROOM = 96 << 20
"""How many bytes of small files are held at a time."""
PHASES = ("assets", "new documents", "documents")
_LONGEST_CACHED_DAYS = 365  # CloudFront's default for the longest time to live


class OutOfTimeError(Exception):
    """The time is up. What is done is in the manifest, and another run goes on from there."""


@dataclass(frozen=True)
class Result:
    """What a deployment did.

    Attributes:
        version: The version that is deployed now.
        uploaded: How many objects were written, with those whose headers alone changed.
        removed: How many became obsolete.
        invalidated: The keys that were invalidated.
    """

    version: str
    uploaded: int = 0
    removed: int = 0
    invalidated: tuple[str, ...] = ()


Invalidate = Callable[[Pending, Sequence[str]], None]
"""Invalidates the keys of a journal, given all keys that can be cached."""


class Deployment:
    """One run of a deployment. Killed at any point and run again, it ends in the same state.

    It holds up to 96 MiB of small files in memory, and five parts of one large file.

    Args:
        client: A client of S3 with 16 connections.
        target: What is wanted.
        invalidate: How to invalidate.
        time_is_up: Whether to stop; asked before every object.
        checkpoint: Told what has just been done, such as ``uploaded index.html``.
        today: The date.
    """

    def __init__(
        self,
        client: "S3Client",
        target: Target,
        invalidate: Invalidate,
        *,
        time_is_up: Callable[[], bool] = lambda: False,
        checkpoint: Callable[[str], None] = lambda step: None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._client = client
        self._target = target
        self._invalidate = invalidate
        self._time_is_up = time_is_up
        self._checkpoint = checkpoint
        self._today = today
        self._transfer = Transfer(client, target, self._did, self._stop_in_time)
        self._stopped = threading.Event()
        self._room = Room(ROOM)
        self._done: list[str] = []
        self._others: set[str] | None = None

    def run(self) -> Result:
        """Deploy.

        Returns:
            What was done.

        Raises:
            OutOfTimeError: If the time is up.
            ContentError: If S3 refuses something, or the content is not what its index says.
        """
        files = self._target.files()
        manifest, found = self._state(files)
        steps = steps_of(files, manifest, found, self._target.documents)
        pending = steps.pending
        if steps.is_empty and not manifest.released:
            return Result(manifest.version)
        manifest.released = False
        if steps.is_empty:
            self._save(manifest)
            return Result(manifest.version)
        manifest.pending = pending
        self._done = pending.done
        self._save(manifest)
        self._checkpoint("begun")
        try:
            self._follow(steps, files, manifest)
        except Exception:
            self._save(manifest)  # what is done need not be done again
            raise
        gone = (manifest.files.keys() | set(pending.touched)) - files.keys()
        removed = sorted(key for key in gone if not self._is_of_others(key))
        self._commit(manifest, files, pending.version, removed)
        written = len(files.keys() & set(pending.touched))
        return Result(pending.version, written, len(removed), tuple(pending.invalidated))

    def _follow(self, steps: Steps, files: Mapping[str, File], manifest: Manifest) -> None:
        archives = self._archives(files, steps)
        for name, upload, rewrite in zip(PHASES, steps.upload, steps.rewrite, strict=True):
            self._run([*self._uploads(files, upload, archives)])
            self._run([partial(self._transfer.rewrite, files[key]) for key in rewrite])
            self._checkpoint(name)
        self._stop_in_time()
        everything = {*files, *manifest.files, *manifest.obsolete, *steps.pending.touched}
        self._invalidate(steps.pending, sorted(everything))
        self._checkpoint("invalidated")
        if self._target.grace_period is not None:
            expired = [key for key in steps.remove if not self._is_of_others(key)]
            unknown = Record("", 0, "")
            sizes = {key: manifest.files.get(key, unknown).size for key in expired}
            self._run([partial(self._transfer.expire, key, size) for key, size in sizes.items()])
        self._checkpoint("expired")

    def _state(self, files: Mapping[str, File]) -> tuple[Manifest, set[str]]:
        """The manifest, and before the first deployment the keys that are in the bucket already."""
        target = self._target
        manifest = manifests.read(self._client, target.bucket, target.manifest_key)
        if manifest is not None:
            return manifest, set()
        found = set()
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=target.bucket, Prefix=target.prefix):
            keys = (each["Key"].removeprefix(target.prefix) for each in page.get("Contents", []))
            found |= {key for key in keys if key in files}
        return Manifest(), found

    def _is_of_others(self, key: str) -> bool:
        """Whether another deployment has put an object there; looked up once, when it matters."""
        if self._others is None:
            bucket, own = self._target.bucket, self._target.manifest_key
            self._others = manifests.keys_of_others(self._client, bucket, own)
        return f"{self._target.prefix}{key}" in self._others

    def _save(self, manifest: Manifest) -> None:
        manifests.write(self._client, self._target.bucket, self._target.manifest_key, manifest)

    def _commit(
        self, manifest: Manifest, files: Mapping[str, File], version: str, removed: Sequence[str]
    ) -> None:
        today, grace = self._today(), self._target.grace_period
        unknown = Record("", 0, "")
        obsolete = {key: each for key, each in manifest.obsolete.items() if key not in files}
        for key in removed:
            obsolete[key] = Obsolete(manifest.files.get(key, unknown), today.isoformat())
        if grace is not None:
            oldest = (today - timedelta(days=grace + _LONGEST_CACHED_DAYS)).isoformat()
            obsolete = {key: each for key, each in obsolete.items() if each.since >= oldest}
        records = {key: file.record for key, file in files.items()}
        self._save(Manifest(version, records, obsolete))
        self._checkpoint("committed")

    def _archives(self, files: Mapping[str, File], steps: Steps) -> dict[int, Archive]:
        """The zip files that are needed."""
        numbers = {files[key].source for phase in steps.upload for key in phase} - {GENERATED}
        sources = self._target.sources
        return {n: Archive(self._client, sources[n].bucket, sources[n].key) for n in numbers}

    def _uploads(
        self, files: Mapping[str, File], keys: Sequence[str], archives: Mapping[int, Archive]
    ) -> Iterator[Callable[[], None]]:
        for key in keys:
            if files[key].source == GENERATED:
                yield partial(self._transfer.put, files[key], self._target.generated[key])
        for number, archive in archives.items():
            own = [files[key].entry for key in keys if files[key].source == number]
            for span in archive.spans([entry for entry in own if entry.size <= SMALL]):
                yield partial(self._put_span, archive, span, files)
            for entry in own:
                if entry.size > SMALL:
                    yield partial(self._transfer.put_large, archive, files[entry.key])

    def _put_span(self, archive: Archive, span: Sequence[Entry], files: Mapping[str, File]) -> None:
        with self._room.taken(archive.weight(span)):
            for entry, content in archive.read(span):
                self._stop_in_time()
                self._transfer.put(files[entry.key], content)

    def _did(self, step: str, key: str) -> None:
        self._done.append(key)
        self._checkpoint(f"{step} {key}")

    def _stop_in_time(self) -> None:
        if self._stopped.is_set() or self._time_is_up():
            raise OutOfTimeError("the time of this call is up")

    def _run(self, jobs: Sequence[Callable[[], None]]) -> None:
        """Run all jobs in threads; the first failure stops the rest."""

        def in_time(job: Callable[[], None]) -> None:
            self._stop_in_time()
            job()

        with ThreadPoolExecutor(THREADS) as pool:
            futures = [pool.submit(in_time, job) for job in jobs]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                self._stopped.set()
                for future in futures:
                    future.cancel()
                raise


def delete(client: "S3Client", target: Target) -> int:
    """Delete what a deployment has put into a bucket, and its manifest last.

    Files that another deployment has by now are left: a construct that was renamed is deleted
    after the new one has deployed.

    Args:
        client: A client of S3.
        target: Where it is.

    Returns:
        How many objects were deleted; none if the bucket is gone.

    Raises:
        ContentError: If some could not be deleted.
    """
    try:
        manifest = manifests.read(client, target.bucket, target.manifest_key)
    except client.exceptions.NoSuchBucket:
        return 0
    if manifest is None:
        return 0
    touched = manifest.pending.touched if manifest.pending else []
    own = {f"{target.prefix}{key}" for key in (*manifest.files, *manifest.obsolete, *touched)}
    keys = sorted(own - manifests.keys_of_others(client, target.bucket, target.manifest_key))
    manifests.delete_all(client, target.bucket, keys)
    manifests.delete_all(client, target.bucket, [target.manifest_key])
    return len(keys)


def release(client: "S3Client", target: Target) -> None:
    """Leave what a deployment has put into a bucket to whoever comes next.

    Args:
        client: A client of S3.
        target: Where it is.
    """
    try:
        manifest = manifests.read(client, target.bucket, target.manifest_key)
    except client.exceptions.NoSuchBucket:
        return
    if manifest is not None:
        manifest.released = True
        manifests.write(client, target.bucket, target.manifest_key, manifest)
