"""Planning a synchronisation. Pure: the same two sides always give the same plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from serverless_stack._content.rules import matches
from serverless_stack.operations.sync.items import Item, pairs
from serverless_stack.operations.sync.locations import Bucket, Folder

Kind = Literal["upload", "download", "copy", "rewrite", "delete"]


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


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    Attributes:
        kind: What is done: ``rewrite`` writes the headers alone, no bytes.
        key: The file or object.
        size: The bytes that are moved.
        replaces: Whether there is one of that key already.
    """

    kind: Kind
    key: str
    size: int = 0
    replaces: bool = False


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
    actions: tuple[Action, ...]
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
    actions: list[Action] = []
    gone: list[Action] = []
    unchanged = 0
    for key, ours, theirs in pairs(source.items, destination.items):
        if not _chosen(key, include, exclude):
            continue
        if ours is None:
            if delete:
                gone.append(Action("delete", key, 0, replaces=True))
        elif theirs is None:
            actions.append(Action(kind, key, ours.size))
        elif ours.content is None or ours.content != theirs.content:
            actions.append(Action(kind, key, ours.size, replaces=True))
        elif kind != "download" and ours.headers is not None and ours.headers != theirs.headers:
            actions.append(Action("rewrite", key, 0, replaces=True))
        else:
            unchanged += 1
    return SyncPlan(source, destination, (*actions, *gone), unchanged)


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
