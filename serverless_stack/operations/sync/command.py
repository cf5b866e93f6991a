"""Synchronising two locations in one call, with the invalidation that follows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

from serverless_stack._shared.content.rules import CacheRule, is_document
from serverless_stack.operations.sync.actions import Action
from serverless_stack.operations.sync.applying import SyncResult, carry_out
from serverless_stack.operations.sync.headers import Wanted
from serverless_stack.operations.sync.inventories import look
from serverless_stack.operations.sync.locations import Bucket, Folder
from serverless_stack.operations.sync.owed import Owed
from serverless_stack.operations.sync.planning import Side, SyncPlan, plan
from serverless_stack.operations.sync.store import PARALLEL, Store

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
        invalidation: The plan of the invalidation; None if none was asked for.
        sent: What the distributions were told.
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
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    cache_control: Sequence[CacheRule] = (),
    expires: datetime | None = None,
    dry_run: bool = False,
    parallel: int = PARALLEL,
    distribution_ids: Sequence[str] = (),
    path_prefix: str = "",
    index_document: str = "index.html",
    query_strings: bool = False,
    budget: int = 30,
    protected: Sequence[str] = (),
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
        delete: Whether what the source does not have is deleted, last of all.
        include: Globs of keys that take part; all if there are none.
        exclude: Globs of keys that take no part.
        cache_control: ``Cache-Control`` of uploaded files by pattern, the first that matches.
        expires: ``Expires`` of uploaded files.
        dry_run: Whether to plan only.
        parallel: How many files at a time, 1 or more.
        distribution_ids: Distributions to invalidate: what was replaced or deleted, and new
            documents. Nothing if nothing was. What they were not told, because a synchronisation
            that named them was ended or CloudFront refused, they are told by the next one.
        path_prefix: What viewers see before a key.
        index_document: The file that the distributions give for a folder.
        query_strings: Whether their caches tell query strings apart.
        budget: The most paths to pay for.
        protected: Paths that another origin serves.
        wait: Whether to wait for the invalidation; see ``send``.
        client: A client of S3.
        cloudfront: A client of CloudFront.
        planned: Told the plan before it is applied.
        progress: Told each action that is done.

    Returns:
        The plan and what was done.

    Raises:
        ValueError: If both locations are folders, or an argument is out of range.
        botocore.exceptions.ClientError: If a bucket cannot be read.
    """
    if parallel < 1:
        raise ValueError(f"`parallel` must be 1 or more, got: {parallel}")

    def told(changed: Collection[str], everything: Collection[str]) -> "InvalidationPlan":
        from serverless_stack.operations.invalidation import plan as plan_invalidation

        return plan_invalidation(
            changed,
            everything,
            max_paths=budget,
            index_document=index_document,
            path_prefix=path_prefix,
            query_strings=query_strings,
            exclude_paths=protected,
        )

    if distribution_ids:
        told((), ())  # what it refuses is refused before anything is uploaded
    store = Store(client, parallel)
    wanted = Wanted(cache_control, expires)
    to_bucket = isinstance(destination, Bucket)
    with _ahead(lambda: _there(destination, store)) as there:
        here = look(source, store, wanted=wanted, headers=to_bucket)
    found = plan(
        here,
        there(),
        delete=delete,
        include=include,
        exclude=exclude,
    )
    planned(found)
    owed = None
    if distribution_ids and isinstance(destination, Bucket):
        owed = Owed(store, destination, distribution_ids)
    result = None
    if not dry_run:
        if owed is not None:
            owed.add(_visible(found.actions))
        result = carry_out(found, store, wanted=wanted, progress=progress)
    if not distribution_ids:
        return Synced(found, result, None)
    from uuid import uuid4

    from serverless_stack.operations.invalidation import send

    changed = _visible(found.actions if result is None else result.done)
    changed |= owed.keys if owed is not None else set()
    everything = [*found.source.items, *found.destination.items]  # both in order, which is quick
    paths = told(changed, everything)
    if result is None:
        return Synced(found, result, paths)
    sent = send(
        paths,
        distribution_ids,
        deployment=uuid4().hex,  # what was told is not owed, so no two of them are the same
        replaces="",
        wait=wait,
        client=cloudfront,
    )
    if owed is not None:
        owed.told(but=result.failures)  # which S3 may write later all the same
    return Synced(found, result, paths, sent)


def _visible(actions: Iterable[Action]) -> set[str]:
    """The keys of which viewers may have an old version: a new script was asked for by nobody."""
    return {action.key for action in actions if action.replaces or is_document(action.key)}


def _there(destination: Folder | Bucket, store: Store) -> Side:
    if isinstance(destination, Folder) and not destination.path.exists():
        return Side(destination, {})
    return look(destination, store, wanted=None, headers=isinstance(destination, Bucket))


@contextmanager
def _ahead(read: Callable[[], Side]) -> Iterator[Callable[[], Side]]:
    """Read one side while the other one is read; gives how to get it afterwards."""
    found: list[Side] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(read())
        except BaseException as error:
            failed.append(error)

    def result() -> Side:
        if failed:
            raise failed[0]
        return found[0]

    thread = Thread(target=run, name="sync destination", daemon=True)
    thread.start()
    yield result
    thread.join()
