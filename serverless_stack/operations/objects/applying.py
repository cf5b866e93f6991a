"""Doing what a copy, move or deletion has planned: each failure on its own, nothing lost."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serverless_stack._shared.files import replacing
from serverless_stack.operations.content import downloads, transfer
from serverless_stack.operations.content.errors import ConflictError, ContentError
from serverless_stack.operations.content.plan import LARGEST_COPY
from serverless_stack.operations.content.stores import PARALLEL
from serverless_stack.operations.content.stores.s3 import S3Store, s3_client
from serverless_stack.operations.objects.places import Local, Remote
from serverless_stack.operations.objects.planning import Step, StepPlan
from serverless_stack.operations.objects.properties import ObjectProperties
from serverless_stack.operations.sync import hashing
from serverless_stack.operations.sync.inventory import PARTIAL

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

EXISTS = "it exists at the destination"
_WRITES = ("PutObject", "CopyObject", "CompleteMultipartUpload")
_ABSENT = ("404", "NoSuchKey")
REFUSED = ("412", "PreconditionFailed")


@dataclass(frozen=True)
class Outcome:
    """What was done.

    Attributes:
        done: The steps that are done.
        skipped: What took no part, with the reason, by place.
        failures: What went wrong, by place. With `move`, such a source is still there.
    """

    done: Sequence[Step]
    skipped: dict[str, str]
    failures: dict[str, str]


class _ExistsError(Exception):
    """There is something at the destination, which must not be replaced."""


def apply(
    plan: StepPlan,
    *,
    move: bool = False,
    overwrite: bool = True,
    properties: ObjectProperties | None = None,
    client: "S3Client | None" = None,
    parallel: int = PARALLEL,
    progress: Callable[[Step], None] = lambda step: None,
) -> Outcome:
    """Copy or move what was planned.

    Args:
        plan: The plan.
        move: Whether to delete each source after its copy: only if the copy is complete, and the
            source has not changed since.
        overwrite: Whether to replace what is there. Default: yes, as S3 does.
        properties: The properties of what is written. Default: by the files' extensions; those of
            the source for a copy.
        client: The boto3 client of S3. Default: created when it is needed.
        parallel: The number of files at a time.
        progress: Called with each step that is done.
    """
    failures, skipped = dict(plan.failures), dict(plan.skipped)
    done: list[Step] = []
    if not plan.steps:
        return Outcome(done, skipped, failures)
    client = client or s3_client(parallel)
    with conditional(client, not overwrite):
        run = _Run(client, properties or ObjectProperties(), move, overwrite)
        for step, future in transfer.in_parallel(run.do, plan.steps, parallel, run.stopped):
            error = future.exception()
            if isinstance(error, _ExistsError):
                skipped[str(step.source)] = EXISTS
            elif error is not None:
                failures[str(step.source)] = f"{type(error).__name__}: {error}"
            else:
                done.append(step)
                progress(step)
    return Outcome(done, skipped, failures)


def remove(
    plan: StepPlan,
    *,
    client: "S3Client | None" = None,
    parallel: int = PARALLEL,
    progress: Callable[[Step], None] = lambda step: None,
) -> Outcome:
    """Delete what was planned.

    Args:
        plan: The plan.
        client: The boto3 client of S3. Default: created when it is needed.
        parallel: The number of connections.
        progress: Called with each step that is done.
    """
    failures = dict(plan.failures)
    done: list[Step] = []
    if not plan.steps:
        return Outcome(done, plan.skipped, failures)
    client = client or s3_client(parallel)
    for bucket, steps in _by_bucket(plan.steps).items():
        refused = S3Store(bucket, client).delete(steps)
        failures |= {str(steps[key].source): reason for key, reason in refused.items()}
        for key, step in steps.items():
            if key not in refused:
                done.append(step)
                progress(step)
    return Outcome(done, plan.skipped, failures)


def _by_bucket(steps: Iterable[Step]) -> dict[str, dict[str, Step]]:
    buckets: dict[str, dict[str, Step]] = {}
    for step in steps:
        assert isinstance(step.source, Remote)
        buckets.setdefault(step.source.bucket, {})[step.source.key] = step
    return buckets


@contextmanager
def conditional(client: "S3Client", only_new: bool) -> Iterator[None]:
    """Make every write of a client fail if the object exists.

    boto3's transfers pass no condition on.

    Args:
        client: The client.
        only_new: Whether to do so at all.
    """

    def only_if_absent(params: dict[str, object], **event: object) -> None:
        params["IfNoneMatch"] = "*"

    events = [f"before-parameter-build.s3.{operation}" for operation in _WRITES if only_new]
    for event in events:
        client.meta.events.register(event, only_if_absent)
    try:
        yield
    finally:
        for event in events:
            client.meta.events.unregister(event, only_if_absent)


class _Run:
    """The steps of one command, in threads."""

    def __init__(
        self, client: "S3Client", properties: ObjectProperties, move: bool, overwrite: bool
    ) -> None:
        self._client = client
        self._properties = properties
        self._move = move
        self._overwrite = overwrite
        self.stopped = threading.Event()

    def do(self, step: Step) -> None:
        """Do one step."""
        source, target = step.source, step.target
        if isinstance(source, Local):
            assert isinstance(target, Remote)
            before = self._upload(source.path, target)
            if self._move:
                _unlink(source.path, before)
            return
        if isinstance(target, Local):
            self._download(source, target.path, step)
        else:
            assert target is not None
            self._copy(source, target, step)
        if self._move:
            self._delete(source, step.etag)

    def _upload(self, path: str, target: Remote) -> os.stat_result:
        """Upload a file, and return its state before and after."""
        store = S3Store(target.bucket, self._client)
        arguments = self._properties.arguments_for(target.key)
        with open(path, "rb", opener=hashing.open_regular) as file:
            before = os.fstat(file.fileno())
            with self._absent(target):
                if before.st_size <= transfer.SMALL:
                    transfer.upload_small(store, target.key, file.read(), arguments)
                else:
                    self._refuse_existing(target)
                    size = before.st_size
                    transfer.upload_large(store, target.key, file, size, None, arguments)
            if not _same(before, os.fstat(file.fileno())):
                raise ContentError("the file has changed while it was read: copy it again")
        return before

    def _download(self, source: Remote, path: str, step: Step) -> None:
        """Download an object to a file that appears when it is complete."""
        if step.kind == "make folder":
            os.makedirs(path, exist_ok=True)
            return
        if not self._overwrite and os.path.lexists(path):
            raise _ExistsError
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        store = S3Store(source.bucket, self._client)
        # A new file replaces nothing: on some file systems two keys are one file.
        new = not step.replaces or not self._overwrite
        with replacing(path, PARTIAL, new=new) as file:
            downloads.receive(store, source.key, step.etag, file, self.stopped)
            if self._move:  # the only copy from now on
                file.flush()
                os.fsync(file.fileno())
                if file.tell() != step.size:
                    raise ContentError("the file has another size than the object")

    def _copy(self, source: Remote, target: Remote, step: Step) -> None:
        store = S3Store(target.bucket, self._client)
        arguments = self._properties.arguments()
        place = (source.bucket, source.key, step.etag, step.size)
        try:
            if step.size > LARGEST_COPY:
                self._refuse_existing(target)
            with self._absent(target):
                transfer.copy(store, target.key, *place, arguments)
        except ConflictError:
            self._refuse_existing(target)
            raise
        if self._move and step.size > LARGEST_COPY:
            head = self._client.head_object(Bucket=target.bucket, Key=target.key)
            if head["ContentLength"] != step.size:
                raise ContentError("the copy has another size than the object")

    def _delete(self, source: Remote, etag: str) -> None:
        """Delete a source that is what was copied."""
        try:
            self._client.delete_object(Bucket=source.bucket, Key=source.key, IfMatch=f'"{etag}"')
        except self._client.exceptions.ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code in REFUSED:
                raise ConflictError("it has changed since it was copied, and stays") from error
            if code not in _ABSENT:
                raise

    def _refuse_existing(self, target: Remote) -> None:
        """Refuse an object that exists before its replacement is sent, if it must stay."""
        if self._overwrite:
            return
        try:
            self._client.head_object(Bucket=target.bucket, Key=target.key)
        except self._client.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") in _ABSENT:
                return
            raise
        raise _ExistsError

    @contextmanager
    def _absent(self, target: Remote) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if not self._overwrite and code in REFUSED:
                raise _ExistsError from error
            raise


def _unlink(path: str, before: os.stat_result) -> None:
    """Delete a file that is what was uploaded."""
    if not _same(before, os.stat(path)):
        raise ConflictError("it has changed since it was copied, and stays")
    os.unlink(path)


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    fields = ("st_dev", "st_ino", "st_size", "st_mtime_ns")
    return all(getattr(before, name) == getattr(after, name) for name in fields)
