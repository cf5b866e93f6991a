"""The words of all reports, the report in JSON, and the exit status."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Collection, Sequence

from serverless_stack._shared.text import visible
from serverless_stack.testing.review.compare.stacks import Comparison, StackReview
from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
)

OK_STATUS = 0
FAILED_STATUS = 1
DATA_LOSS_STATUS = 3

_VERSION = 1
_HASH = re.compile(r"([0-9a-f]{8})[0-9a-f]{24,56}")
_COUNTED = {
    Consequence.DATA_LOSS: ("data loss", "data losses"),
    Consequence.REPLACEMENT: ("replacement", "replacements"),
    Consequence.SOME_INTERRUPTION: ("with some interruption", "with some interruption"),
    Consequence.NO_INTERRUPTION: ("without interruption", "without interruption"),
    Consequence.NONE: ("without effect", "without effect"),
}
_SHOWN_CHARACTERS = 100


class FailOn(enum.Enum):
    """The changes for which a review ends with a status other than 0."""

    NEVER = "never"
    DATA_LOSS = "data-loss"
    REPLACEMENT = "replacement"
    INTERRUPTION = "interruption"
    CHANGE = "change"
    WARNING = "warning"


_AT_LEAST = {
    FailOn.DATA_LOSS: Consequence.DATA_LOSS,
    FailOn.REPLACEMENT: Consequence.REPLACEMENT,
    FailOn.INTERRUPTION: Consequence.SOME_INTERRUPTION,
    FailOn.CHANGE: Consequence.NONE,
}


def status_of(
    comparison: Comparison, fail_on: Collection[FailOn], allowed: Collection[str] = ()
) -> int:
    """Return the exit status of a review: 0 if nothing counts, 3 if a data loss counts, else 1.

    Args:
        comparison: The changes.
        fail_on: The changes that count, with all worse ones. Warnings count for `WARNING` only.
        allowed: Resources that do not count, by logical id or construct path.
    """
    counting = [change for change in comparison.changes if change.names.isdisjoint(allowed)]
    limit = min((_AT_LEAST[each] for each in fail_on if each in _AT_LEAST), default=None)
    severe = [change for change in counting if limit is not None and change.consequence >= limit]
    if any(change.consequence is Consequence.DATA_LOSS for change in severe):
        return DATA_LOSS_STATUS
    warned = FailOn.WARNING in fail_on and any(change.warnings for change in counting)
    return FAILED_STATUS if severe or warned else OK_STATUS


def short_path(path: str) -> str:
    """Return the path of the construct that people write, without the raw resource inside it."""
    return path.removesuffix("/Resource")


def summary(changes: Sequence[ResourceChange]) -> str:
    """Return the number of changes by consequence, worst first: `1 data loss, 2 replacements`."""
    parts = []
    for consequence, (one, more) in _COUNTED.items():
        count = sum(change.consequence is consequence for change in changes)
        if count:
            parts.append(f"{count} {one if count == 1 else more}")
    warnings = sum(len(change.warnings) for change in changes)
    if warnings:
        parts.append(f"{warnings} warning{'s' if warnings > 1 else ''}")
    return ", ".join(parts) or "no change"


def as_text(value: object, limit: int = _SHOWN_CHARACTERS) -> str:
    """Return a value on one line, with shortened hashes, and cut in the middle if it is long."""
    if value is MISSING:
        return "(absent)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = _HASH.sub(lambda found: f"{found[1]}..", " ".join(text.split()))
    text = visible(text)
    half = (limit - 3) // 2
    return text if len(text) <= limit else f"{text[:half]}...{text[-half:]}"


def heading(stack: StackReview) -> str:
    """Return a remark on a stack as a whole; empty if both sides have it."""
    return {
        "both": "",
        "added": "a new stack",
        "removed": "only on the old side: deleting the stack deletes its resources",
    }[stack.status]


def title(change: ResourceChange) -> str:
    """Return what happens to a resource, in a few words."""
    if change.action is Action.RENAME:
        return f"renamed from {as_text(change.logical_id)} to {as_text(change.new_logical_id)}"
    return {Action.ADD: "added", Action.REMOVE: "removed", Action.MODIFY: "changed"}[change.action]


def reasons(change: ResourceChange) -> list[str]:
    """Return the reasons of a rename or removal, for which values would not help."""
    return [each.reason for each in change.properties if not _has_values(change, each)]


def values(change: ResourceChange) -> list[PropertyChange]:
    """Return the properties whose old and new value a reader wants to see."""
    return [each for each in change.properties if _has_values(change, each)]


def explanation(each: PropertyChange) -> str:
    """Return why a value has its consequence; empty if it is just updated."""
    if each.consequence > Consequence.NO_INTERRUPTION:
        return f"{each.consequence.label}: {each.reason}"
    return each.reason if is_same(each) else ""


def is_same(each: PropertyChange) -> bool:
    """Return whether the value stays, and the change is in a resource that it refers to."""
    return each.old == each.new


def _has_values(change: ResourceChange, each: PropertyChange) -> bool:
    if change.action is Action.RENAME:
        return each.path != "LogicalId"
    return change.action is Action.MODIFY


def to_json(comparison: Comparison, status: int) -> str:
    """Return the comparison as JSON."""
    content = {
        "version": _VERSION,
        "old": comparison.old,
        "new": comparison.new,
        "worst": _key(comparison.worst),
        "status": status,
        "stacks": [
            {
                "name": stack.name,
                "presence": stack.status,
                "worst": _key(stack.review.worst),
                "changes": [_change(change) for change in stack.review.changes],
            }
            for stack in comparison.stacks
        ],
    }
    return json.dumps(content, indent=2, default=str)


def _change(change: ResourceChange) -> dict[str, object]:
    return {
        "action": change.action.value,
        "consequence": _key(change.consequence),
        "logical_id": change.logical_id,
        "new_logical_id": change.new_logical_id,
        "type": change.resource_type,
        "construct_path": change.construct_path,
        "properties": [_property_change(each) for each in change.properties],
        "warnings": list(change.warnings),
        "advice": change.advice,
    }


def _property_change(change: PropertyChange) -> dict[str, object]:
    """Return a property; an absent value has no key."""
    values = {"old": change.old, "new": change.new}
    return {
        "path": change.path,
        **{key: value for key, value in values.items() if value is not MISSING},
        "consequence": _key(change.consequence),
        "reason": change.reason,
    }


def _key(consequence: Consequence) -> str:
    return consequence.name.lower().replace("_", "-")
