"""Messages and exit statuses for errors and signals.

Exit statuses: 1 if the command failed, 2 if something is missing or unreadable and nothing was
changed, 128 plus the signal's number after a signal.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer
from rich.text import Text

from serverless_stack._shared.text import visible
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.cli.terminal import console
from serverless_stack.local.errors import CommandError, LocalCloudError, PrerequisitesError
from serverless_stack.testing.template_text import SourceError

FAILED_STATUS = ExitStatus.FAILED
PREREQUISITES_STATUS = ExitStatus.REFUSED
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
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    except PrerequisitesError as error:
        print_error("the local cloud cannot start; nothing was changed:")
        for problem in error.problems:
            print_text(f"- {problem}")
        print_text("`serverless-stack doctor` checks this machine as a whole.")
        raise typer.Exit(PREREQUISITES_STATUS) from error
    except LocalCloudError as error:
        if isinstance(error, CommandError) and error.log:
            print_text(error.log.expandtabs())
        print_error(str(error))
        raise typer.Exit(FAILED_STATUS) from error
    except BrokenPipeError:
        raise  # the reader of the output has ended: so does the command
    except OSError as error:  # such as a full disk, or a folder that is read-only
        where = f"{error.filename}: " if error.filename else ""
        print_error(f"{where}{error.strerror or error}")
        raise typer.Exit(FAILED_STATUS) from error
    except SourceError as error:
        print_error(str(error))
        raise typer.Exit(PREREQUISITES_STATUS) from error
    except Interrupted as interruption:
        print_text("Interrupted; everything that this command started was stopped.")
        raise typer.Exit(128 + interruption.number) from interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def fail(message: str, status: ExitStatus = ExitStatus.FAILED) -> NoReturn:
    """Print an error and end the command.

    Args:
        message: What is wrong, what it got, and the command or argument that mends it.
        status: The exit status.

    Raises:
        typer.Exit: Always.
    """
    print_error(message)
    raise typer.Exit(status)


def print_error(message: str) -> None:
    """Print an error on standard error, which `--quiet` does not silence."""
    text = Text("Error: ", "bold red").append(visible(message), "not bold default")
    console(stderr=True).print(text, soft_wrap=True)


def print_text(text: str) -> None:
    """Print what belongs to an error on standard error."""
    console(stderr=True).print(Text(visible(text)), soft_wrap=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Stopping takes some seconds. A second Ctrl-C must not leave processes behind.
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    sys.stderr.write("\nstopping ...\n")
    raise Interrupted(number)
