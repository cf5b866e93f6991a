"""`serverless-stack synth`: synthesize an app, once or after each saved file."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from serverless_stack.cli.commands.local.watch import show
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import AppDir, Context, Json, Quiet, pairs
from serverless_stack.cli.output import Output, fail
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.local.cdk.assembly import read_stacks
from serverless_stack.local.cdk.commands import synth_arguments
from serverless_stack.local.processes.subprocesses import run
from serverless_stack.local.toolchain import prerequisites
from serverless_stack.local.watch.comparison import compare
from serverless_stack.local.watch.edit import Edit
from serverless_stack.local.watch.files import Watcher
from serverless_stack.synthesis.synthesizer import Synthesizer


def synth(
    app_dir: AppDir = Path("."),
    output_folder: Annotated[
        Path,
        typer.Option("--output", "-o", help="The folder of the cloud assembly, in the app's."),
    ] = Path("cdk.out"),
    context: Context = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Synthesize again after each saved file.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the whole output of what fails.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Synthesize the app with the CDK CLI; with --watch, again and warm after each saved file.

    Example: serverless-stack synth --watch

    JSON: a line for each synthesis, with files, result, seconds, steps, subjects, notes, error.

    Exit status: 0 if synthesized, 1 if it failed, 2 if something is missing, 130 after Ctrl-C.
    """
    output = Output(as_json, quiet)
    folder = app_dir.resolve()
    with handled():
        values = pairs("--context", context or ())
        out = (folder / output_folder).resolve()
        _check_output(out, folder)
        node, cdk = prerequisites.check_app(folder)
        with tempfile.TemporaryDirectory(prefix="serverless-stack-synth-") as home:

            def cold(target: Path, program: str | None) -> None:
                run(
                    [*cdk.argv, *synth_arguments(target, values, program)],
                    cwd=folder,
                    environment={**os.environ, "PATH": node.search_path(os.environ)},
                    log=Path(home, "log"),
                )

            with Synthesizer(folder, Path(home, "warm"), cold) as synthesizer:
                first, target = Edit(()), Path(home, "cdk.out")
                with output.working("synthesizing"):
                    _synthesize(synthesizer, target, out, first)
                show(output, first, folder, verbose=verbose, unchanged="unchanged", kept="")
                if first.result != "failed":
                    output.line(f"The cloud assembly is in {os.path.relpath(out)}.")
                if not watch:
                    raise typer.Exit(ExitStatus.FAILED if first.result == "failed" else 0)
                try:
                    output.line(f"Watching {folder}; Ctrl-C ends it.")
                    kept = f"{output_folder} is as it was."
                    for edit in _edits(synthesizer, folder, target, out):
                        show(
                            output,
                            edit,
                            folder,
                            verbose=verbose,
                            unchanged="unchanged",
                            kept=kept,
                        )
                except KeyboardInterrupt as error:
                    raise typer.Exit(128 + getattr(error, "number", signal.SIGINT)) from error


def _check_output(out: Path, folder: Path) -> None:
    """End the command if the folder of the assembly, which is replaced, has anything else."""
    if folder.is_relative_to(out):
        fail(f"`--output` must not be a folder with the app in it, got: {out}", ExitStatus.REFUSED)
    if not out.exists() or (out.is_dir() and (out.name == "cdk.out" or not any(out.iterdir()))):
        return
    if not (out / "cdk.out").is_file():  # as each assembly has it
        fail(
            f"`--output` is replaced: it must be new, empty or a cloud assembly, got: {out}",
            ExitStatus.REFUSED,
        )


def _edits(synthesizer: Synthesizer, folder: Path, target: Path, out: Path) -> Iterator[Edit]:
    watcher = Watcher(folder, lambda: synthesizer.inputs)
    try:
        for files in watcher.batches(threading.Event()):
            edit = Edit(tuple(path for path in files if not path.is_relative_to(out)))
            if files and not edit.files:
                continue
            edit.warm_up(synthesizer)
            _synthesize(synthesizer, target, out, edit)
            if edit.files or edit.result != "unchanged":
                yield edit
            synthesizer.rest()
    finally:
        watcher.close()


def _synthesize(synthesizer: Synthesizer, target: Path, out: Path, edit: Edit) -> None:
    """Synthesize to a folder of our own, so that the assembly stays as it is if that fails.

    It is outside of the app: an asset may be the app's folder without its cdk.out.
    """
    with edit.measured():
        before = read_stacks(out) if (out / "manifest.json").is_file() else []
        start = time.monotonic()
        done = synthesizer.synthesize(target)
        edit.add("warm" if done.is_warm else "cold", time.monotonic() - start)
        if done.reason:
            edit.notes.append(f"synthesized cold: {done.reason}")
        comparison = compare(before, read_stacks(target))
        edit.subjects = comparison.names
        edit.result = "unchanged" if comparison.is_nothing else "synthesized"
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(target, out)
