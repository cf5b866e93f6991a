"""From errors and signals to messages and exit statuses."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer
from rich.console import Console
from rich.text import Text

from serverless_stack.local.errors import CommandError, LocalCloudError, PrerequisitesError
from serverless_stack.testing.review.errors import SourceError

FAILED_STATUS = 1
PREREQUISITES_STATUS = 2


class Interrupted(KeyboardInterrupt):
    """A signal asked the command to end."""

    def __init__(self, number: int) -> None:
        """Remember which one."""
        self.number = number
        super().__init__()


@contextmanager
def handled() -> Iterator[None]:
    """Run a command: its errors become messages on standard error, its signals a clean end.

    Exit statuses: 1 when it failed, 2 when something is missing or cannot be read and nothing was
    changed, 128 and the signal's number when a signal ended it.
    """
    console = Console(stderr=True)
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    except PrerequisitesError as error:
        console.print(Text("The local cloud cannot start; nothing was changed:", "bold red"))
        for problem in error.problems:
            console.print(Text(f"- {problem}"), soft_wrap=True)
        raise typer.Exit(PREREQUISITES_STATUS) from error
    except LocalCloudError as error:
        if isinstance(error, CommandError) and error.log:
            console.print(Text(error.log), soft_wrap=True)
        console.print(Text("Error: ", "bold red").append(str(error), "default"), soft_wrap=True)
        raise typer.Exit(FAILED_STATUS) from error
    except SourceError as error:
        console.print(Text("Error: ", "bold red").append(str(error), "default"), soft_wrap=True)
        raise typer.Exit(PREREQUISITES_STATUS) from error
    except Interrupted as interruption:
        console.print("Interrupted; what this command had started was stopped.")
        raise typer.Exit(128 + interruption.number) from interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Stopping takes some seconds: a second Ctrl-C must not leave processes behind.
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    sys.stderr.write("\nstopping ...\n")
    raise Interrupted(number)
