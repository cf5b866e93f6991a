"""Messages and exit statuses for errors and signals.

Exit statuses: 1 if the command failed, 2 if something is missing or unreadable and nothing was
changed, 128 plus the signal's number after a signal.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer
from rich.console import Console
from rich.text import Text

from serverless_stack._shared.text import visible
from serverless_stack.local.errors import CommandError, LocalCloudError, PrerequisitesError
from serverless_stack.testing.template_text import SourceError

FAILED_STATUS = 1
PREREQUISITES_STATUS = 2
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """The command received a signal to end.

    Args:
        number: The number of the signal.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__()


@contextmanager
def handled() -> Iterator[None]:
    """Run a command: its errors become messages on standard error, signals a clean end."""
    console = Console(stderr=True)
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    except PrerequisitesError as error:
        console.print(Text("The local cloud cannot start; nothing was changed:", "bold red"))
        for problem in error.problems:
            console.print(Text(f"- {visible(problem)}"), soft_wrap=True)
        raise typer.Exit(PREREQUISITES_STATUS) from error
    except LocalCloudError as error:
        if isinstance(error, CommandError) and error.log:
            console.print(Text(visible(error.log.expandtabs())), soft_wrap=True)
        _print_error(console, error)
        raise typer.Exit(FAILED_STATUS) from error
    except BrokenPipeError:
        raise  # the reader of the output has ended: so does the command
    except OSError as error:  # such as a full disk, or a folder that is read-only
        where = f"{error.filename}: " if error.filename else ""
        _print_error(console, Exception(f"{where}{error.strerror or error}"))
        raise typer.Exit(FAILED_STATUS) from error
    except SourceError as error:
        _print_error(console, error)
        raise typer.Exit(PREREQUISITES_STATUS) from error
    except Interrupted as interruption:
        console.print("Interrupted; everything that this command started was stopped.")
        raise typer.Exit(128 + interruption.number) from interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print_error(console: Console, error: Exception) -> None:
    text = Text("Error: ", "bold red").append(visible(str(error)), "default")
    console.print(text, soft_wrap=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Stopping takes some seconds. A second Ctrl-C must not leave processes behind.
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    sys.stderr.write("\nstopping ...\n")
    raise Interrupted(number)
