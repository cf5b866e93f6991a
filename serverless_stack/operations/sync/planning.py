"""Planning a synchronisation. Pure: the same two sides always give the same plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serverless_stack._shared.content.rules import matches
from serverless_stack.operations.sync.actions import Action, Actions, Kind
from serverless_stack.operations.sync.items import Item, pairs
from serverless_stack.operations.sync.locations import Bucket, Folder


@dataclass(frozen=True)
class Side:
    """One side, and what is in it.

    Attributes:
        location: Where it is.
        items: What is in it, by key.
        indexed: Whether the index of a bucket says all of it already.
    """

    location: Folder | Bucket
    items: Mapping[str, Item]
    indexed: bool = False


@dataclass(frozen=True)
class SyncPlan:
    """What a synchronisation does.

    Attributes:
        source: The side to read.
        destination: The side to write.
        actions: What is to be done, deletions last.
        unchanged: How many are the same.
    """

    source: Side
    destination: Side
    actions: Sequence[Action]
    unchanged: int

    @property
    def size(self) -> int:
        """The bytes that are moved."""
        return sum(action.size for action in self.actions)


def plan(
    source: Side,
    destination: Side,
    *,
    delete: bool = False,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> SyncPlan:
    """Compare two sides by content and headers; dates do not count.

    Args:
        source: The side to read.
        destination: The side to write.
        delete: Whether what the source does not have is deleted.
        include: Globs of the keys that take part; all if there are none. ``*`` takes slashes too.
        exclude: Globs of keys that take no part, not even in deletions.

    Returns:
        What is to be done.

    Raises:
        ValueError: If both sides are folders.
    """
    kind = _kind(source, destination)
    actions, gone = Actions(), Actions()
    unchanged = 0
    for key, ours, theirs in pairs(source.items, destination.items):
        if not _chosen(key, include, exclude):
            continue
        if ours is None:
            if delete:
                gone.add(Action("delete", key, 0, replaces=True))
        elif theirs is None:
            actions.add(Action(kind, key, ours.size))
        elif ours.content is None or ours.content != theirs.content:
            actions.add(Action(kind, key, ours.size, replaces=True))
        elif kind != "download" and ours.headers is not None and ours.headers != theirs.headers:
            actions.add(Action("rewrite", key, 0, replaces=True))
        else:
            unchanged += 1
    actions.extend(gone)
    return SyncPlan(source, destination, actions, unchanged)


def _kind(source: Side, destination: Side) -> Kind:
    if isinstance(source.location, Bucket):
        return "copy" if isinstance(destination.location, Bucket) else "download"
    if isinstance(destination.location, Bucket):
        return "upload"
    raise ValueError(
        f"one side must be a bucket, got two folders: {source.location} and {destination.location}"
    )


def _chosen(key: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    taken = not include or any(matches(pattern, key) for pattern in include)
    return taken and not any(matches(pattern, key) for pattern in exclude)
