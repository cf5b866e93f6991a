"""Synchronising two locations in one call, with the invalidation that follows."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from serverless_stack._shared.content.rules import CacheRule, TagRule, is_document
from serverless_stack.operations.content.stores import PARALLEL, Store, open_store
from serverless_stack.operations.sync.applying import Run, SyncResult
from serverless_stack.operations.sync.inventory import (
    HeaderRules,
    Inventory,
    ask_for_headers,
    chooser,
    keep_apart,
    read_bucket,
    read_folder,
    refuse_shared_paths,
)
from serverless_stack.operations.sync.locations import Bucket, Folder
from serverless_stack.operations.sync.planning import Action, SyncPlan, kind_of, plan
from serverless_stack.operations.sync.state import PendingInvalidations, State, keys_of_deployments

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.client import CloudFrontClient
    from mypy_boto3_s3.client import S3Client

    from serverless_stack.operations.invalidation import Invalidation, InvalidationPlan


@dataclass(frozen=True)
class Synced:
    """What a synchronisation planned and did.

    Attributes:
        plan: The plan.
        result: What was done; None in a dry run.
        invalidation: The plan of the invalidation; None without distributions.
        sent: The invalidations that were sent.
    """

    plan: SyncPlan
    result: SyncResult | None
    invalidation: "InvalidationPlan | None"
    sent: "tuple[Invalidation, ...]" = ()


def sync(
    source: Folder | Bucket,
    destination: Folder | Bucket,
    *,
    delete: bool = False,
    allow_empty_source: bool = True,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    cache_control: Sequence[CacheRule] = (),
    expires: datetime | None = None,
    tags: Sequence[TagRule] = (),
    dry_run: bool = False,
    parallel: int = PARALLEL,
    distribution_ids: Sequence[str] = (),
    path_prefix: str = "",
    index_document: str = "index.html",
    query_strings: bool = False,
    max_paths: int = 30,
    exclude_paths: Sequence[str] = (),
    wait: bool | timedelta = False,
    client: "S3Client | None" = None,
    cloudfront: "CloudFrontClient | None" = None,
    planned: Callable[[SyncPlan], None] = lambda plan: None,
    progress: Callable[[Action], None] = lambda action: None,
) -> Synced:
    """Make a folder or bucket the same as another one, by content and headers.

    Args:
        source: The location to read.
        destination: The location to write.
        delete: Whether to delete what the source does not have, last of all; files of a
            ``ContentDeployment`` are left.
        allow_empty_source: Whether `delete` may empty the destination because the source is empty.
        include: Globs of the keys that take part. Default: all.
        exclude: Globs of keys that take no part. Such files are not opened.
        cache_control: ``Cache-Control`` of uploaded files by pattern; the first that matches.
        expires: ``Expires`` of uploaded files. Default: none.
        tags: Cache tags of uploaded files by pattern; each rule that matches adds its tags.
        dry_run: Whether to plan only.
        parallel: The number of files at a time, 1 or more.
        distribution_ids: Distributions to invalidate: what was replaced or deleted, and new
            documents. What they have not been told, because an earlier synchronisation with them
            was interrupted or CloudFront refused, is invalidated as well.
        path_prefix: The path that viewers see before a key, such as ``/docs``.
        index_document: The file that the distributions serve for a folder.
        query_strings: Whether their caches distinguish query strings.
        max_paths: The maximum number of paths to pay for.
        exclude_paths: Paths that another origin serves.
        wait: Whether to wait for the invalidation; see ``send``.
        client: The boto3 client of S3. Default: created when it is needed.
        cloudfront: The boto3 client of CloudFront. Default: created when it is needed.
        planned: Called with the plan before it is applied.
        progress: Called with each action that is done.

    Returns:
        The plan and what was done.

    Raises:
        ValueError: If both locations are folders, or an argument is out of range.
        OSError: If the source folder cannot be read.
        botocore.exceptions.ClientError: If a bucket cannot be read.
        serverless_stack.operations.content.errors.ContentError: If the answer is no list of a
            bucket.
    """
    if parallel < 1:
        raise ValueError(f"`parallel` must be 1 or more, got: {parallel}")
    kind_of(source, destination)

    def paths_for(changed: Collection[str], everything: Collection[str]) -> "InvalidationPlan":
        from serverless_stack.operations.invalidation import plan as plan_invalidation

        return plan_invalidation(
            changed,
            everything,
            max_paths=max_paths,
            index_document=index_document,
            path_prefix=path_prefix,
            query_strings=query_strings,
            exclude_paths=exclude_paths,
        )

    if distribution_ids:
        paths_for((), ())  # what it refuses is refused before anything is uploaded
    headers = HeaderRules(cache_control, expires, tags)
    sides = _Sides(source, destination, headers, chooser(include, exclude), client, parallel)
    ours, theirs = sides.read(exact=delete)
    changes = sides.spare(plan(ours, theirs, delete=delete, include=include, exclude=exclude))
    if not allow_empty_source and not ours.items and changes.actions:
        raise ValueError(
            f"the source {source} has no files, and all {len(changes.actions):,} of {destination} "
            "would be deleted; allow an empty source if that is right"
        )
    planned(changes)
    pending = None
    if distribution_ids and isinstance(destination, Bucket):
        pending = PendingInvalidations(sides.state, distribution_ids)
    visible = _visible(changes.actions)
    running = pending.running(visible) if pending and visible and not dry_run else nullcontext()
    with running:
        result = None
        if not dry_run:
            run = Run(changes, sides.store, sides.state, headers, parallel)
            result = run.apply(progress)
            visible = _visible(result.done)
        if not distribution_ids:
            return Synced(changes, result, None)
        keys = visible | (pending.keys if pending else set())
        paths = paths_for(keys, sorted(ours.items.keys() | theirs.items.keys()))
        if result is None:
            return Synced(changes, result, paths)
        from uuid import uuid4

        from serverless_stack.operations.invalidation import send

        sent = send(
            paths,
            distribution_ids,
            deployment=uuid4().hex,  # what was sent is not pending, so no two are the same
            replaces="",
            wait=wait,
            client=cloudfront,
        )
        if pending is not None:
            pending.sent(but=result.failures)  # S3 may have written these all the same
    return Synced(changes, result, paths, sent)


def _visible(actions: Iterable[Action]) -> set[str]:
    """Return the keys of which viewers may have an old version: nobody knows of a new script."""
    return {action.key for action in actions if action.replaces or is_document(action.key)}


class _Sides:
    """The two locations, and the bucket that is written, or read if a folder is written."""

    def __init__(
        self,
        source: Folder | Bucket,
        destination: Folder | Bucket,
        headers: HeaderRules,
        chosen: Callable[[str], bool],
        client: "S3Client | None",
        parallel: int,
    ) -> None:
        self._source, self._destination = source, destination
        self._headers, self._chosen = headers, chosen
        self._client, self._parallel = client, parallel
        bucket = destination if isinstance(destination, Bucket) else source
        assert isinstance(bucket, Bucket)
        self._bucket = bucket
        self.store: Store = open_store(bucket.name, client, parallel)
        self.state: State

    def read(self, *, exact: bool) -> tuple[Inventory, Inventory]:
        """Return both inventories.

        Args:
            exact: Whether the keys of the destination are used for more than a comparison.
        """
        if isinstance(self._source, Folder):
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(1) as pool:
                listed = pool.submit(self._read_bucket, exact=exact)
                ours = read_folder(self._source, self._headers, self._chosen)
            theirs = listed.result()
        elif isinstance(self._destination, Folder):
            ours = self._read_bucket(exact=True)
            refuse_shared_paths(ours, self._destination)
            theirs = Inventory(self._destination, {})
            if self._destination.path.exists():
                theirs = read_folder(
                    self._destination,
                    None,
                    self._chosen,
                    compared=ours,
                    first_part=self._first_part,
                )
            return ours, theirs
        else:
            store = open_store(self._source.name, self._client, self._parallel)
            ours = read_bucket(self._source, store, State(store, self._source), self._chosen)
            theirs = self._read_bucket(exact=exact)
            keep_apart(ours, theirs)
            ask_for_headers(ours, store, _same(ours, theirs), self._parallel)
        ask_for_headers(theirs, self.store, _same(ours, theirs), self._parallel)
        return ours, theirs

    def _first_part(self, key: str) -> int:
        from serverless_stack.operations.content.transfer import first_part_of

        return first_part_of(self.store, f"{self._bucket.prefix}{key}")

    def spare(self, changes: SyncPlan) -> SyncPlan:
        """Leave out deletions of what a ``ContentDeployment`` has put there."""
        deletions = {action.key for action in changes.actions if action.kind == "delete"}
        if not deletions or not isinstance(self._destination, Bucket):
            return changes
        kept = deletions & keys_of_deployments(self.store, self._destination)
        changes.destination.skipped |= dict.fromkeys(kept, "a file of a ContentDeployment")
        actions = [each for each in changes.actions if not (each.replaces and each.key in kept)]
        return replace(changes, actions=tuple(actions))

    def _read_bucket(self, *, exact: bool) -> Inventory:
        self.state = State(self.store, self._bucket)
        return read_bucket(self._bucket, self.store, self.state, self._chosen, exact=exact)


def _same(ours: Inventory, theirs: Inventory) -> list[str]:
    """Return the keys of which only the headers may be different."""
    return [
        key
        for key, item in ours.items.items()
        if key in theirs.items
        and item.content is not None
        and item.content == theirs.items[key].content
    ]
