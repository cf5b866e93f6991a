"""What a copy, move or deletion will do or has done, for people and for scripts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import typer
from rich.text import Text

from serverless_stack._shared.text import counted, visible_line
from serverless_stack.cli.output import Output, table
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.operations.objects import Outcome, Step, StepPlan

_MAX_ROWS = 200


class Progress(Protocol):
    """Is called with each step that is done."""

    def __call__(self, step: Step) -> None:
        """Advance by a step."""
        ...


@contextmanager
def progress_of(output: Output, total: int, description: str) -> Iterator[Progress]:
    """Show a progress bar, and yield what advances it."""
    with output.bar() as shown:
        task = shown.add_task(description, total=total)

        def advance(step: Step) -> None:
            shown.advance(task)

        yield advance


def show(output: Output, plan: StepPlan, outcome: Outcome | None, verb: str) -> None:
    """Print a plan, or what was done.

    Args:
        output: Where to print.
        plan: The plan.
        outcome: What was done; None in a dry run.
        verb: What has become of the steps that are done, such as ``copied``.
    """
    skipped = plan.skipped if outcome is None else outcome.skipped
    failures = plan.failures if outcome is None else outcome.failures
    output.document(_document(plan, outcome, skipped, failures))
    if outcome is None and plan.steps:
        _show_table(output, plan)
    steps = plan.steps if outcome is None else outcome.done
    _show_count(output, steps, verb if outcome else f"would be {verb}")
    for place, reason in skipped.items():
        output.line(f"skipped {place}: {reason}")
    output.failures(failures)


def exit_on_failure(plan: StepPlan, outcome: Outcome | None) -> None:
    """End with status 1 if something failed."""
    if plan.failures if outcome is None else outcome.failures:
        raise typer.Exit(ExitStatus.FAILED)


def _show_count(output: Output, steps: Sequence[Step], verb: str) -> None:
    if len(steps) == 1:
        (step,) = steps
        target = "" if step.target is None else f" to {step.target}"
        output.line(f"{step.source} {verb}{target}")
        return
    size = sum(step.size for step in steps)
    output.line(f"{counted(len(steps), 'file')} {verb}, {counted(size, 'byte')}")


def _document(
    plan: StepPlan, outcome: Outcome | None, skipped: dict[str, str], failures: dict[str, str]
) -> dict[str, object]:
    return {
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


def _show_table(output: Output, plan: StepPlan) -> None:
    steps = table("action", "bytes", "source", "target", right=["bytes"])
    steps.columns[2].no_wrap, steps.columns[2].overflow = False, "fold"
    for step in plan.steps[:_MAX_ROWS]:
        target = "" if step.target is None else visible_line(str(step.target))
        source = Text(visible_line(str(step.source)))
        steps.add_row(step.kind, f"{step.size:,}", source, Text(target))
    output.list_console.print(steps)
    if len(plan.steps) > _MAX_ROWS:
        output.line(f"... and {len(plan.steps) - _MAX_ROWS:,} more")
