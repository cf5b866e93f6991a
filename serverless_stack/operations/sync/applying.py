"""Applying a plan: several files at a time, deletions last, and each failure on its own."""

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from serverless_stack._shared.content.headers import Headers
from serverless_stack._shared.files import replacing
from serverless_stack.operations.content import downloads, transfer
from serverless_stack.operations.content.manifest import Record
from serverless_stack.operations.content.plan import LARGEST_COPY
from serverless_stack.operations.content.stores import Store
from serverless_stack.operations.content.stores.s3 import header_arguments
from serverless_stack.operations.sync import hashing
from serverless_stack.operations.sync.inventory import PARTIAL, HeaderRules
from serverless_stack.operations.sync.locations import Bucket, Folder
from serverless_stack.operations.sync.planning import Action, SyncPlan
from serverless_stack.operations.sync.state import State


@dataclass(frozen=True)
class SyncResult:
    """What was done.

    Attributes:
        done: The actions that are done.
        failures: What went wrong, by key. With a failure nothing was deleted.
    """

    done: Sequence[Action]
    failures: dict[str, str]


class Run:
    """One application of a plan.

    Args:
        plan: The plan.
        store: The bucket of the destination, or of the source if that is a folder.
        state: The state of that bucket.
        headers: The headers of uploaded files.
        parallel: The number of files at a time.
    """

    def __init__(
        self, plan: SyncPlan, store: Store, state: State, headers: HeaderRules, parallel: int
    ) -> None:
        self._plan = plan
        self._store = store
        self._state = state
        self._headers = headers
        self._parallel = parallel
        # Of the destination, if that is a bucket; a rewrite would lose the class otherwise.
        self._more = {"StorageClass": headers.storage_class} if headers.storage_class else {}
        self._stopped = threading.Event()

    def apply(self, progress: Callable[[Action], None]) -> SyncResult:
        """Do all actions.

        Args:
            progress: Called with each action that is done.
        """
        actions = self._plan.actions
        failures = dict(self._plan.failures)
        records = dict(self._plan.destination.learned)
        gone = set(self._plan.destination.forgotten)
        done: list[Action] = []
        moves = [action for action in actions if action.kind != "delete"]
        try:
            if moves:
                for action, future in transfer.in_parallel(
                    self._do, moves, self._parallel, self._stopped
                ):
                    error = future.exception()
                    if error is not None:
                        failures[action.key] = f"{type(error).__name__}: {error}"
                        continue
                    if (record := future.result()) is not None:
                        records[action.key] = record
                    done.append(action)
                    progress(action)
            if not failures:
                deletions = [action for action in actions if action.kind == "delete"]
                failures |= self._delete([action.key for action in deletions])
                for action in deletions:
                    if action.key not in failures:
                        gone.add(action.key)
                        done.append(action)
                        progress(action)
        finally:
            # After Ctrl-C as well: uploads under way have ended, and downloads were dropped.
            if isinstance(self._plan.destination.location, Bucket):
                self._state.record(records, gone)
        return SyncResult(tuple(done), failures)

    def _do(self, action: Action) -> Record | None:
        """Do one action that is no deletion, and return what is known of the object now."""
        source, destination = self._plan.source.location, self._plan.destination.location
        item = self._plan.source.items[action.key]
        if isinstance(destination, Folder):
            assert isinstance(source, Bucket)
            path = destination.file(action.key)
            place = f"{source.prefix}{item.key}", item.etag
            self._download(*place, str(path), new=not action.replaces)
            return None
        key = f"{destination.prefix}{item.key}"
        if isinstance(source, Bucket):
            place = (source.name, f"{source.prefix}{item.key}")
            etag = transfer.copy(self._store, key, *place, item.etag, item.size, self._more)
            if item.content is None or item.headers is None:
                return None
            return Record(item.content, item.size, item.headers, etag)
        headers = self._headers.headers(item.key, self._plan.source.items)
        other = self._plan.destination.items.get(item.key)
        if action.kind == "rewrite" and other is not None and other.size <= LARGEST_COPY:
            kept = self._more or transfer.storage_class_of(self._store, key)
            etag = transfer.rewrite(self._store, key, other.etag, headers, kept)
            return Record(item.content or "", item.size, headers.digest(), etag)
        return self._upload(str(source.file(item.key)), key, headers)

    def _upload(self, path: str, key: str, headers: Headers) -> Record:
        """Upload a file, and record the bytes that were really read."""
        with open(path, "rb", opener=hashing.open_regular) as file:
            size = os.fstat(file.fileno()).st_size
            if size <= transfer.SMALL:
                content = file.read(transfer.SMALL + 1)
                size = len(content)
            if size <= transfer.SMALL:
                digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
                etag = self._write(key, content, headers)
            else:  # it may have grown since
                file.seek(0)
                hashed = _Hashed(file)
                etag = transfer.upload_large(self._store, key, hashed, size, headers, self._more)
                digest, size = hashed.digest.hexdigest(), hashed.size
        return Record(digest, size, headers.digest(), etag)

    def _write(self, key: str, content: bytes, headers: Headers) -> str:
        if not self._more:
            return self._store.write(key, content, headers)
        arguments = {**header_arguments(headers), **self._more}
        return transfer.upload_small(self._store, key, content, arguments)

    def _download(self, key: str, etag: str, path: str, *, new: bool) -> None:
        """Download an object to a file that appears when it is complete.

        A new file replaces nothing: on some file systems two keys are one file.
        """
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with replacing(path, PARTIAL, new=new) as file:
            downloads.receive(self._store, key, etag, file, self._stopped)

    def _delete(self, keys: Sequence[str]) -> dict[str, str]:
        """Delete files or objects, and return what went wrong."""
        location = self._plan.destination.location
        if isinstance(location, Bucket):
            prefix = location.prefix
            failures = self._store.delete(f"{prefix}{key}" for key in keys) if keys else {}
            return {key.removeprefix(prefix): reason for key, reason in failures.items()}
        failures = {}
        for key in keys:
            try:
                location.file(key).unlink(missing_ok=True)
            except (OSError, ValueError) as error:
                failures[key] = f"{type(error).__name__}: {error}"
        return failures


class _Hashed:
    """A file that is hashed as it is read, from its beginning to its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest, self.size = hashlib.md5(usedforsecurity=False), 0

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        self.size += len(content)
        return content
