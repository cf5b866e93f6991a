"""A review as plain text, for failing tests and terminals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
    Review,
)

_WIDTH = 100
_VERBS = {Action.ADD: "+", Action.REMOVE: "-", Action.MODIFY: "~", Action.RENAME: ">"}


def render(review: Review) -> str:
    """Give the text of a review: a summary, then each change, the worst first.

    A change names the resource by its construct path, what differs with old and new value, why
    it has the consequence it has, warnings, and how to avoid it.
    """
    if not review:
        return "No change."
    return "\n".join([_summary(review), *(_change(change) for change in review.changes)])


def short(value: object, width: int = _WIDTH) -> str:
    """Write a value in one line of a limited width."""
    text = repr(value) if value is MISSING else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _summary(review: Review) -> str:
    counts = Counter(change.consequence for change in review.changes)
    parts = [f"{counts[each]} {each.label}" for each in reversed(Consequence) if counts[each]]
    number = len(review.changes)
    return f"{number} change{'s' if number > 1 else ''}: {', '.join(parts)}"


def _change(change: ResourceChange) -> str:
    return "\n".join(_lines(change))


def _lines(change: ResourceChange) -> Iterator[str]:
    label = change.consequence.label
    if change.consequence >= Consequence.REPLACEMENT:
        label = label.upper()
    ids = change.logical_id
    if change.new_logical_id is not None:
        ids += f" -> {change.new_logical_id}"
    name = f"{change.construct_path} ({ids})" if change.construct_path else ids
    yield f"{_VERBS[change.action]} {change.resource_type} {name}: {change.action.value}, {label}"
    for each in change.properties:
        yield from _property(each)
    for warning in change.warnings:
        yield f"    ! {warning}"
    if change.advice:
        yield from (f"    {line}" for line in change.advice.splitlines())


def _property(change: PropertyChange) -> Iterator[str]:
    label = change.consequence.label
    if change.consequence >= Consequence.REPLACEMENT:
        label = label.upper()
    if change.old is change.new:
        yield f"    {change.path}: {short(change.old)} [{label}: {change.reason}]"
        return
    old, new = _cut(change.old, change.new)
    yield f"    {change.path}: {old} -> {new} [{label}: {change.reason}]"


def _cut(old: object, new: object) -> tuple[str, str]:
    """Write two values in a limited width so that where they differ is seen."""
    left, right = short(old, 10_000), short(new, 10_000)
    if max(len(left), len(right)) <= _WIDTH:
        return left, right
    same = 0
    while same < min(len(left), len(right)) and left[same] == right[same]:
        same += 1
    start = max(0, same - _WIDTH // 3)
    return _window(left, start), _window(right, start)


def _window(text: str, start: int) -> str:
    end = start + _WIDTH
    return ("..." if start else "") + text[start:end] + ("..." if len(text) > end else "")
