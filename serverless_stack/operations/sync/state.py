"""What `sync` keeps in a bucket: the headers of objects, and what is still to be invalidated."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from serverless_stack.operations.content import manifest as manifests
from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.content.manifest import Manifest, PendingKeys, Record
from serverless_stack.operations.content.stores import ABSENT, Store
from serverless_stack.operations.sync.locations import Bucket

logger = logging.getLogger(__name__)

_NEVER = datetime.min.replace(tzinfo=UTC)
_LONGEST_RUN_SECONDS = 3600


class State:
    """The manifest of a prefix. Without permission to read it, `sync` works without it.

    Args:
        store: The bucket.
        bucket: The prefix.

    Attributes:
        records: What is known of the objects.
        modified: When the manifest was written. What is known counts for older objects: S3 counts
            whole seconds, in which somebody may have written an object again.
    """

    def __init__(self, store: Store, bucket: Bucket) -> None:
        self._store = store
        self._key = bucket.state_key
        self._manifest, self._etag, self.modified = Manifest(), ABSENT, _NEVER
        self._denied = False
        try:
            # Listed, because the dates in lists are those to compare with.
            folder = self._key.rpartition("/")[0] + "/"
            listed = {item.key: item for item in store.list_prefix(folder, exact=False)}
            if self._key in listed:
                self._etag = listed[self._key].etag
                self._manifest, self._etag = self._read() or (Manifest(), ABSENT)
                self.modified = listed[self._key].modified
        except Exception as error:
            if not _is_denied(error):
                raise
            self._denied = True
            logger.warning("what is known of %s is not used: access is denied", bucket)

    def _read(self) -> tuple[Manifest, str] | None:
        try:
            return manifests.read(self._store, self._key)
        except ContentError as error:
            logger.warning("it is written anew: %s", error)
            return Manifest(), self._etag

    @property
    def records(self) -> Mapping[str, Record]:
        """What is known of the objects, by key."""
        return self._manifest.files

    @property
    def uninvalidated(self) -> Mapping[str, PendingKeys]:
        """What runs still have to invalidate, by id of the run."""
        return self._manifest.uninvalidated

    def record(self, records: Mapping[str, Record], gone: Collection[str]) -> None:
        """Record objects that were written, and forget those that are gone."""
        if records or gone:

            def changed(before: Manifest) -> Manifest:
                files = {key: item for key, item in before.files.items() if key not in gone}
                return replace(before, files={**files, **records})

            self.update(changed)

    def update(self, change: Callable[[Manifest], Manifest]) -> None:
        """Change the manifest, which another run may change at the same time."""
        if self._denied:
            return
        try:
            start = (self._manifest, self._etag)
            self._manifest, self._etag = manifests.update(self._store, self._key, change, start)
        except Exception as error:
            if not _is_denied(error):
                raise
            self._denied = True
            logger.warning("what was done is not recorded: access to %s is denied", self._key)


class PendingInvalidations:
    """Keys that distributions have not been told of.

    A run that ended between its uploads and its invalidation would leave old pages in the caches
    for good: the next one finds nothing to upload. So each run records what it will replace before
    it begins, and strikes it out when the distributions know. What another run has recorded is
    invalidated as well. It is struck out only if that run has ended: until then it may write again.

    Args:
        state: The state of the destination.
        distribution_ids: The distributions.
    """

    def __init__(self, state: State, distribution_ids: Sequence[str]) -> None:
        self._state = state
        self._distributions = set(distribution_ids)
        from uuid import uuid4

        self._run = uuid4().hex
        self._own: set[str] = set()
        self._of_others = {
            run: pending
            for run, pending in state.uninvalidated.items()
            if self._distributions.intersection(pending.distributions)
        }

    @property
    def keys(self) -> set[str]:
        """The keys that at least one of the distributions has not been told of."""
        return self._own.union(*(pending.keys for pending in self._of_others.values()))

    @contextmanager
    def running(self, keys: Iterable[str]) -> Iterator[None]:
        """Record keys before they are replaced; if the run fails, the next one takes them over."""
        self.add(keys)
        try:
            yield
        except BaseException:
            self._write(self._own, running_since=0)
            raise

    def add(self, keys: Iterable[str]) -> None:
        """Record keys before they are replaced."""
        self._own |= set(keys)
        self._write(self._own, running_since=time.time())

    def sent(self, *, but: Collection[str] = ()) -> None:
        """Strike out what the distributions know now, but for some keys."""
        begun = time.time() - _LONGEST_RUN_SECONDS
        ended = {run for run, other in self._of_others.items() if other.running_since < begun}
        keys = self._own.union(*(self._of_others[run].keys for run in ended)).intersection(but)
        self._write(keys, running_since=0, known_to=ended)

    def _write(
        self, keys: Collection[str], *, running_since: float, known_to: Collection[str] = ()
    ) -> None:
        def changed(before: Manifest) -> Manifest:
            runs = {}
            for run, pending in before.uninvalidated.items():
                informed = self._distributions if run in known_to else set[str]()
                left = [name for name in pending.distributions if name not in informed]
                if left and run != self._run:
                    runs[run] = replace(pending, distributions=left)
            if keys:
                runs[self._run] = PendingKeys(
                    sorted(self._distributions), sorted(keys), running_since
                )
            return replace(before, uninvalidated=runs)

        if keys or known_to or self._run in self._state.uninvalidated:
            self._state.update(changed)


def keys_of_deployments(store: Store, bucket: Bucket) -> set[str]:
    """Return the keys below a prefix that a ``ContentDeployment`` has put there."""
    try:
        keys = manifests.keys_of_others(store, bucket.state_key)
    except Exception as error:
        if not _is_denied(error):
            raise
        logger.warning("whose files %s holds is not known: access is denied", bucket)
        return set()
    return {key.removeprefix(bucket.prefix) for key in keys if key.startswith(bucket.prefix)}


def _is_denied(error: Exception) -> bool:
    response = getattr(error, "response", {})
    return isinstance(response, dict) and response.get("Error", {}).get("Code") in (
        "AccessDenied",
        "403",
    )
