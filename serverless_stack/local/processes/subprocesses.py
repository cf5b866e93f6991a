"""Running programs that end with this process."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from serverless_stack.local.errors import CommandError

_GRACE_SECONDS = 3.0
_TAIL_LINES = 30


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    on_line: Callable[[str], None] | None = None,
) -> None:
    """Run a program in a process group of its own.

    After an exception, Ctrl-C included, the whole group is stopped.

    Args:
        argv: The program and its arguments.
        cwd: The working folder.
        environment: The complete environment.
        log: The file to which the output is appended.
        on_line: Called with each line of output, without the line end.

    Raises:
        CommandError: The program could not be started, or its exit status is not 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        start = sink.tell()
        try:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=sink if on_line is None else subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise CommandError(f"cannot run {argv[0]}: {error.strerror}") from error
        try:
            if on_line is not None and process.stdout is not None:
                for line in process.stdout:
                    sink.write(line)
                    sink.flush()
                    on_line(line.decode("utf-8", "replace").rstrip())
            status = process.wait()
        finally:
            stop_group(process)
    if status != 0:
        program = " ".join(Path(part).name if i == 0 else part for i, part in enumerate(argv))
        raise CommandError(f"`{program}` ended with status {status}", tail(log, start))


def stop_group(process: subprocess.Popen[bytes]) -> None:
    """Stop the process group of a program."""
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):  # it ignores SIGTERM
            process.wait(timeout=_GRACE_SECONDS)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + _GRACE_SECONDS
    while _signal_group(process.pid, 0) and time.monotonic() < deadline:
        time.sleep(0.01)  # the others need a moment to end
    if process.stdout is not None:
        process.stdout.close()


def _signal_group(group: int, number: int) -> bool:
    """Send a signal, or none for 0, and return whether the group has processes."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False  # EPERM: a group of zombies on macOS
    return True


def tail(log: Path, start: int = 0, lines: int = _TAIL_LINES) -> str:
    """Return the last lines of a log file from byte `start` on; an empty text if it is missing."""
    try:
        with log.open("rb") as source:
            source.seek(start)
            text = source.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
