"""Applying a plan: in parallel, deletions last, and nothing hidden."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from serverless_stack.operations.sync import indexes
from serverless_stack.operations.sync.actions import Action, Actions
from serverless_stack.operations.sync.headers import Arguments, Wanted, digest
from serverless_stack.operations.sync.indexes import Entries, Known
from serverless_stack.operations.sync.items import Item, ordered
from serverless_stack.operations.sync.locations import Bucket, Folder
from serverless_stack.operations.sync.planning import SyncPlan
from serverless_stack.operations.sync.store import PARALLEL, Store

if TYPE_CHECKING:
    from concurrent.futures import Future

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
_AHEAD = 4  # actions in hand for each that runs


@dataclass(frozen=True)
class SyncResult:
    """What was done.

    Attributes:
        done: The actions that are done.
        failures: What went wrong, by key. With a failure nothing was deleted.
    """

    done: Sequence[Action]
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
    return carry_out(plan, Store(client, parallel), wanted=wanted or Wanted(), progress=progress)


def carry_out(
    plan: SyncPlan, store: Store, *, wanted: Wanted, progress: Callable[[Action], None]
) -> SyncResult:
    """Do what is planned, as `apply`, in a store that is there already."""
    work = _Work(store, plan, wanted)
    news = Entries()
    failures: dict[str, str] = {}
    moves = work.all()
    try:
        for action, future in moves:
            error = future.exception()
            if error is not None:
                failures[action.key] = f"{type(error).__name__}: {error}"
                continue
            if (known := future.result()) is not None:
                news.add(known)
            progress(action)
    except BaseException:
        # Ctrl-C: what is under way ends, the rest is not begun, and what is done is known.
        moves.close()
        work.remember(news, set())
        raise
    deletions = (action for action in plan.actions if action.kind == "delete")
    deleted: set[str] = set()
    while not failures and (batch := list(islice(deletions, _DELETED_AT_ONCE))):
        refused = work.delete(batch)
        failures |= refused
        for action in batch:
            if action.key not in refused:
                deleted.add(action.key)
                progress(action)
    work.remember(news, deleted)
    return SyncResult(_done(plan.actions, failures, deleted), failures)


def _done(
    actions: Sequence[Action], failures: Mapping[str, str], deleted: Container[str]
) -> Sequence[Action]:
    if not failures:
        return actions
    done = Actions()
    for action in actions:
        if action.key not in failures and (action.kind != "delete" or action.key in deleted):
            done.add(action)
    return done


class _Work:
    def __init__(self, store: Store, plan: SyncPlan, wanted: Wanted) -> None:
        self._store = store
        self._plan = plan
        self._wanted = wanted
        self._from, self._to = plan.source.location, plan.destination.location

    def all(self) -> "Generator[tuple[Action, Future[Known | None]], None, None]":
        """Do all that is no deletion, a few ahead of what is given; in the order of the keys.

        When it is closed, what has not begun is left.
        """
        actions = self._plan.actions
        if not isinstance(actions, Actions):  # which is in that order
            actions = sorted(actions, key=lambda action: action.key)
        moves = (action for action in actions if action.kind != "delete")
        first = next(moves, None)
        if first is None:
            return  # threads take longer to load than to find out that there is nothing to do
        from concurrent.futures import ThreadPoolExecutor

        ahead: deque[tuple[Action, Future[Known | None]]] = deque()
        with ThreadPoolExecutor(self._store.parallel) as pool:
            try:
                for action in chain([first], moves):
                    ahead.append((action, pool.submit(self.do, action)))
                    if len(ahead) > _AHEAD * self._store.parallel:
                        yield ahead.popleft()
                yield from ahead
            except GeneratorExit:
                pool.shutdown(cancel_futures=True)
                raise

    def do(self, action: Action) -> Known | None:
        """Do one action that is no deletion; gives what is known of the object now."""
        item = self._plan.source.items[action.key]
        if isinstance(self._from, Folder):
            assert isinstance(self._to, Bucket)
            rewrite = action.kind == "rewrite" and item.size <= _LARGEST_COPY
            return self._upload(self._from, self._to, item, rewrite=rewrite)
        if isinstance(self._to, Folder):
            self._download(self._from, self._to, item)
            return None
        return self._copy(self._from, self._to, item)

    def delete(self, actions: Sequence[Action]) -> dict[str, str]:
        """Delete files or objects; gives what went wrong."""
        if isinstance(self._to, Folder):
            for action in actions:
                self._to.file(action.key).unlink(missing_ok=True)
            return {}
        prefix = self._to.prefix
        answer = self._store.client.delete_objects(
            Bucket=self._to.name,
            Delete={"Objects": [{"Key": f"{prefix}{a.key}"} for a in actions], "Quiet": True},
        )
        return {
            str(each.get("Key")).removeprefix(prefix): f"{each.get('Code')}: {each.get('Message')}"
            for each in answer.get("Errors", [])
        }

    def remember(self, news: Entries, deleted: set[str]) -> None:
        """Write into the index what is known now, if that is news."""
        if not isinstance(self._to, Bucket):
            return
        if self._plan.destination.indexed and not news.count and not deleted:
            return
        packed = news.packed()
        if deleted or next(self._before(), None) is not None:
            now = _newest(self._before(), indexes.unpacked(packed))
            packed = indexes.packed(each for each in now if each.key not in deleted)
        indexes.write(self._store, self._to, packed)

    def _before(self) -> Iterator[Known]:
        for item in ordered(self._plan.destination.items):
            if item.content is not None and item.headers is not None:
                yield Known(item.key, item.etag, item.content, item.headers)

    def _upload(self, source: Folder, target: Bucket, item: Item, *, rewrite: bool) -> Known:
        arguments = self._wanted.arguments(item.key, self._plan.source.items)
        path, key = source.file(item.key), f"{target.prefix}{item.key}"
        if rewrite:
            etag = self._rewrite(target.name, key, arguments)
        elif item.size <= _SMALL:
            content = path.read_bytes()
            found = hashlib.md5(content, usedforsecurity=False).hexdigest()
            if found != item.content:
                raise OSError(f"{path} was changed while it was synchronised")
            etag = self._store.put(target.name, key, content, found, arguments)
        else:
            etag = self._upload_large(str(path), target.name, key, item.size, arguments)
        return Known(item.key, etag, str(item.content), digest(arguments))

    def _upload_large(
        self, path: str, bucket: str, key: str, size: int, arguments: Arguments
    ) -> str:
        extra = {**arguments, "ChecksumAlgorithm": "SHA256"}
        with _transfers(self._store.client, size) as manager:
            manager.upload(path, bucket, key, extra).result()
        return self._store.client.head_object(Bucket=bucket, Key=key)["ETag"].strip('"')

    def _rewrite(self, bucket: str, key: str, arguments: Arguments) -> str:
        answer = self._store.client.copy_object(
            Bucket=bucket,
            Key=key,
            CopySource={"Bucket": bucket, "Key": key},
            MetadataDirective="REPLACE",
            **arguments,
        )
        return answer["CopyObjectResult"].get("ETag", "").strip('"')

    def _copy(self, source: Bucket, target: Bucket, item: Item) -> Known | None:
        client, key = self._store.client, f"{target.prefix}{item.key}"
        place = {"Bucket": source.name, "Key": f"{source.prefix}{item.key}"}
        if item.size > _LARGEST_COPY:
            # A copy in parts is a new object: its headers have to be named.
            head = client.head_object(**place)  # type: ignore[arg-type]
            extra = {name: head[name] for name in _COPIED if head.get(name)}  # type: ignore[literal-required]
            with _transfers(client, item.size) as manager:
                manager.copy(place, target.name, key, extra).result()
            return None
        answer = client.copy_object(Bucket=target.name, Key=key, CopySource=place)  # type: ignore[arg-type]
        etag = answer["CopyObjectResult"].get("ETag", "").strip('"')
        if item.content is None or item.headers is None:
            return None
        return Known(item.key, etag, item.content, item.headers)

    def _download(self, source: Bucket, target: Folder, item: Item) -> None:
        import tempfile

        path = target.file(item.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".sync-")
        try:
            key = f"{source.prefix}{item.key}"
            with (
                os.fdopen(handle, "wb") as file,
                _transfers(self._store.client, item.size) as manager,
            ):
                manager.download(source.name, key, file).result()
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise


def _newest(before: Iterable[Known], after: Iterable[Known]) -> Iterator[Known]:
    """Both in the order of the keys; of two entries for a key the later one."""
    left = iter(before)
    one = next(left, None)
    for other in after:
        while one is not None and one.key < other.key:
            yield one
            one = next(left, None)
        if one is not None and one.key == other.key:
            one = next(left, None)
        yield other
    while one is not None:
        yield one
        one = next(left, None)


def _transfers(client: "S3Client", size: int) -> "TransferManager":
    """What moves large objects in parts, each of them checked."""
    from boto3.s3.transfer import TransferConfig, create_transfer_manager

    part = max(_SMALL, -(-size // _MAX_PARTS))
    config = TransferConfig(multipart_threshold=part, multipart_chunksize=part)
    return create_transfer_manager(client, config)
