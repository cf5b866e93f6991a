"""A review as plain text, for failing tests."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator

from serverless_stack._shared.text import visible
from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
    Review,
)

_WIDTH = 88
_VERBS = {Action.ADD: "+", Action.REMOVE: "-", Action.MODIFY: "~", Action.RENAME: ">"}


def render(review: Review) -> str:
    """Return the text of a review: a summary, then each change, worst first.

    A change names the construct path of the resource, the old and the new values, the reason of
    the consequence, warnings, and how to avoid the change.
    """
    if not review:
        return "No change."
    lines = [line for change in review.changes for line in _lines(change)]
    return visible("\n".join([_summary(review), *lines]))


def short(value: object, width: int = _WIDTH) -> str:
    """Return a value on one line of a limited width."""
    text = repr(value) if value is MISSING else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _summary(review: Review) -> str:
    counts = Counter(change.consequence for change in review.changes)
    parts = [f"{counts[each]} {each.label}" for each in reversed(Consequence) if counts[each]]
    number = len(review.changes)
    return f"{number} change{'s' if number > 1 else ''}: {', '.join(parts)}"


def _lines(change: ResourceChange) -> Iterator[str]:
    ids = change.logical_id
    if change.new_logical_id is not None:
        ids += f" -> {change.new_logical_id}"
    name = f"{change.construct_path} ({ids})" if change.construct_path else ids
    outcome = f"{change.action.value}, {_label(change.consequence)}"
    yield f"{_VERBS[change.action]} {change.resource_type} {name}: {outcome}"
    for each in change.properties:
        yield from _property(each)
    for warning in change.warnings:
        yield f"    ! {warning}"
    if change.advice:
        yield from (f"    {line}" for line in change.advice.splitlines())


def _property(change: PropertyChange) -> Iterator[str]:
    same = change.old is change.new
    value = short(change.old) if same else " -> ".join(_cut(change.old, change.new))
    yield f"    {change.path}: {value}"
    reason = f"{_label(change.consequence)}: {change.reason}"
    for line in textwrap.wrap(reason, _WIDTH - 8, break_long_words=False, break_on_hyphens=False):
        yield f"        {line}"


def _label(consequence: Consequence) -> str:
    label = consequence.label
    return label.upper() if consequence >= Consequence.REPLACEMENT else label


def _cut(old: object, new: object) -> tuple[str, str]:
    """Return two values in a limited width, cut so that their difference is visible."""
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
