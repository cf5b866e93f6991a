"""What distributions have to be told of a bucket: kept in it until they are.

A synchronisation that ends between its uploads and its invalidation would leave old pages in the
caches for good: the next one finds nothing to upload. So what will be replaced is written down
before, and struck out after.
"""

import gzip
import json
from collections.abc import Collection, Iterable, Sequence

from serverless_stack.operations.sync.locations import Bucket
from serverless_stack.operations.sync.store import Store

_FORMAT = 1


class Owed:
    """Keys of a bucket of which some distributions have not been told.

    Args:
        store: S3.
        bucket: The bucket.
        distribution_ids: The distributions.
    """

    def __init__(self, store: Store, bucket: Bucket, distribution_ids: Sequence[str]) -> None:
        self._store = store
        self._bucket = bucket
        self._distribution_ids = distribution_ids
        kept = store.kept(bucket.name, bucket.owed_key)
        said = json.loads(gzip.decompress(kept.content)) if kept else {}
        self._all: dict[str, list[str]] = said["keys"] if said.get("format") == _FORMAT else {}

    @property
    def keys(self) -> set[str]:
        """The keys of which any of them has not been told."""
        return {key for each in self._distribution_ids for key in self._all.get(each, [])}

    def add(self, keys: Iterable[str]) -> None:
        """Write down keys before they are replaced."""
        further = set(keys)
        if further:
            for each in self._distribution_ids:
                self._all[each] = sorted(further.union(self._all.get(each, [])))
            self._write()

    def told(self, *, but: Collection[str]) -> None:
        """Strike out all that the distributions have been told of, but for some keys."""
        if self.keys.difference(but):
            for each in self._distribution_ids:
                self._all[each] = [key for key in self._all.get(each, []) if key in but]
            self._write()

    def _write(self) -> None:
        said = json.dumps({"format": _FORMAT, "keys": self._all}, separators=(",", ":"))
        packed = gzip.compress(said.encode(), mtime=0)
        self._store.keep(self._bucket.name, self._bucket.owed_key, packed)
