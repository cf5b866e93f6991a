"""The one place that prints: results for people or as JSON, messages, tables and progress.

Results go to standard output, messages and progress to standard error. `--json` leaves nothing
but one JSON document on standard output; `--quiet` leaves errors alone, and the document of
`--json`. Nothing is coloured in a pipe or with NO_COLOR; FORCE_COLOR colours a pipe as well.
"""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, NoReturn

from serverless_stack._shared.text import visible, visible_line
from serverless_stack.cli.statuses import ExitStatus

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from serverless_stack.local.progress import Report


@dataclass(frozen=True)
class Output:
    """What a command prints.

    Attributes:
        as_json: Whether the result is one JSON document.
        quiet: Whether errors are printed alone.
    """

    as_json: bool = False
    quiet: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether results for people are left out."""
        return self.as_json or self.quiet

    @cached_property
    def console(self) -> Console:
        """The console for results; it prints nothing with `--json` or `--quiet`."""
        from serverless_stack.cli.terminal import console

        return console(quiet=self.is_silent)

    @cached_property
    def list_console(self) -> Console:
        """The console for lists, whose lines stay whole in a pipe, for `grep`."""
        from serverless_stack.cli.terminal import list_console

        return list_console(quiet=self.is_silent)

    @cached_property
    def messages(self) -> Console:
        """The console for messages, on standard error; it prints nothing with `--quiet`."""
        from serverless_stack.cli.terminal import console

        return console(stderr=True, quiet=self.quiet)

    def document(self, content: Mapping[str, object] | Sequence[object]) -> None:
        """Print the JSON document of a result, if `--json` asks for it."""
        if self.as_json:
            print_json(content)

    def event(self, content: Mapping[str, object]) -> None:
        """Print a JSON document on a line, one of a stream without end, if `--json` asks for it."""
        if self.as_json:
            print(json.dumps(content, default=_plain), flush=True)

    def line(self, text: str) -> None:
        """Print one line of a result for people; what is not printable is escaped."""
        if not self.is_silent:
            print(visible_line(text), flush=True)

    def failures(self, failures: Mapping[str, str]) -> None:
        """Print what failed and why, on standard error. `--json` has it in its document."""
        if self.as_json:
            return
        for name, reason in failures.items():
            _print_marked("failed ", f"{visible_line(name)}: {visible_line(reason)}")

    def message(self, text: str) -> None:
        """Print one line beside the result, such as a hint, on standard error."""
        if not self.quiet:
            print(visible_line(text), file=sys.stderr, flush=True)

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show on a terminal that something is under way, from its first second on.

        Args:
            text: What is done, such as ``reading the stacks``.
        """
        from serverless_stack.cli.terminal import waiting

        with waiting(text, quiet=self.quiet):
            yield

    def bar(self) -> Progress:
        """Return a progress bar, erased at the end; invisible without a terminal."""
        from serverless_stack.cli.terminal import bar

        return bar(quiet=self.quiet)

    def report(self, *, verbose: bool = False) -> Report:
        """Return the report of phases: live on a terminal, plain lines elsewhere.

        With `--json` it goes to standard error.
        """
        from serverless_stack.cli.terminal import console, report_for
        from serverless_stack.local.progress import SilentReport

        if self.quiet:
            return SilentReport()
        return report_for(console(stderr=self.as_json), verbose=verbose)


def fail(message: str, status: ExitStatus = ExitStatus.FAILED) -> NoReturn:
    """Print an error and end the command.

    Args:
        message: What is wrong, what it got, and the command or argument that mends it.
        status: The exit status.

    Raises:
        typer.Exit: Always.
    """
    import typer

    print_error(message)
    raise typer.Exit(status)


def print_error(message: str) -> None:
    """Print an error on standard error, which `--quiet` does not silence."""
    _print_marked("Error: ", message)


def print_text(text: str) -> None:
    """Print what belongs to an error on standard error."""
    _print_marked("", text)


def _print_marked(mark: str, text: str) -> None:
    from rich.text import Text

    from serverless_stack.cli.terminal import console

    line = Text(mark, "bold red").append(visible(text), "not bold default")
    console(stderr=True).print(line, soft_wrap=True)


def print_json(content: object) -> None:
    """Print a JSON document. Times, paths and enums are text in it."""
    print(json_text(content), flush=True)


def json_text(content: object) -> str:
    """Return a JSON document. Times, paths and enums are text in it."""
    return json.dumps(content, indent=2, default=_plain)


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """Return an empty table in the style of all commands.

    Its last column takes what is left of the line, and folds; the others stay whole.

    Args:
        columns: The titles.
        right: The titles of the columns with numbers.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    empty = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns[:-1]:
        empty.add_column(column, no_wrap=True, justify="right" if column in right else "left")
    last = columns[-1]
    empty.add_column(last, overflow="fold", justify="right" if last in right else "left")
    return empty


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"a result must be JSON, got: {type(value).__name__}")
