"""The stacks of both sides, matched, and the review of each pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from serverless_stack.testing.review.compare import review
from serverless_stack.testing.review.errors import SourceError
from serverless_stack.testing.review.model import Consequence, ResourceChange, Review

Status = Literal["both", "added", "removed"]


@dataclass(frozen=True)
class Stack:
    """One stack of one side.

    Attributes:
        name: The name that CloudFormation knows it by; empty for a template alone, which has none.
            A nested stack has its parent's name before its logical id: `Shop/Uploads`.
        template: What is deployed.
        environment: Account and region, such as `aws://123456789012/eu-west-1`; empty if unknown.
    """

    name: str
    template: Mapping[str, object]
    environment: str = ""


@dataclass(frozen=True)
class StackReview:
    """What changes in one stack.

    Attributes:
        name: The stack's name.
        status: Whether both sides have it, only the new one (`added`) or only the old (`removed`).
        review: All changes; of an added or removed stack, all its resources.
    """

    name: str
    status: Status
    review: Review


@dataclass(frozen=True)
class Comparison:
    """What changes in all stacks between two sides.

    Attributes:
        old: What the old side is, in the user's words.
        new: What the new side is.
        stacks: Each stack that either side has: the worst first, then by name.
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
        """The worst consequence of all."""
        return max((stack.review.worst for stack in self.stacks), default=Consequence.NONE)

    @property
    def changes(self) -> tuple[ResourceChange, ...]:
        """The changes of all stacks."""
        return tuple(change for stack in self.stacks for change in stack.review.changes)


def compare(
    old: Sequence[Stack], new: Sequence[Stack], *, old_label: str, new_label: str
) -> Comparison:
    """Review each stack of one side against the stack of the same name on the other.

    A side that is one template alone is compared with the only stack of the other side.

    Args:
        old: The stacks before.
        new: The stacks after.
        old_label: What the old side is, for messages and reports.
        new_label: What the new side is.

    Raises:
        SourceError: A template alone cannot be matched, because the other side has several stacks.
    """
    old, new = _without_nested(old, new), _without_nested(new, old)
    old, new = _named(old, new, new_label), _named(new, old, old_label)
    pairs: list[tuple[Stack | None, Stack | None]] = [
        (before, _match(before, old, new)) for before in old
    ]
    matched = [after for _, after in pairs]
    pairs += [(None, after) for after in new if after not in matched]
    reviews = [_review(before, after, old, new) for before, after in pairs]
    reviews.sort(key=lambda each: (-each.review.worst, each.name))
    return Comparison(old_label, new_label, tuple(reviews))


def _review(
    before: Stack | None, after: Stack | None, old: Sequence[Stack], new: Sequence[Stack]
) -> StackReview:
    stack = before or after
    assert stack is not None
    several = any(sum(each.name == stack.name for each in side) > 1 for side in (old, new))
    name = f"{stack.name} ({stack.environment})" if several else stack.name
    status: Status = "removed" if after is None else "added" if before is None else "both"
    changes = review(
        _NOTHING if before is None else before.template,
        _NOTHING if after is None else after.template,
    )
    return StackReview(name, status, changes)


_NOTHING: Mapping[str, object] = {"Resources": {}}


def select(stacks: Iterable[Stack], names: Sequence[str]) -> list[Stack]:
    """The stacks of these names, with their nested ones; all of them when no name is given.

    A template alone has no name and is always meant.
    """
    meant = {"", *names}
    return [stack for stack in stacks if not names or stack.name.split("/")[0] in meant]


def _named(side: Sequence[Stack], other: Sequence[Stack], other_label: str) -> list[Stack]:
    """A template alone gets the name of the stack that it is compared with."""
    if not any(stack.name == "" for stack in side):
        return list(side)
    names = sorted({stack.name for stack in other if "/" not in stack.name})
    if len(names) != 1:
        raise SourceError(
            f"a template alone can be compared with one stack only, but {other_label} has "
            f"{len(names)}: choose one by `--stack` ({', '.join(names)})"
        )
    return [Stack(names[0], stack.template, stack.environment) for stack in side]


def _without_nested(side: Sequence[Stack], other: Sequence[Stack]) -> Sequence[Stack]:
    """A template alone does not hold its nested stacks, so those of the other side tell nothing."""
    alone = any(stack.name == "" for stack in other)
    return [stack for stack in side if "/" not in stack.name] if alone else side


def _match(before: Stack, old: Sequence[Stack], new: Sequence[Stack]) -> Stack | None:
    """The same name in the same environment, or the only one of that name on both sides."""
    found = [stack for stack in new if stack.name == before.name]
    same = [stack for stack in found if stack.environment == before.environment]
    if same:
        return same[0]
    rivals = [stack for stack in old if stack.name == before.name]
    return found[0] if len(found) == len(rivals) == 1 else None
