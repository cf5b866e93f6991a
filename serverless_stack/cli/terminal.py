"""Progress on a terminal: phases of the local cloud, and bars."""

import time

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.spinner import Spinner
from rich.text import Text

from serverless_stack._shared.text import visible, visible_line
from serverless_stack.local.progress import Phase, PlainReport, Report

_NAME_WIDTH = 10
_LONGEST_LINE = 5000  # a key has up to 1024 bytes, each of which may be escaped


def bar() -> Progress:
    """Return a progress bar on standard error, erased at the end; invisible without a terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def list_console() -> Console:
    """Return the console for lists of keys and paths.

    A pipe or file gets each in one piece, for `grep`; a terminal gets lines of its width.
    """
    console = Console()
    return console if console.is_terminal else Console(width=_LONGEST_LINE)


def report_for(console: Console, *, verbose: bool) -> Report:
    """Return the report for a console: live on a terminal, plain lines elsewhere."""
    return (
        Terminal(console, verbose=verbose) if console.is_terminal else PlainReport(verbose=verbose)
    )


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
    """Return one line, cut at the terminal's width: a line that wraps cannot be replaced."""
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append_text(sign).append(f" {name:<{_NAME_WIDTH}} {seconds:5.1f} s ").append_text(detail)
    line.rstrip()
    return line
