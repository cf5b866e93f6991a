"""Applying a plan: in parallel, deletions last, and nothing hidden."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serverless_stack.operations.sync import indexes
from serverless_stack.operations.sync.headers import Arguments, Wanted, digest
from serverless_stack.operations.sync.indexes import Known
from serverless_stack.operations.sync.inventories import PARALLEL, s3_client
from serverless_stack.operations.sync.locations import Bucket, Folder
from serverless_stack.operations.sync.planning import Action, Item, SyncPlan

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from s3transfer.manager import TransferManager

_SMALL = 8 << 20
_MAX_PARTS = 10_000  # "Amazon S3 multipart upload limits"
_LARGEST_COPY = 5 << 30  # "CopyObject"
_COPIED = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "Metadata",
)
_DELETED_AT_ONCE = 1000  # "DeleteObjects"


@dataclass(frozen=True)
class SyncResult:
    """What was done.

    Attributes:
        done: The actions that are done.
        failures: What went wrong, by key. With a failure nothing was deleted.
    """

    done: tuple[Action, ...]
    failures: dict[str, str]


def apply(
    plan: SyncPlan,
    *,
    wanted: Wanted | None = None,
    parallel: int = PARALLEL,
    client: "S3Client | None" = None,
    progress: Callable[[Action], None] = lambda action: None,
) -> SyncResult:
    """Do what is planned. What was done remains done: another run does the rest.

    Args:
        plan: The plan.
        wanted: The headers of uploaded files, as in `inventory`. Copies keep those of the source.
        parallel: How many files at a time, 1 or more.
        client: A client of S3; made when it is needed by default.
        progress: Told each action that is done.

    Returns:
        What was done, and what went wrong.
    """
    if parallel < 1:
        raise ValueError(f"`parallel` must be 1 or more, got: {parallel}")
    work = _Work(client or s3_client(parallel), plan, wanted or Wanted())
    moves = [action for action in plan.actions if action.kind != "delete"]
    deletions = [action for action in plan.actions if action.kind == "delete"]
    done: list[Action] = []
    failures: dict[str, str] = {}
    with ThreadPoolExecutor(parallel) as pool:
        futures: list[tuple[Action, Future[None]]] = [
            (action, pool.submit(work.do, action)) for action in moves
        ]
        try:
            for action, future in futures:
                error = future.exception()
                if error is not None:
                    failures[action.key] = f"{type(error).__name__}: {error}"
                    continue
                done.append(action)
                progress(action)
        except BaseException:
            # Ctrl-C: what is under way ends, the rest is not begun, and what is done is known.
            pool.shutdown(cancel_futures=True)
            work.remember(set())
            raise
    if not failures:
        for start in range(0, len(deletions), _DELETED_AT_ONCE):
            batch = deletions[start : start + _DELETED_AT_ONCE]
            refused = work.delete(batch)
            failures |= refused
            for action in batch:
                if action.key not in refused:
                    done.append(action)
                    progress(action)
    work.remember({action.key for action in done if action.kind == "delete"})
    return SyncResult(tuple(done), failures)


class _Work:
    def __init__(self, client: "S3Client", plan: SyncPlan, wanted: Wanted) -> None:
        self._client = client
        self._plan = plan
        self._wanted = wanted
        self._from, self._to = plan.source.location, plan.destination.location
        self._known: dict[str, Known] = {}

    def do(self, action: Action) -> None:
        """Do one action that is no deletion."""
        item = self._plan.source.items[action.key]
        if isinstance(self._from, Folder):
            assert isinstance(self._to, Bucket)
            self._upload(self._from, self._to, item, rewrite=action.kind == "rewrite")
        elif isinstance(self._to, Folder):
            self._download(self._from, self._to, item)
        else:
            self._copy(self._from, self._to, item)

    def delete(self, actions: Sequence[Action]) -> dict[str, str]:
        """Delete files or objects; gives what went wrong."""
        if isinstance(self._to, Folder):
            for action in actions:
                self._to.file(action.key).unlink(missing_ok=True)
            return {}
        prefix = self._to.prefix
        answer = self._client.delete_objects(
            Bucket=self._to.name,
            Delete={"Objects": [{"Key": f"{prefix}{a.key}"} for a in actions], "Quiet": True},
        )
        return {
            str(each.get("Key")).removeprefix(prefix): f"{each.get('Code')}: {each.get('Message')}"
            for each in answer.get("Errors", [])
        }

    def remember(self, deleted: set[str]) -> None:
        """Write into the index what is known now, if that is news."""
        if not isinstance(self._to, Bucket):
            return
        if self._plan.destination.indexed and not self._known and not deleted:
            return
        before = {
            key: Known(item.etag, item.content, item.headers)
            for key, item in self._plan.destination.items.items()
            if item.content is not None and item.headers is not None
        }
        now = {key: known for key, known in {**before, **self._known}.items() if key not in deleted}
        indexes.write(self._client, self._to, now)

    def _upload(self, source: Folder, target: Bucket, item: Item, *, rewrite: bool) -> None:
        arguments = self._wanted.arguments(item.key, self._plan.source.items)
        path, key = source.file(item.key), f"{target.prefix}{item.key}"
        if rewrite and item.size <= _LARGEST_COPY:
            self._rewrite(target, item, arguments)
            return
        if item.size <= _SMALL:
            content = path.read_bytes()
            found = hashlib.md5(content, usedforsecurity=False).hexdigest()
            if found != item.content:
                raise OSError(f"{path} was changed while it was synchronised")
            answer = self._client.put_object(Bucket=target.name, Key=key, Body=content, **arguments)
            etag = answer["ETag"].strip('"')
        else:
            etag = self._upload_large(str(path), target.name, key, item.size, arguments)
        self._known[item.key] = Known(etag, str(item.content), digest(arguments))

    def _upload_large(
        self, path: str, bucket: str, key: str, size: int, arguments: Arguments
    ) -> str:
        extra = {**arguments, "ChecksumAlgorithm": "SHA256"}
        with _transfers(self._client, size) as manager:
            manager.upload(path, bucket, key, extra).result()
        return self._client.head_object(Bucket=bucket, Key=key)["ETag"].strip('"')

    def _rewrite(self, target: Bucket, item: Item, arguments: Arguments) -> None:
        key = f"{target.prefix}{item.key}"
        answer = self._client.copy_object(
            Bucket=target.name,
            Key=key,
            CopySource={"Bucket": target.name, "Key": key},
            MetadataDirective="REPLACE",
            **arguments,
        )
        etag = answer["CopyObjectResult"].get("ETag", "").strip('"')
        self._known[item.key] = Known(etag, str(item.content), digest(arguments))

    def _copy(self, source: Bucket, target: Bucket, item: Item) -> None:
        key = f"{target.prefix}{item.key}"
        place = {"Bucket": source.name, "Key": f"{source.prefix}{item.key}"}
        if item.size > _LARGEST_COPY:
            # A copy in parts is a new object: its headers have to be named.
            head = self._client.head_object(**place)  # type: ignore[arg-type]
            extra = {name: head[name] for name in _COPIED if head.get(name)}  # type: ignore[literal-required]
            with _transfers(self._client, item.size) as manager:
                manager.copy(place, target.name, key, extra).result()
            return
        answer = self._client.copy_object(Bucket=target.name, Key=key, CopySource=place)  # type: ignore[arg-type]
        etag = answer["CopyObjectResult"].get("ETag", "").strip('"')
        if item.content is not None and item.headers is not None:
            self._known[item.key] = Known(etag, item.content, item.headers)

    def _download(self, source: Bucket, target: Folder, item: Item) -> None:
        path = target.file(item.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".sync-")
        try:
            key = f"{source.prefix}{item.key}"
            with os.fdopen(handle, "wb") as file, _transfers(self._client, item.size) as manager:
                manager.download(source.name, key, file).result()
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise


def _transfers(client: "S3Client", size: int) -> "TransferManager":
    """What moves large objects in parts, each of them checked."""
    from boto3.s3.transfer import TransferConfig, create_transfer_manager

    part = max(_SMALL, -(-size // _MAX_PARTS))
    config = TransferConfig(multipart_threshold=part, multipart_chunksize=part)
    return create_transfer_manager(client, config)
