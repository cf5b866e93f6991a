"""Deploying content in an order in which every page finds what it names."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from serverless_stack._shared import contract
from serverless_stack._shared.content.index import Entry
from serverless_stack.operations.content import manifest as manifests
from serverless_stack.operations.content import transfer
from serverless_stack.operations.content.archive import Archive, Stream
from serverless_stack.operations.content.builds import is_of_build
from serverless_stack.operations.content.errors import ConflictError, ContentError, OutOfTimeError
from serverless_stack.operations.content.manifest import Journal, Manifest, Obsolete, Record
from serverless_stack.operations.content.plan import GENERATED, File, Item, items_of, steps_of
from serverless_stack.operations.content.stores import ABSENT
from serverless_stack.operations.content.stores.s3 import S3Store
from serverless_stack.operations.content.target import Target

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

THREADS = 16
PHASES = ("assets", "new documents", "documents")
_HEAVY_BYTES, _HEAVY_AT_ONCE = 4 << 20, 4
_LONGEST_CACHED_DAYS = 365  # CloudFront's default for the longest time to live
# An obsolete page is served for a while, and is gone soon after it was deleted.
_OBSOLETE_CACHE_CONTROL = "public, max-age=0, s-maxage=60"


@dataclass(frozen=True)
class Result:
    """What a deployment did.

    Attributes:
        version: The version that is deployed now.
        uploaded: The number of objects written, with those of which only the headers changed.
        removed: The number of objects that became obsolete.
        invalidated: The keys that were invalidated.
    """

    version: str
    uploaded: int = 0
    removed: int = 0
    invalidated: tuple[str, ...] = ()


Invalidate = Callable[[Journal, Sequence[str]], None]
"""Invalidates the keys of a journal, given all keys that can be cached."""


class Deployment:
    """One run of a deployment. Killed at any point and run again, it ends in the same state.

    Args:
        client: A client of S3 with 16 connections.
        target: The state to reach.
        invalidate: The invalidation.
        time_is_up: Whether to stop; called before every object.
        checkpoint: Called with what has just been done, such as ``uploaded index.html``.
        today: Returns the date.
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
        self._store = S3Store(target.bucket, client)
        self._target = target
        self._invalidate = invalidate
        self._time_is_up = time_is_up
        self._checkpoint = checkpoint
        self._today = today
        self._stopped = threading.Event()
        self._heavy = threading.Semaphore(_HEAVY_AT_ONCE)
        self._large = threading.Lock()  # one large file at a time, so that memory is bounded
        self._etag = ABSENT
        self._others: set[str] | None = None
        self._journal = Journal("", "", [], [])

    def run(self) -> Result:
        """Deploy.

        Returns:
            What was done.

        Raises:
            OutOfTimeError: If the time is up.
            ContentError: If S3 refuses something, the content is not what its index says, or
                another deployment of the same content is running.
        """
        files = self._target.files()
        manifest, self._etag = manifests.read(self._store, self._target.manifest_key) or (
            Manifest(),
            ABSENT,
        )
        present = self._present(files, manifest)
        steps = steps_of(files, manifest, present, self._target.documents)
        self._journal = journal = steps.journal
        released, manifest.released = manifest.released, False
        if not journal.touched:
            if released:
                self._save(manifest)
            return Result(manifest.version)
        manifest.pending = journal
        self._save(manifest)
        self._checkpoint("begun")
        try:
            archives = self._archives(files, steps.upload)
            for name, upload, headers in zip(PHASES, steps.upload, steps.rewrite, strict=True):
                self._run(self._uploads(files, upload, archives))
                self._run(partial(self._rewrite, files[key], present[key].etag) for key in headers)
                self._checkpoint(name)
            self._stop_in_time()
            names = {*files, *manifest.files, *manifest.obsolete, *journal.touched}
            self._invalidate(journal, sorted(name for name in names if not is_of_build(name)))
            self._checkpoint("invalidated")
            if self._target.grace_period is not None:
                self._run(
                    partial(self._expire, key)
                    for key in steps.remove
                    if not self._belongs_to_others(key)
                )
            self._checkpoint("expired")
        except Exception:
            self._save(manifest)  # what is done need not be done again
            raise
        removed = self._commit(manifest, files, present)
        written = len(files.keys() & set(journal.touched))
        return Result(journal.version, written, len(removed), tuple(journal.invalidated))

    def _present(self, files: Mapping[str, File], manifest: Manifest) -> dict[str, Item]:
        """Return the objects in the bucket that matter, with what the manifest knows of them."""
        prefix = self._target.prefix
        listed = (
            item
            for item in self._store.list_prefix(prefix)
            if item.key.removeprefix(prefix) in files
        )
        return items_of(listed, prefix, manifest.files)

    def _belongs_to_others(self, key: str) -> bool:
        """Whether another deployment has put an object there; looked up when it first matters."""
        if self._others is None:
            self._others = manifests.keys_of_others(self._store, self._target.manifest_key)
        return f"{self._target.prefix}{key}" in self._others

    def _save(self, manifest: Manifest) -> None:
        key = self._target.manifest_key
        try:
            self._etag = manifests.write(self._store, key, manifest, self._etag)
        except ConflictError:
            # Lambda may run a call twice. Both do the same, so either may go on.
            other, etag = manifests.read(self._store, key) or (Manifest(), ABSENT)
            versions = {other.version, other.pending.version if other.pending else ""}
            if self._journal.version not in versions:
                raise
            self._etag = manifests.write(self._store, key, manifest, etag)

    def _commit(
        self, before: Manifest, files: Mapping[str, File], present: Mapping[str, Item]
    ) -> list[str]:
        """Write the manifest of the new version, and return the keys that became obsolete."""
        journal, today, grace = self._journal, self._today(), self._target.grace_period
        gone = before.files.keys() | (set(journal.touched) - set(journal.existed))
        removed = sorted(key for key in gone - files.keys() if not self._belongs_to_others(key))
        obsolete = {key: item for key, item in before.obsolete.items() if key not in files}
        for key in removed:
            record = before.files.get(key, Record("", 0, ""))
            etag = journal.done.get(key, record.etag)
            record = Record(record.content, record.size, record.headers, etag)
            obsolete[key] = Obsolete(record, today.isoformat())
        if grace is not None:
            oldest = (today - timedelta(days=grace + _LONGEST_CACHED_DAYS)).isoformat()
            obsolete = {key: item for key, item in obsolete.items() if item.since >= oldest}
        first = not before.version
        taken_over = [key for key in journal.existed if not self._belongs_to_others(key)]
        records = {}
        for key, file in files.items():
            etag = journal.done[key] if key in journal.done else present[key].etag
            item = file.item
            records[key] = Record(item.content or "", item.size, item.headers or "", etag)
        self._save(Manifest(journal.version, records, obsolete, taken_over if first else []))
        self._checkpoint("committed")
        return removed

    def _archives(
        self, files: Mapping[str, File], phases: Iterable[Iterable[str]]
    ) -> dict[int, Archive]:
        """Return the zip files that are needed."""
        numbers = {files[key].source for phase in phases for key in phase} - {GENERATED}
        sources, client = self._target.sources, self._store.client
        return {n: Archive(client, sources[n].bucket, sources[n].key) for n in numbers}

    def _uploads(
        self, files: Mapping[str, File], keys: Sequence[str], archives: Mapping[int, Archive]
    ) -> Iterator[Callable[[], None]]:
        chosen = [files[key] for key in keys]
        for file in chosen:
            if file.source == GENERATED:
                yield partial(self._put, file, self._target.generated[file.entry.key])
        for number, archive in archives.items():
            own: dict[str, list[File]] = {}  # a page and its copy are read once
            for file in chosen:
                if file.source == number:
                    own.setdefault(file.entry.key, []).append(file)
            entries = [same[0].entry for same in own.values()]
            small = [entry for entry in entries if entry.size <= transfer.SMALL]
            for span in archive.spans(small):
                yield partial(self._put_span, archive, span, own)
            for entry in entries:
                if entry.size > transfer.SMALL:
                    for file in own[entry.key]:
                        yield partial(self._put_large, archive, file)

    def _put_span(
        self, archive: Archive, span: Sequence[Entry], files: Mapping[str, Sequence[File]]
    ) -> None:
        heavy = archive.weight(span) > _HEAVY_BYTES
        with self._heavy if heavy else nullcontext():
            for entry, content in archive.read(span):
                for file in files[entry.key]:
                    self._stop_in_time()
                    self._put(file, content)

    def _put(self, file: File, content: bytes | bytearray) -> None:
        with self._step("uploaded", file.key) as key:
            self._done(file, self._store.write(key, content, file.headers))

    def _put_large(self, archive: Archive, file: File) -> None:
        with self._large, self._step("uploaded", file.key) as key:
            content = _Timed(archive.stream(file.entry), self._stop_in_time)
            size = file.entry.size
            self._done(file, transfer.upload_large(self._store, key, content, size, file.headers))

    def _rewrite(self, file: File, etag: str) -> None:
        with self._step("rewritten", file.key) as key:
            self._done(file, transfer.rewrite(self._store, key, etag, file.headers))

    def _expire(self, name: str) -> None:
        tags = {contract.OBSOLETE_TAG: self._target.owner}
        with self._step("expired", name) as key:
            etag = transfer.expire(self._store, key, _OBSOLETE_CACHE_CONTROL, tags)
            self._journal.done[name] = etag or ""

    def _done(self, file: File, etag: str) -> None:
        self._journal.done[file.key] = etag

    @contextmanager
    def _step(self, step: str, name: str) -> Iterator[str]:
        """Return the whole key; name the step and the key if S3 refuses."""
        from boto3.exceptions import S3UploadFailedError
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield f"{self._target.prefix}{name}"
        except (BotoCoreError, ClientError, S3UploadFailedError) as error:
            raise ContentError(f"{name} could not be {step}: {error}") from error
        self._checkpoint(f"{step} {name}")

    def _stop_in_time(self) -> None:
        if self._stopped.is_set() or self._time_is_up():
            raise OutOfTimeError("the time of this call is up")

    def _run(self, jobs: Iterable[Callable[[], None]]) -> None:
        """Run all jobs in threads; the first failure stops the rest."""

        def in_time(job: Callable[[], None]) -> None:
            self._stop_in_time()
            job()

        for _job, future in transfer.in_parallel(in_time, jobs, THREADS, self._stopped):
            future.result()


class _Timed:
    """A file that is read only while there is time."""

    def __init__(self, file: Stream, in_time: Callable[[], None]) -> None:
        self._file, self._in_time = file, in_time

    def read(self, size: int = -1) -> bytes | None:
        self._in_time()  # if it raises, S3 is told to forget the parts that it has
        return self._file.read(size)
