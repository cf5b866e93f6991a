"""Telling what happens while it happens: Rich on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

Outcome = Literal["done", "failed", "stopped"]
"""How a phase ended; Ctrl-C and other signals stop it."""


@dataclass(frozen=True)
class Phase:
    """A part of the work that has ended, and how long it took."""

    name: str
    seconds: float
    outcome: Outcome = "done"


class Report(Protocol):
    """Somebody who is told what the local cloud does."""

    def begin(self, phase: str) -> None:
        """A phase begins; the one before it has ended."""

    def detail(self, text: str) -> None:
        """What the phase is at right now; the next one replaces it."""

    def end(self, phase: Phase) -> None:
        """The phase has ended."""

    def note(self, text: str) -> None:
        """Something worth a line of its own."""

    def output(self, line: str) -> None:
        """A line that a program wrote, for those who want to see all."""


class SilentReport:
    """Tells nobody: for programs that use the local cloud as a library."""

    def begin(self, phase: str) -> None:
        """Tell nobody."""

    def detail(self, text: str) -> None:
        """Tell nobody."""

    def end(self, phase: Phase) -> None:
        """Tell nobody."""

    def note(self, text: str) -> None:
        """Tell nobody."""

    def output(self, line: str) -> None:
        """Tell nobody."""


class PlainReport:
    """One line at the end of each phase, for logs and pipes; with `verbose` all output as well."""

    def __init__(self, *, verbose: bool = False) -> None:
        """Write to standard output."""
        self._verbose = verbose

    def begin(self, phase: str) -> None:
        """Say what comes, because it may take long."""
        print(f"{phase} ...", flush=True)

    def detail(self, text: str) -> None:
        """Not in a log: only what happened in the end counts."""

    def end(self, phase: Phase) -> None:
        """Say how long it took."""
        print(f"{phase.name} {phase.outcome} after {phase.seconds:.1f} s", flush=True)

    def note(self, text: str) -> None:
        """Say it."""
        print(text, flush=True)

    def output(self, line: str) -> None:
        """Say it when all is wanted."""
        if self._verbose:
            print(f"  {line}", flush=True)


class Phases:
    """Measures phases and reports them."""

    def __init__(self, report: Report) -> None:
        """Begin without any."""
        self._report = report
        self.done: list[Phase] = []

    def detail(self, text: str) -> None:
        """Report what the current phase is at."""
        self._report.detail(text)

    def note(self, text: str) -> None:
        """Report something worth a line of its own."""
        self._report.note(text)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure the block as a phase; it has failed when the block raises."""
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
