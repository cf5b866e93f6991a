"""What the lifecycle rules of a bucket do to its objects at a moment.

"Managing the lifecycle of objects", "Lifecycle configuration elements" and "Examples of S3
Lifecycle configurations": an expiration beats a transition, and the cheaper storage class beats
another one. S3 runs the rules once a day and rounds up to midnight; here a rule acts as soon as an
object is old enough. Without MiniStack.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

DAY: Final = timedelta(days=1)
SMALL: Final = 128 * 1024
CLASSES: Final = (
    *("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA"),
    *("GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"),
)
Kind: TypeAlias = Literal["mark", "delete", "delete-version", "move", "abort"]
Rule: TypeAlias = Mapping[str, Any]
"""A rule as MiniStack keeps it: the fields of the API."""


@dataclass(frozen=True)
class Version:
    """A version of an object, or a delete marker.

    Attributes:
        id: Its version; None in a bucket without versions.
        modified: When it was written.
        size: Its size in bytes.
        storage_class: Its storage class.
        tags: Its tags.
        is_marker: Whether it is a delete marker.
        is_locked: Whether a retention or a legal hold protects it.
    """

    id: str | None
    modified: datetime
    size: int = 0
    storage_class: str = "STANDARD"
    tags: Mapping[str, str] = field(default_factory=dict)
    is_marker: bool = False
    is_locked: bool = False


@dataclass(frozen=True)
class Action:
    """What happens to an object, a version or an upload.

    Attributes:
        kind: ``mark`` hides the current version, ``delete`` removes an object without versions,
            ``delete-version`` a version for good, ``move`` changes its storage class, and ``abort``
            removes an upload.
        key: The key.
        id: The version or the upload, or None.
        storage_class: The new storage class.
    """

    kind: Kind
    key: str
    id: str | None = None
    storage_class: str = ""


def actions_on_objects(
    rules: Sequence[Rule],
    objects: Mapping[str, Sequence[Version]],
    now: datetime,
    *,
    versioned: bool,
) -> list[Action]:
    """Return what the rules do to the objects.

    Args:
        rules: The rules of the bucket.
        objects: The versions of each key, the oldest first.
        now: The moment.
        versioned: Whether the bucket has versions.
    """
    enabled = [rule for rule in rules if rule.get("Status") == "Enabled"]
    actions: list[Action] = []
    for key, versions in objects.items():
        if not versions:
            continue
        *old, current = versions
        actions += _on_old(enabled, key, old, [*versions[1:]], now)
        actions += _on_current(enabled, key, current, now, versioned=versioned, alone=not old)
    return actions


def actions_on_uploads(
    rules: Sequence[Rule], uploads: Iterable[tuple[str, str, datetime]], now: datetime
) -> list[Action]:
    """Return which unfinished uploads the rules remove.

    Args:
        rules: The rules of the bucket.
        uploads: The key, the id and the beginning of each upload.
        now: The moment.
    """
    found = []
    for key, id, begun in uploads:
        for rule in rules:
            days = (rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation")
            is_due = days is not None and begun + days * DAY <= now
            if rule.get("Status") == "Enabled" and is_due and key.startswith(prefix_of(rule)):
                found.append(Action("abort", key, id))
                break
    return found


def prefix_of(rule: Rule) -> str:
    """Return the prefix of a rule, empty for all keys."""
    filters = rule.get("Filter") or {}
    both = filters.get("And") or {}
    return str(rule.get("Prefix") or filters.get("Prefix") or both.get("Prefix") or "")


def matches(rule: Rule, key: str, version: Version) -> bool:
    """Return whether a rule is for a version."""
    filters = rule.get("Filter") or {}
    both = filters.get("And") or {}
    tags = [*([filters["Tag"]] if filters.get("Tag") else []), *both.get("Tags", [])]
    larger, smaller = _sizes(rule)
    return (
        key.startswith(prefix_of(rule))
        and all(version.tags.get(tag["Key"]) == tag["Value"] for tag in tags)
        and (larger is None or version.size > larger)
        and (smaller is None or version.size < smaller)
    )


def _sizes(rule: Rule) -> tuple[int | None, int | None]:
    filters = rule.get("Filter") or {}
    both = filters.get("And") or {}
    names = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
    larger, smaller = (filters.get(name, both.get(name)) for name in names)
    return larger, smaller


def _on_current(
    rules: Sequence[Rule],
    key: str,
    current: Version,
    now: datetime,
    *,
    versioned: bool,
    alone: bool,
) -> list[Action]:
    if current.is_marker:
        is_due = alone and any(
            _removes_marker(rule, current, now) for rule in rules if key.startswith(prefix_of(rule))
        )
        return [Action("delete-version", key, current.id)] if is_due else []
    matching = [rule for rule in rules if matches(rule, key, current)]
    if any(_is_due(rule.get("Expiration") or {}, current.modified, now) for rule in matching):
        if versioned:
            return [Action("mark", key, current.id)]
        return [] if current.is_locked else [Action("delete", key, current.id)]
    due = [
        transition["StorageClass"]
        for rule in matching
        for transition in rule.get("Transitions") or ()
        if _is_due(transition, current.modified, now) and _may_move(rule, current)
    ]
    return _move(key, current, due)


def _on_old(
    rules: Sequence[Rule],
    key: str,
    old: Sequence[Version],
    later: Sequence[Version],
    now: datetime,
) -> list[Action]:
    """Return what happens to noncurrent versions: each became one when the next was written."""
    actions: list[Action] = []
    for place, (version, successor) in enumerate(zip(old, later, strict=True)):
        newer = len(old) - place - 1
        matching = [rule for rule in rules if matches(rule, key, version)]
        since = successor.modified
        expired = any(
            _is_old_enough(rule.get("NoncurrentVersionExpiration"), since, newer, now)
            for rule in matching
        )
        if expired:
            if not version.is_locked:
                actions.append(Action("delete-version", key, version.id))
            continue
        due = [
            transition["StorageClass"]
            for rule in matching
            for transition in rule.get("NoncurrentVersionTransitions") or ()
            if _is_old_enough(transition, since, newer, now) and _may_move(rule, version)
        ]
        if not version.is_marker:
            actions += _move(key, version, due)
    return actions


def _move(key: str, version: Version, due: Sequence[str]) -> list[Action]:
    """Return the move to the cheapest of the storage classes, if it is cheaper than today's."""
    known = [name for name in due if name in CLASSES]
    if not known:
        return []
    chosen = max(known, key=CLASSES.index)
    today = version.storage_class if version.storage_class in CLASSES else CLASSES[0]
    is_cheaper = CLASSES.index(chosen) > CLASSES.index(today)
    return [Action("move", key, version.id, chosen)] if is_cheaper else []


def _may_move(rule: Rule, version: Version) -> bool:
    return version.size >= SMALL or any(size is not None for size in _sizes(rule))


def _is_due(when: Rule, since: datetime, now: datetime) -> bool:
    if "Days" in when:
        return since + int(when["Days"]) * DAY <= now
    if when.get("Date"):
        return datetime.fromisoformat(str(when["Date"]).replace("Z", "+00:00")) <= now
    return False


def _is_old_enough(when: Rule | None, since: datetime, newer: int, now: datetime) -> bool:
    if not when or "NoncurrentDays" not in when:
        return False
    kept = when.get("NewerNoncurrentVersions", 0)
    return newer >= int(kept) and since + int(when["NoncurrentDays"]) * DAY <= now


def _removes_marker(rule: Rule, marker: Version, now: datetime) -> bool:
    """Return whether a rule removes a delete marker without versions."""
    expiration = rule.get("Expiration") or {}
    if expiration.get("ExpiredObjectDeleteMarker"):
        return True
    return _is_due(expiration, marker.modified, now)
