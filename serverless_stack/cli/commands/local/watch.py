"""`serverless-stack local watch`: deploy each saved file to the local cloud."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serverless_stack._shared.text import visible, visible_line
from serverless_stack.cli.commands.local import output as local_output
from serverless_stack.cli.commands.local.options import Name, Parameters, Stacks
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import AppDir, Context, Json, Quiet, pairs
from serverless_stack.cli.output import Output
from serverless_stack.local.cloud import DEFAULT_NAME, LocalCloud
from serverless_stack.local.watch.files import names_of
from serverless_stack.synthesis.traceback_text import failure_in

if TYPE_CHECKING:
    from rich.text import Text

    from serverless_stack.local.watch.edit import Edit

_MAX_SUBJECTS = 2
_TAIL_LINES = 30
_SHORTEST = 0.05  # seconds of a step that is shown; a shorter one would be 0.0


def watch(
    stacks: Stacks = None,
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    context: Context = None,
    parameters: Parameters = None,
    down: Annotated[
        bool, typer.Option("--down", help="Stop the local cloud at the end, and remove it.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the whole output of what fails.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Deploy the app, then each saved file, until Ctrl-C. The local cloud runs on, but for --down.

    Code and content are there within a second or two; a changed construct is deployed by the CDK
    CLI. After an error, the last good version goes on serving.

    Example: serverless-stack local watch

    JSON: a line for each edit, with files, result, seconds, steps, subjects, notes, error.

    Exit status: 1 if the first deployment failed, 2 if something is missing, 130 after Ctrl-C.
    """
    from serverless_stack.local.watch.session import Watch

    output = Output(as_json, quiet)
    with handled():
        values = pairs("--context", context or ())
        parameter_values = pairs("--parameters", parameters or ())
        cloud = LocalCloud.start(app_dir, name=name, report=output.report(verbose=verbose))
        try:
            with Watch(
                cloud, stacks=stacks or (), context=values, parameters=parameter_values
            ) as session:
                result = session.deploy()
                local_output.show_urls(output.console, result.urls)
                output.line("")
                output.line(f"Watching {cloud.app_dir.resolve()}; Ctrl-C ends it.")
                for edit in session.edits(threading.Event()):
                    show(output, edit, cloud.app_dir, verbose=verbose)
        except KeyboardInterrupt as error:
            if not down:
                output.message(f"The local cloud `{name}` runs on: `serverless-stack local down`.")
            raise typer.Exit(128 + getattr(error, "number", signal.SIGINT)) from error
        finally:
            if down:
                cloud.stop()
                output.message(f"The local cloud `{name}` was stopped and removed.")


def show(
    output: Output,
    edit: Edit,
    app_dir: Path,
    *,
    verbose: bool = False,
    unchanged: str = "nothing to deploy",
    kept: str = "The last good version goes on serving.",
) -> None:
    """Print what a batch of saved files led to.

    Args:
        output: Where to.
        edit: The batch.
        app_dir: The folder of the app, which paths are relative to.
        verbose: Whether to print the whole output of what failed.
        unchanged: What to say if the edit led to nothing.
        kept: What to say after a failure.
    """
    if output.as_json:
        output.event(content_of(edit, app_dir))
        return
    failed = edit.result == "failed"
    if output.quiet and not failed:
        return
    from serverless_stack.cli.terminal import console

    shown = console(stderr=output.quiet)
    shown.print(headline(edit, app_dir, unchanged), soft_wrap=True)
    for text in [*details(edit, app_dir, verbose=verbose), *([kept] if failed and kept else [])]:
        for line in text.splitlines():
            shown.print(f"  {visible(line)}", markup=False, soft_wrap=True)


def headline(edit: Edit, app_dir: Path, unchanged: str) -> Text:
    """Return what changed, and how long each step took, in a line."""
    from rich.text import Text

    failed = edit.result == "failed"
    line = Text("✗ " if failed else "✓ ", "bold red" if failed else "green")
    line.append(visible_line(names_of(edit.files, app_dir) or "the app"), "bold")
    line.append(f"  {_what(edit, unchanged)} in {edit.seconds:.1f} s", "not bold default")
    lasting = [step for step in edit.steps if step.seconds >= _SHORTEST]
    if lasting:
        steps = ", ".join(f"{step.name} {step.seconds:.1f}" for step in lasting)
        line.append(f" ({steps})", "not bold dim default")
    return line


def details(edit: Edit, app_dir: Path, *, verbose: bool) -> list[str]:
    """Return what belongs to an edit, below its line."""
    texts = list(edit.notes)
    if edit.result == "failed":
        where = failure_in(edit.log, app_dir)
        texts.append(where or edit.error)
        if verbose or not (where or edit.error.strip()):
            texts += edit.log.splitlines()[-_TAIL_LINES:]
    return texts


def content_of(edit: Edit, app_dir: Path) -> dict[str, object]:
    """Return an edit as JSON has it."""
    return {
        "files": [os.path.relpath(path, app_dir) for path in edit.files],
        "result": edit.result,
        "seconds": round(edit.seconds, 3),
        "steps": {step.name: round(step.seconds, 3) for step in edit.steps},
        "subjects": list(edit.subjects),
        "notes": edit.notes,
        "error": failure_in(edit.log, app_dir) or edit.error,
    }


def _what(edit: Edit, unchanged: str) -> str:
    if edit.result == "failed":
        return "failed"
    if edit.result == "unchanged":
        return unchanged
    more = len(edit.subjects) - _MAX_SUBJECTS
    subjects = ", ".join(edit.subjects[:_MAX_SUBJECTS]) + (f" and {more} more" if more > 0 else "")
    return f"{subjects} {edit.result}".strip()
