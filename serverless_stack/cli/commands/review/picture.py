"""The diagram of a review: what a change adds, updates, replaces and deletes."""

from collections.abc import Iterator, Sequence

from serverless_stack import diagrams
from serverless_stack.diagrams import Change, Graph, StackTemplate
from serverless_stack.diagrams.changes import ResourceChange
from serverless_stack.testing.review.compare.stacks import Comparison
from serverless_stack.testing.review.model import Action, Consequence, Stack
from serverless_stack.testing.template_text import SourceError


def picture(comparison: Comparison, old: Sequence[Stack], new: Sequence[Stack]) -> Graph:
    """Return the diagram of a review.

    Args:
        comparison: The changes.
        old: The stacks of the old side.
        new: The stacks of the new side.

    Raises:
        SourceError: A template cannot be drawn.
    """
    title = ", ".join(sorted({name.partition("/")[0] for name in _names(new)} - {""}))
    try:
        before, after = (
            diagrams.graph(list(_templates(side)), title=title or None) for side in (old, new)
        )
    except ValueError as error:
        raise SourceError(str(error)) from error
    return diagrams.compared(before, after, dict(_changes(comparison)))


def _names(stacks: Sequence[Stack]) -> list[str]:
    names = [stack.name for stack in stacks]
    return [
        f"{stack.name} ({stack.environment})" if names.count(stack.name) > 1 else stack.name
        for stack in stacks
    ]


def _templates(stacks: Sequence[Stack]) -> Iterator[StackTemplate]:
    for name, stack in zip(_names(stacks), stacks, strict=True):
        yield StackTemplate(name, stack.template)


def _changes(comparison: Comparison) -> Iterator[tuple[tuple[str, str], ResourceChange]]:
    for stack in comparison.stacks:
        for change in stack.review.changes:
            lost = "data loss" if change.consequence is Consequence.DATA_LOSS else ""
            if change.action is Action.ADD:
                found = ResourceChange(Change.ADD)
            elif change.action is Action.REMOVE:
                found = ResourceChange(Change.DELETE, lost)
            elif change.consequence >= Consequence.REPLACEMENT:
                found = ResourceChange(Change.REPLACE, lost)
            elif change.consequence > Consequence.NONE:
                found = ResourceChange(Change.UPDATE)
            else:
                continue
            yield (stack.name, change.new_logical_id or change.logical_id), found
