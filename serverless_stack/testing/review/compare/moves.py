"""Resources with data that move to another stack: a new one is empty, and the old one is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from serverless_stack.testing.review.compare import renames
from serverless_stack.testing.review.compare.consequences import Resource, stateful
from serverless_stack.testing.review.compare.values import mapping
from serverless_stack.testing.review.model import (
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
    Review,
    Stack,
)

Pair = tuple[Stack | None, Stack | None]


def with_moves(pairs: Sequence[Pair], reviews: Sequence[Review]) -> list[Review]:
    """Return the reviews of all stacks, in which what moves to another stack is replaced.

    Args:
        pairs: Each stack on the old and the new side.
        reviews: Their reviews, in the same order.
    """
    old = _resources([before for before, _ in pairs], reviews, Action.REMOVE)
    new = _resources([after for _, after in pairs], reviews, Action.ADD)
    moved = renames.find(old, new).moved
    names = [(after or before or Stack("", {})).name for before, after in pairs]

    def changed(number: int) -> Callable[[ResourceChange], ResourceChange]:
        def to(change: ResourceChange) -> ResourceChange:
            target = moved.get(f"{number}/{change.logical_id}")
            if target is None or change.action is not Action.REMOVE:
                return change
            place, _, new_id = target.partition("/")
            return _moved(change, names[number], names[int(place)], new_id)

        return to

    return [
        Review(tuple(sorted(map(changed(number), review.changes), key=_worst_first)))
        for number, review in enumerate(reviews)
    ]


def _resources(
    stacks: Sequence[Stack | None], reviews: Sequence[Review], action: Action
) -> dict[str, Resource]:
    """Return the resources with data that are removed or added, by stack and logical id."""
    return {
        f"{number}/{change.logical_id}": resource
        for number, (stack, review) in enumerate(zip(stacks, reviews, strict=True))
        if stack is not None
        for change in review.changes
        if change.action is action
        for resource in [_resource(stack, change.logical_id)]
        if stateful(resource)
    }


def _resource(stack: Stack, logical_id: str) -> Mapping[str, object]:
    return mapping(mapping(stack.template.get("Resources")).get(logical_id))


def _moved(change: ResourceChange, source: str, target: str, new_id: str) -> ResourceChange:
    consequence = max(change.consequence, Consequence.REPLACEMENT)
    reason = f"in another stack ({new_id}) it is another resource, without the data of this one"
    stack = PropertyChange("Stack", source, target, consequence, reason)
    return replace(change, consequence=consequence, properties=(stack, *change.properties))


def _worst_first(change: ResourceChange) -> tuple[int, str, str]:
    return -change.consequence, change.resource_type, change.logical_id
