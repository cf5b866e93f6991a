"""The report of `serverless-stack review` for a terminal."""

from collections.abc import Sequence

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


def show(console: Console, comparison: Comparison) -> None:
    """Print the comparison: a table for each stack, with the advice below."""
    sides = f"{comparison.old} -> {comparison.new}: "
    console.print(_text(sides, "dim").append(summary(comparison.changes), "not dim bold"))
    for stack in comparison.changed:
        console.print()
        console.print(_title(stack))
        if stack.review.changes:
            console.print(_table(stack.review.changes))
        for change in stack.review.changes:
            if change.advice:
                console.print(_text(f"{short_path(change.name)}:", "bold"), soft_wrap=True)
                console.print(_text(change.advice), soft_wrap=True)


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style)


def _title(stack: StackReview) -> Text:
    text = _text(stack.name, "bold")
    return text.append(f", {heading(stack)}", "not bold") if heading(stack) else text


def _table(changes: Sequence[ResourceChange]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("Consequence", no_wrap=True)
    table.add_column("Resource and change", overflow="fold", ratio=1)
    for number, change in enumerate(changes):
        if number:
            table.add_row()
        consequence = _text(change.consequence.label, _STYLES[change.consequence])
        table.add_row(consequence, _details(change))
    return table


def _details(change: ResourceChange) -> Text:
    name = _text(short_path(change.name), "bold")
    lines = [
        name.append(f"  {visible(change.resource_type)}", "not bold dim"),
        _text(title(change)),
        *(_text(f"! {warning}", "yellow") for warning in change.warnings),
    ]
    if change.action is not Action.ADD:
        lines += [_text(reason) for reason in reasons(change)]
        for each in values(change):
            line = _text(f"{each.path}: ", "cyan")
            if not is_same(each):
                line.append(as_text(each.old), "red").append(" -> ", "none")
            lines.append(line.append(as_text(each.new), "green"))
            if explanation(each):
                lines.append(_text(f"  {explanation(each)}", _STYLES[each.consequence]))
    return Text("\n").join(lines)
