"""What a copy, move or deletion will do or has done, for people and for scripts."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import typer
from rich.table import Table
from rich.text import Text

from serverless_stack._shared.text import counted, visible_line
from serverless_stack.cli.terminal import bar, list_console
from serverless_stack.operations.objects import Outcome, Step, StepPlan

FAILED_STATUS = 1
_MAX_ROWS = 200


class Progress(Protocol):
    """Is called with each step that is done."""

    def __call__(self, step: Step) -> None:
        """Advance by a step."""
        ...


@contextmanager
def progress_of(total: int, description: str) -> Iterator[Progress]:
    """Show a progress bar, and yield what advances it."""
    with bar() as shown:
        task = shown.add_task(description, total=total)

        def advance(step: Step) -> None:
            shown.advance(task)

        yield advance


def show(plan: StepPlan, outcome: Outcome | None, verb: str, *, quiet: bool, as_json: bool) -> None:
    """Print a plan, or what was done.

    Args:
        plan: The plan.
        outcome: What was done; None in a dry run.
        verb: What has become of the steps that are done, such as ``copied``.
        quiet: Whether to print failures alone.
        as_json: Whether to print JSON.
    """
    skipped = plan.skipped if outcome is None else outcome.skipped
    failures = plan.failures if outcome is None else outcome.failures
    if as_json:
        _print_json(plan, outcome, skipped, failures)
        return
    if not quiet:
        if outcome is None and plan.steps:
            _show_table(plan)
        steps = plan.steps if outcome is None else outcome.done
        _show_count(steps, verb if outcome else f"would be {verb}")
        for place, reason in skipped.items():
            typer.echo(f"skipped {visible_line(place)}: {visible_line(reason)}")
    for place, reason in failures.items():
        failed = typer.style("failed", "red", bold=True)
        typer.echo(f"{failed} {visible_line(place)}: {visible_line(reason)}", err=quiet)


def exit_on_failure(plan: StepPlan, outcome: Outcome | None) -> None:
    """End with status 1 if something failed."""
    if plan.failures if outcome is None else outcome.failures:
        raise typer.Exit(FAILED_STATUS)


def _show_count(steps: Sequence[Step], verb: str) -> None:
    if len(steps) == 1:
        (step,) = steps
        target = "" if step.target is None else f" to {visible_line(str(step.target))}"
        typer.echo(f"{visible_line(str(step.source))} {verb}{target}")
        return
    size = sum(step.size for step in steps)
    typer.echo(f"{counted(len(steps), 'file')} {verb}, {counted(size, 'byte')}")


def _print_json(
    plan: StepPlan, outcome: Outcome | None, skipped: dict[str, str], failures: dict[str, str]
) -> None:
    document = {
        "actions": [
            {
                "kind": step.kind,
                "source": str(step.source),
                "target": None if step.target is None else str(step.target),
                "size": step.size,
            }
            for step in plan.steps
        ],
        "skipped": skipped,
        "done": None if outcome is None else len(outcome.done),
        "failures": failures,
    }
    typer.echo(json.dumps(document, indent=2))


def _show_table(plan: StepPlan) -> None:
    console, table = list_console(), Table("action", "source", "target", "bytes")
    table.columns[3].justify = "right"
    for column in table.columns:
        column.overflow = "fold"
    for step in plan.steps[:_MAX_ROWS]:
        target = "" if step.target is None else visible_line(str(step.target))
        row = Text(visible_line(str(step.source))), Text(target), f"{step.size:,}"
        table.add_row(step.kind, *row)
    console.print(table)
    if len(plan.steps) > _MAX_ROWS:
        console.print(f"... and {len(plan.steps) - _MAX_ROWS:,} more")
