"""The report of `serverless-stack review` for a terminal."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from serverless_stack._shared.text import visible
from serverless_stack.testing.review import Action, Consequence, ResourceChange
from serverless_stack.testing.review.compare.stacks import Comparison, StackReview
from serverless_stack.testing.review.reports.report import (
    as_text,
    explanation,
    heading,
    is_same,
    reasons,
    short_path,
    summary,
    title,
    values,
)

_STYLES = {
    Consequence.DATA_LOSS: "bold red",
    Consequence.REPLACEMENT: "yellow",
    Consequence.SOME_INTERRUPTION: "magenta",
    Consequence.NO_INTERRUPTION: "green",
    Consequence.NONE: "dim",
}
_MAX_ADDED = 3  # which are shown one by one in any case
_SHORT, _LONG = 40, 100  # characters of a value


def show(console: Console, comparison: Comparison, *, details: bool = False) -> None:
    """Print the comparison: a table for each stack, with the advice below.

    Args:
        console: Where to print.
        comparison: The comparison.
        details: Whether to show long values, and each resource that is added. Default: many
            resources that are added without a warning are counted by their types.
    """
    sides = f"{comparison.old} -> {comparison.new}: "
    console.print(_text(sides, "dim").append(summary(comparison.changes), "not dim bold"))
    for stack in comparison.changed:
        console.print()
        console.print(_title(stack))
        if stack.review.changes:
            console.print(_table(stack.review.changes, details))
        for change in stack.review.changes:
            if change.advice:
                console.print(_text(f"{short_path(change.name)}:", "bold"), soft_wrap=True)
                console.print(_text(change.advice), soft_wrap=True)


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style)


def _title(stack: StackReview) -> Text:
    text = _text(stack.name, "bold")
    return text.append(f", {heading(stack)}", "not bold") if heading(stack) else text


def _table(changes: Sequence[ResourceChange], details: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("Consequence", no_wrap=True)
    table.add_column("Resource and change", overflow="fold", ratio=1)
    added = [] if details else [change for change in changes if _is_plain_addition(change)]
    if len(added) <= _MAX_ADDED:
        added = []
    shown = [change for change in changes if change not in added]
    for number, change in enumerate(shown):
        if number:
            table.add_row()
        table.add_row(_label(change), _details(change, _LONG if details else _SHORT))
    if added:
        if shown:
            table.add_row()
        table.add_row(_label(added[0]), _types(added))
    return table


def _is_plain_addition(change: ResourceChange) -> bool:
    """Return whether a resource is new, and there is nothing to look at."""
    return (
        change.action is Action.ADD
        and change.consequence is Consequence.NO_INTERRUPTION
        and not (change.warnings or change.advice)
    )


def _label(change: ResourceChange) -> Text:
    return _text(change.consequence.label, _STYLES[change.consequence])


def _types(added: Sequence[ResourceChange]) -> Text:
    """Return the types of new resources, a line for each service."""
    text = _text(f"{len(added)} more added", "bold").append("  (each of them: --details)", "dim")
    counts = Counter(change.resource_type for change in added)
    for service, types in groupby(sorted(counts), key=lambda each: each.rpartition("::")[0]):
        names = [f"{_name(each)} ({counts[each]})".removesuffix(" (1)") for each in types]
        text.append_text(_text(f"\n{service}: ", "cyan")).append(visible(", ".join(names)))
    return text


def _name(resource_type: str) -> str:
    return resource_type.rpartition("::")[2]


def _details(change: ResourceChange, limit: int) -> Text:
    name = _text(short_path(change.name), "bold")
    lines = [
        name.append(f"  {visible(change.resource_type)}", "not bold dim").append(
            f"  {visible(title(change))}", "not bold not dim"
        ),
        *(_text(f"! {warning}", "yellow") for warning in change.warnings),
    ]
    if change.action is not Action.ADD:
        lines += [_text(reason) for reason in reasons(change)]
        for each in values(change):
            line = _text(f"{each.path}: ", "cyan")
            if not is_same(each):
                line.append(as_text(each.old, limit), "red").append(" -> ", "none")
            lines.append(line.append(as_text(each.new, limit), "green"))
            if explanation(each):
                lines.append(_text(f"  {explanation(each)}", _STYLES[each.consequence]))
    return Text("\n").join(lines)
