"""Planning a synchronisation. Pure: the same inventories always give the same plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from serverless_stack.operations.content.filters import Filter, chooser, filters_of
from serverless_stack.operations.content.plan import compare
from serverless_stack.operations.sync.inventory import Inventory
from serverless_stack.operations.sync.locations import Bucket, Folder

Kind: TypeAlias = Literal["upload", "download", "copy", "rewrite", "delete"]


@dataclass(frozen=True, slots=True)
class Action:
    """One change to the destination.

    Attributes:
        kind: What is done: ``rewrite`` writes the headers alone, no bytes.
        key: The file or object.
        size: The bytes that are moved.
        replaces: Whether there is a file or object of that key already.
    """

    kind: Kind
    key: str
    size: int = 0
    replaces: bool = False


@dataclass(frozen=True)
class SyncPlan:
    """The changes of a synchronisation.

    Attributes:
        source: The inventory of the source.
        destination: The inventory of the destination.
        actions: The changes, deletions last.
        unchanged: The number of files that are the same.
        failures: What cannot be synchronised, with the reason, by key.
    """

    source: Inventory
    destination: Inventory
    actions: Sequence[Action]
    unchanged: int
    failures: dict[str, str]

    @property
    def size(self) -> int:
        """The bytes that are moved."""
        return sum(action.size for action in self.actions)


def plan(
    source: Inventory,
    destination: Inventory,
    *,
    delete: bool = False,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    filters: Sequence[Filter] = (),
) -> SyncPlan:
    """Compare two inventories by content and headers. Dates do not count.

    Args:
        source: The inventory of the source.
        destination: The inventory of the destination.
        delete: Whether to delete what the source does not have.
        include: Globs of the keys that take part. Default: all. ``*`` matches slashes as well.
        exclude: Globs of keys that take no part, not even in deletions.
        filters: Both in one order, of which the last that matches a key decides.

    Raises:
        ValueError: If both locations are folders.
    """
    kind = kind_of(source.location, destination.location)
    chosen = chooser(filters or filters_of(include, exclude))
    failures = {**source.failures, **destination.failures}
    ours = {k: v for k, v in source.items.items() if chosen(k) and k not in failures}
    theirs = {k: v for k, v in destination.items.items() if chosen(k) and k not in failures}
    differences = compare(ours, theirs)
    headers = set() if kind == "download" else set(differences.other_headers)
    actions = [Action(kind, key, ours[key].size) for key in differences.new]
    actions += [Action(kind, key, ours[key].size, replaces=True) for key in differences.changed]
    actions += [Action("rewrite", key, 0, replaces=True) for key in headers]
    actions.sort(key=lambda action: action.key)
    if delete:
        # What was passed over in the source has not gone from it.
        kept = (*source.skipped, *failures)
        actions += [
            Action("delete", key, 0, replaces=True)
            for key in differences.gone
            if not any(key == name or key.startswith(f"{name.rstrip('/')}/") for name in kept)
        ]
    unchanged = differences.unchanged + len(differences.other_headers) - len(headers)
    return SyncPlan(source, destination, tuple(actions), unchanged, failures)


def kind_of(source: Folder | Bucket, destination: Folder | Bucket) -> Kind:
    """Return how files get from one location to the other.

    Raises:
        ValueError: If both are folders.
    """
    if isinstance(source, Bucket):
        return "copy" if isinstance(destination, Bucket) else "download"
    if isinstance(destination, Bucket):
        return "upload"
    raise ValueError(f"one location must be a bucket, got two folders: {source} and {destination}")
