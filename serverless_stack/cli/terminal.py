"""How progress looks on a terminal."""

import time

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from serverless_stack.local.progress import Phase, PlainReport, Report

_NAME_WIDTH = 10


def report_for(console: Console, *, verbose: bool) -> Report:
    """The report that suits an output: live on a terminal, plain lines elsewhere."""
    if console.is_terminal:
        return Terminal(console, verbose=verbose)
    return PlainReport(verbose=verbose)


class Terminal:
    """One line for each phase, with its seconds; the current one moves."""

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        """Write to a console."""
        self._console = console
        self._verbose = verbose
        self._live: Live | None = None
        self._phase = ""
        self._detail = ""
        self._start = 0.0
        self._spinner = Spinner("dots", style="cyan")

    def begin(self, phase: str) -> None:
        """Show the phase as the current one."""
        self._phase, self._detail, self._start = phase, "", time.monotonic()
        self._live = Live(
            get_renderable=self._render, console=self._console, transient=True, refresh_per_second=8
        )
        self._live.start()

    def detail(self, text: str) -> None:
        """Show it behind the current phase."""
        self._detail = text

    def end(self, phase: Phase) -> None:
        """Replace the moving line by one that stays."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        done = phase.outcome == "done"
        sign = Text("✓", "green") if done else Text("✗", "bold red")
        how = Text("" if done else phase.outcome)
        self._console.print(_line(sign, phase.name, phase.seconds, how))

    def note(self, text: str) -> None:
        """Show it on a line of its own."""
        self._console.print(Text(text))

    def output(self, line: str) -> None:
        """Show it above the moving line when all is wanted."""
        if self._verbose:
            self._console.print(Text(f"  {line}", "dim"))

    def _render(self) -> RenderableType:
        now = time.monotonic()
        sign = self._spinner.render(now)
        assert isinstance(sign, Text)
        return _line(sign, self._phase, now - self._start, Text(self._detail, "dim"))


def _line(sign: Text, name: str, seconds: float, detail: Text) -> Text:
    """One line, cut where the terminal ends, because a line that wraps cannot be replaced."""
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append_text(sign).append(f" {name:<{_NAME_WIDTH}} {seconds:5.1f} s ").append_text(detail)
    line.rstrip()
    return line
