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

from serverless_stack.cli.output import fail, print_error, print_text
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.local.errors import CommandError, LocalCloudError, PrerequisitesError
from serverless_stack.testing.template_text import SourceError

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
        raise typer.Exit(ExitStatus.REFUSED) from error
    except LocalCloudError as error:
        if isinstance(error, CommandError) and error.log:
            print_text(error.log.expandtabs())
        fail(str(error))
    except BrokenPipeError:
        raise  # the reader of the output has ended: so does the command
    except OSError as error:  # such as a full disk, or a folder that is read-only
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}{error.strerror or error}")
    except SourceError as error:
        fail(str(error), ExitStatus.REFUSED)
    except Interrupted as interruption:
        print_text("Interrupted; everything that this command started was stopped.")
        raise typer.Exit(128 + interruption.number) from interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Stopping takes some seconds. A second Ctrl-C must not leave processes behind.
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    sys.stderr.write("\nstopping ...\n")
    raise Interrupted(number)
