"""What `serverless-stack review` shows on a terminal."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from serverless_stack.testing.review import Action, Consequence, ResourceChange
from serverless_stack.testing.review.reports import (
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
from serverless_stack.testing.review.sources import Source
from serverless_stack.testing.review.stacks import Comparison, StackReview

_STYLES = {
    Consequence.DATA_LOSS: "bold red",
    Consequence.REPLACEMENT: "yellow",
    Consequence.SOME_INTERRUPTION: "magenta",
    Consequence.NO_INTERRUPTION: "green",
    Consequence.NONE: "dim",
}


def waiting(found: Sequence[Source]) -> AbstractContextManager[object]:
    """Say on the terminal what is synthesised, while it is."""
    console = Console(stderr=True)
    labels = [source.label for source in found if source.synthesised]
    if not labels or not console.is_terminal:
        return nullcontext()
    return Status(Text(f"synthesising {' and '.join(labels)}", "dim"), console=console)


def show(console: Console, comparison: Comparison) -> None:
    """The comparison as tables, one for each stack, and the advice below."""
    both = f"{comparison.old} -> {comparison.new}: "
    console.print(Text(both, "dim").append(summary(comparison.changes), "not dim bold"))
    for stack in comparison.changed:
        console.print()
        console.print(_title(stack))
        if stack.review.changes:
            console.print(_table(stack.review.changes))
        for change in stack.review.changes:
            if change.advice:
                console.print(Text(f"{short_path(change.name)}:", "bold"), soft_wrap=True)
                console.print(Text(change.advice), soft_wrap=True)


def _title(stack: StackReview) -> Text:
    text = Text(stack.name, "bold")
    return text.append(f", {heading(stack)}", "not bold") if heading(stack) else text


def _table(changes: Sequence[ResourceChange]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("Consequence", no_wrap=True)
    table.add_column("Resource and change", overflow="fold", ratio=1)
    for number, change in enumerate(changes):
        if number:
            table.add_row()
        consequence = Text(change.consequence.label, _STYLES[change.consequence])
        table.add_row(consequence, _details(change))
    return table


def _details(change: ResourceChange) -> Text:
    text = Text(short_path(change.name), "bold").append(f"  {change.resource_type}", "not bold dim")
    text.append(f"\n{title(change)}", "not bold")
    plain = Text("\n").join([text, *(Text(f"! {each}", "yellow") for each in change.warnings)])
    if change.action is Action.ADD:
        return plain
    lines = [plain, *(Text(reason) for reason in reasons(change))]
    for each in values(change):
        line = Text(f"{each.path}: ", "cyan")
        if not is_same(each):
            line.append(as_text(each.old), "red").append(" -> ", "none")
        lines.append(line.append(as_text(each.new), "green"))
        if explanation(each):
            lines.append(Text(f"  {explanation(each)}", _STYLES[each.consequence]))
    return Text("\n").join(lines)
