"""The progress of the local cloud. `serverless_stack.cli.terminal` shows it on a terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from serverless_stack._shared.text import visible, visible_line

Outcome = Literal["done", "failed", "stopped"]
"""How a phase ended. Ctrl-C and other signals stop it."""


@dataclass(frozen=True)
class Phase:
    """A completed phase, and how long it took."""

    name: str
    seconds: float
    outcome: Outcome = "done"


class Report(Protocol):
    """Receives the progress of the local cloud."""

    def begin(self, phase: str) -> None:
        """Report the beginning of a phase, after the end of the one before it."""

    def detail(self, text: str) -> None:
        """Report a detail of the current phase, which replaces the one before it."""

    def end(self, phase: Phase) -> None:
        """Report the end of a phase."""

    def note(self, text: str) -> None:
        """Report a message."""

    def output(self, line: str) -> None:
        """Report a line of a program's output."""


class SilentReport:
    """Ignores the progress: for programs that use the local cloud as a library."""

    def begin(self, phase: str) -> None:
        """Do nothing."""

    def detail(self, text: str) -> None:
        """Do nothing."""

    def end(self, phase: Phase) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""

    def output(self, line: str) -> None:
        """Do nothing."""


class PlainReport:
    """Prints a line at the beginning and end of each phase, for logs and pipes."""

    def __init__(self, *, verbose: bool = False, stderr: bool = False) -> None:
        """Print to standard output or standard error, with `verbose` also what programs print."""
        self._verbose = verbose
        self._stderr = stderr

    def begin(self, phase: str) -> None:
        """Print the name of the phase."""
        self._print(f"{visible_line(phase)} ...")

    def detail(self, text: str) -> None:
        """Do nothing: a log has no details."""

    def end(self, phase: Phase) -> None:
        """Print the outcome and duration of the phase."""
        self._print(f"{visible_line(phase.name)} {phase.outcome} after {phase.seconds:.1f} s")

    def note(self, text: str) -> None:
        """Print the message."""
        self._print(visible(text))

    def output(self, line: str) -> None:
        """Print the line if `verbose` is set."""
        if self._verbose:
            self._print(f"  {visible_line(line.expandtabs())}")

    def _print(self, text: str) -> None:
        print(text, file=sys.stderr if self._stderr else sys.stdout, flush=True)


class Phases:
    """The phases of an operation, which are measured and reported."""

    def __init__(self, report: Report) -> None:
        """Begin without phases."""
        self._report = report
        self.done: list[Phase] = []

    def detail(self, text: str) -> None:
        """Report a detail of the current phase."""
        self._report.detail(text)

    def note(self, text: str) -> None:
        """Report a message."""
        self._report.note(text)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure the block as a phase."""
        self._report.begin(name)
        start = time.monotonic()
        outcome: Outcome = "stopped"
        try:
            yield
            outcome = "done"
        except Exception:
            outcome = "failed"
            raise
        finally:
            phase = Phase(name, time.monotonic() - start, outcome)
            self.done.append(phase)
            self._report.end(phase)
