"""Progress on a terminal: phases of the local cloud, and bars."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from serverless_stack._shared.text import visible, visible_line

if TYPE_CHECKING:
    from rich.progress import Progress

    from serverless_stack.local.progress import Phase, Report

_NAME_WIDTH = 10
_PATIENCE = 0.8  # seconds; what is done before it needs no progress
_LONGEST_LINE = 5000  # a key has up to 1024 bytes, each of which may be escaped


class PipeConsole(Console):
    """A console whose reader may end: `BrokenPipeError` reaches the command line."""

    def on_broken_pipe(self) -> None:
        """Raise the error, where Rich would end the process with status 1."""
        raise BrokenPipeError


def console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """Return a console in the style of all commands.

    It writes no escape sequences into a pipe, unless FORCE_COLOR is set, and with NO_COLOR none
    that only decorate.

    Args:
        stderr: Whether it writes to standard error.
        quiet: Whether it prints nothing.
    """
    return PipeConsole(
        stderr=stderr,
        quiet=quiet,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        highlight=False,
    )


def is_terminal(stream: Console) -> bool:
    """Return whether lines can be rewritten. FORCE_COLOR makes no terminal of a pipe."""
    return stream.is_terminal and (not os.environ.get("FORCE_COLOR") or stream.file.isatty())


def bar(*, quiet: bool = False) -> Progress:
    """Return a progress bar on standard error, erased at the end; invisible without a terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    shown = console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=shown,
        transient=True,
        disable=quiet or not is_terminal(shown),
    )


@contextmanager
def waiting(text: str, *, quiet: bool = False) -> Iterator[None]:
    """Show a line with its seconds on the terminal until the end, if that takes a second.

    Args:
        text: What is done, such as ``reading the stacks``.
        quiet: Whether to show nothing.
    """
    shown = console(stderr=True)
    if quiet or not is_terminal(shown):
        yield
        return
    start = time.monotonic()
    spinner = Spinner("dots", style="cyan")

    def render() -> RenderableType:
        now = time.monotonic()
        if now - start < _PATIENCE:
            return Text()
        sign = spinner.render(now)
        assert isinstance(sign, Text)
        return _cut(sign.append(f" {visible_line(text)} ... {now - start:.0f} s", "dim"))

    with Live(get_renderable=render, console=shown, transient=True, refresh_per_second=8):
        yield


def list_console(*, quiet: bool = False) -> Console:
    """Return the console for lists of keys and paths.

    A pipe or file gets each in one piece, for `grep`; a terminal gets lines of its width.
    """
    shown = console(quiet=quiet)
    if not is_terminal(shown):
        shown.width = _LONGEST_LINE
    return shown


def report_for(console: Console, *, verbose: bool) -> Report:
    """Return the report for a console: live on a terminal, plain lines elsewhere."""
    if is_terminal(console):
        return Terminal(console, verbose=verbose)
    from serverless_stack.local.progress import PlainReport

    return PlainReport(verbose=verbose, stderr=console.stderr)


class Terminal:
    """A report with a line for each phase and its seconds; the current line is animated.

    Args:
        console: The console to write to.
        verbose: Whether to show the output of programs.
    """

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._live: Live | None = None
        self._phase = ""
        self._detail = ""
        self._start = 0.0
        self._spinner = Spinner("dots", style="cyan")

    def begin(self, phase: str) -> None:
        """Show a phase as the current one."""
        self._phase, self._detail, self._start = visible_line(phase), "", time.monotonic()
        self._live = Live(
            get_renderable=self._render, console=self._console, transient=True, refresh_per_second=8
        )
        self._live.start()

    def detail(self, text: str) -> None:
        """Show a text after the current phase."""
        self._detail = visible_line(text)

    def end(self, phase: Phase) -> None:
        """Replace the animated line by a permanent one."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        done = phase.outcome == "done"
        sign = Text("✓", "green") if done else Text("✗", "bold red")
        outcome = Text("" if done else phase.outcome)
        self._console.print(_line(sign, visible_line(phase.name), phase.seconds, outcome))

    def note(self, text: str) -> None:
        """Show a text on a line of its own."""
        self._console.print(Text(visible(text)))

    def output(self, line: str) -> None:
        """Show a program's output above the animated line, if verbose."""
        if self._verbose:
            self._console.print(Text(f"  {visible_line(line.expandtabs())}", "dim"))

    def _render(self) -> RenderableType:
        now = time.monotonic()
        sign = self._spinner.render(now)
        assert isinstance(sign, Text)
        return _line(sign, self._phase, now - self._start, Text(self._detail, "dim"))


def _line(sign: Text, name: str, seconds: float, detail: Text) -> Text:
    line = Text().append_text(sign).append(f" {name:<{_NAME_WIDTH}} {seconds:5.1f} s ")
    return _cut(line.append_text(detail))


def _cut(line: Text) -> Text:
    """Return one line, cut at the terminal's width: a line that wraps cannot be replaced."""
    line.no_wrap, line.overflow = True, "ellipsis"
    line.rstrip()
    return line
