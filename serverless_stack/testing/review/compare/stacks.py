"""The comparison of all stacks of two sides, nested stacks included."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from serverless_stack.testing.review.compare.consequences import NESTED_STACK, retention
from serverless_stack.testing.review.compare.moves import with_moves
from serverless_stack.testing.review.compare.templates import review
from serverless_stack.testing.review.compare.values import (
    Reference,
    canonical,
    mapping,
    references,
)
from serverless_stack.testing.review.model import Action, Consequence, ResourceChange, Review, Stack
from serverless_stack.testing.template_text import SourceError

Status = Literal["both", "added", "removed"]

_PARAMETERS = "Properties.Parameters."


@dataclass(frozen=True)
class StackReview:
    """The changes of a stack.

    Attributes:
        name: The stack's name.
        status: Whether both sides have it, only the new one (`added`) or only the old (`removed`).
        review: The changes; for an added or removed stack, all its resources.
    """

    name: str
    status: Status
    review: Review


@dataclass(frozen=True)
class Comparison:
    """The changes of all stacks between two sides.

    Attributes:
        old: The name of the old side, for people.
        new: The name of the new side.
        stacks: The stacks of both sides: worst first, then by name.
    """

    old: str
    new: str
    stacks: tuple[StackReview, ...]

    @property
    def changed(self) -> tuple[StackReview, ...]:
        """The stacks with any change."""
        return tuple(stack for stack in self.stacks if stack.review or stack.status != "both")

    @property
    def worst(self) -> Consequence:
        """The worst consequence of all stacks."""
        return max((stack.review.worst for stack in self.stacks), default=Consequence.NONE)

    @property
    def changes(self) -> tuple[ResourceChange, ...]:
        """The changes of all stacks."""
        return tuple(change for stack in self.stacks for change in stack.review.changes)


def compare(
    old: Sequence[Stack], new: Sequence[Stack], *, old_label: str, new_label: str
) -> Comparison:
    """Compare each stack with the stack of the same name on the other side.

    A template without a stack is compared with the only stack of the other side.

    Args:
        old: The old stacks; a parent comes before its nested stacks.
        new: The new stacks, likewise.
        old_label: The name of the old side, for messages and reports.
        new_label: The name of the new side.

    Raises:
        SourceError: One side is a template without a stack, and the other has several stacks.
    """
    old, new = paired(old, new, old_label, new_label)
    reviews = list(_reviews(old, new))
    reviews.sort(key=lambda stack: (-stack.review.worst, stack.name))
    return Comparison(old_label, new_label, tuple(reviews))


def paired(
    old: Sequence[Stack], new: Sequence[Stack], old_label: str, new_label: str
) -> tuple[Sequence[Stack], Sequence[Stack]]:
    """Return both sides; a template without a stack gets the name of the other side's stack.

    Raises:
        SourceError: One side is a template without a stack, and the other has several stacks.
    """
    return _named(old, new, new_label), _named(new, old, old_label)


def review_stacks(old: Sequence[Stack], new: Sequence[Stack]) -> Review:
    """Return the changes of a stack and of the stacks nested in it, as one review.

    Args:
        old: The old stack, then its nested stacks.
        new: The new stack, likewise. The names of the two need not be equal.
    """
    sides = [
        [Stack(each.name.removeprefix(side[0].name), each.template) for each in side]
        for side in (old, new)
    ]
    changes = [change for stack in _reviews(*sides) for change in stack.review.changes]
    changes.sort(key=lambda c: (-c.consequence, c.resource_type, c.logical_id))
    return Review(tuple(changes))


def select(stacks: Iterable[Stack], names: Sequence[str]) -> list[Stack]:
    """Return the stacks of these names, with their nested stacks.

    Args:
        stacks: All stacks. A template without a stack is always selected.
        names: The names. Default if empty: all stacks.
    """
    selected = {"", *names}
    return [stack for stack in stacks if not names or stack.name.split("/")[0] in selected]


def _reviews(old: Sequence[Stack], new: Sequence[Stack]) -> Iterator[StackReview]:
    pairs: list[tuple[Stack | None, Stack | None]]
    pairs = [(before, _counterpart(before, old, new)) for before in old]
    matched = [after for _, after in pairs]
    pairs += [(None, after) for after in new if after not in matched]
    pairs = [pair for pair in pairs if not _is_left_out(*pair, old, new)]
    volatile: dict[str, dict[Reference, str]] = {}
    # Parameters carry changes into nested stacks and outputs out of them, into their siblings.
    while True:
        reviews = list(_once(pairs, old, new, volatile))
        known = sum(map(len, volatile.values()))
        for (before, after), (_, changes) in zip(pairs, reviews, strict=True):
            if before is not None and after is not None:
                _note_outputs(before, after, changes.review, volatile)
        if sum(map(len, volatile.values())) == known:
            break
    final = with_moves(pairs, [each.review for _, each in reviews])
    return (replace(each, review=moved) for (_, each), moved in zip(reviews, final, strict=True))


def _once(
    pairs: Iterable[tuple[Stack | None, Stack | None]],
    old: Sequence[Stack],
    new: Sequence[Stack],
    volatile: dict[str, dict[Reference, str]],
) -> Iterator[tuple[str, StackReview]]:
    """Yield the review of each stack; parents note the parameters of their nested stacks."""
    done: dict[str, Review] = {}
    for before, after in pairs:
        stack = before or after
        assert stack is not None
        names = volatile.setdefault(stack.name, {})
        names |= _parameters(done, stack.name)
        changes = review(_template(before, new), _template(after, old), volatile=names)
        done[stack.name] = changes
        several = any(sum(each.name == stack.name for each in side) > 1 for side in (old, new))
        name = f"{stack.name} ({stack.environment})" if several else stack.name
        yield stack.name, StackReview(name, _status(before, after), changes)


def _is_left_out(
    before: Stack | None, after: Stack | None, old: Sequence[Stack], new: Sequence[Stack]
) -> bool:
    """Return whether a side has a nested stack, but not its template, or retains it."""
    stack = before or after
    assert stack is not None
    parent, _, logical_id = stack.name.rpartition("/")
    if before is None:
        return _is_unknown(old, parent, logical_id)
    if after is None:
        return _is_unknown(new, parent, logical_id) or _is_retained(old, stack.name)
    return False


def _note_outputs(
    before: Stack, after: Stack, review: Review, volatile: dict[str, dict[Reference, str]]
) -> None:
    """Note for the parent of a nested stack which of its outputs get another value."""
    parent, slash, logical_id = after.name.rpartition("/")
    if not slash:
        return
    causes = set(volatile.get(after.name, {})) | {
        Reference("Ref", change.new_logical_id or change.logical_id)
        for change in review.changes
        if change.consequence >= Consequence.REPLACEMENT and change.action is not Action.REMOVE
    }
    outputs = mapping(before.template.get("Outputs"))
    for name, output in mapping(after.template.get("Outputs")).items():
        value = mapping(output).get("Value")
        same = canonical(value) == canonical(mapping(outputs.get(name)).get("Value"))
        if name in outputs and (not same or not causes.isdisjoint(references(value))):
            reference = Reference("Output", f"{logical_id}.Outputs.{name}")
            reason = f"output {name} of {logical_id}, which has another value"
            volatile.setdefault(parent, {}).setdefault(reference, reason)


def _status(before: Stack | None, after: Stack | None) -> Status:
    return "removed" if after is None else "added" if before is None else "both"


def _template(stack: Stack | None, others: Sequence[Stack]) -> Mapping[str, object]:
    """Return a template without the URLs of nested stacks that are compared by themselves."""
    if stack is None:
        return {"Resources": {}}
    names = {each.name for each in others}
    nested = [
        name
        for name, resource in mapping(stack.template.get("Resources")).items()
        if mapping(resource).get("Type") == NESTED_STACK and f"{stack.name}/{name}" in names
    ]
    if not nested:
        return stack.template
    template: Any = copy.deepcopy(stack.template)
    for name in nested:
        template["Resources"][name].get("Properties", {}).pop("TemplateURL", None)
    return mapping(template)


def _parameters(done: Mapping[str, Review], name: str) -> dict[Reference, str]:
    """Return the parameters to which the parent stack gives another value."""
    parent, _, logical_id = name.rpartition("/")
    if not name or parent not in done:
        return {}
    return {
        Reference("Ref", parameter): f"parameter {parameter}, which has another value"
        for change in done[parent].changes
        if change.logical_id == logical_id
        for each in change.properties
        if each.path.startswith(_PARAMETERS)
        for parameter in [each.path.removeprefix(_PARAMETERS).split(".")[0]]
    }


def _nested_resource(side: Sequence[Stack], parent: str, logical_id: str) -> Mapping[str, object]:
    for stack in side:
        resource = mapping(mapping(stack.template.get("Resources")).get(logical_id))
        if stack.name == parent and resource.get("Type") == NESTED_STACK:
            return resource
    return {}


def _is_unknown(side: Sequence[Stack], parent: str, logical_id: str) -> bool:
    """Return whether a side has a nested stack, but not its template."""
    return bool(_nested_resource(side, parent, logical_id))


def _is_retained(side: Sequence[Stack], name: str) -> bool:
    """Return whether a nested stack, or one that it is nested in, stays when it is removed."""
    parent, slash, logical_id = name.rpartition("/")
    if not slash:
        return False
    retained = retention(_nested_resource(side, parent, logical_id), "DeletionPolicy")
    return bool(retained) or _is_retained(side, parent)


def _named(side: Sequence[Stack], other: Sequence[Stack], other_label: str) -> Sequence[Stack]:
    """Return a side; a template without a stack gets the name of the other side's stack."""
    if not any(stack.name == "" for stack in side):
        return side
    names = sorted({stack.name for stack in other if "/" not in stack.name})
    if len(names) != 1:
        raise SourceError(
            f"a template can be compared with one stack only, but {other_label} has "
            f"{len(names)}: choose one with `--stack` ({', '.join(names)})"
        )
    return [Stack(names[0], stack.template, stack.environment) for stack in side]


def _counterpart(before: Stack, old: Sequence[Stack], new: Sequence[Stack]) -> Stack | None:
    """Return the stack of the same name in the same environment, or the only one of the name."""
    candidates = [stack for stack in new if stack.name == before.name]
    same = [stack for stack in candidates if stack.environment == before.environment]
    if same:
        return same[0]
    rivals = [stack for stack in old if stack.name == before.name]
    return candidates[0] if len(candidates) == len(rivals) == 1 else None
