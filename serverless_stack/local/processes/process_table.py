"""Who runs on this machine: enough to stop our own processes and never somebody else's.

Linux has it in /proc; elsewhere `ps` tells.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Process:
    """One running process. Those that have ended and wait for their parent are not counted.

    Attributes:
        pid: Its number, which the system gives to another process some time after it ended.
        group: The number of its process group.
        started: When it started, in the system's own words; with the pid it is unique.
    """

    pid: int
    group: int
    started: str


def find(pid: int) -> Process | None:
    """Return the process with this number now, or None."""
    if _has_proc():
        return _from_proc(pid)
    return next(iter(_from_ps("-p", str(pid))), None)


def is_same(pid: int, started: str) -> bool:
    """Return whether the process that had this number and start time still runs."""
    process = find(pid)
    return process is not None and process.started == started


def with_mark(mark: str) -> list[Process]:
    """Return the processes that have the text `mark` in their environment, in whatever group."""
    if _has_proc():
        pids = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
        found = [process for process in map(_from_proc, pids) if process is not None]
    else:
        found = _from_ps("-A")
    return [process for process in found if mark in _environment(process.pid)]


def stop(leader: Process | None, mark: str, grace_seconds: float) -> bool:
    """Ask the leader to end by SIGTERM, and end what is left after a while by SIGKILL.

    Args:
        leader: The process that ends the others; when None, all that have the mark are asked.
        mark: Text in the environment of all that belong to it; nobody else is touched.
        grace_seconds: How long to wait before SIGKILL.

    Returns:
        Whether they ended before SIGKILL was needed.
    """
    for process in with_mark(mark) if leader is None else [leader]:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline:
        if not _left(leader, mark):
            return True
        time.sleep(_POLL_SECONDS)
    while left := _left(leader, mark):
        for process in left:
            _signal(process, signal.SIGKILL)
        time.sleep(_POLL_SECONDS)
    return False


def _left(leader: Process | None, mark: str) -> list[Process]:
    left = with_mark(mark)
    if leader is not None and leader not in left and is_same(leader.pid, leader.started):
        left.append(leader)
    return left


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        if is_same(process.pid, process.started):
            os.kill(process.pid, number)


def _has_proc() -> bool:
    return sys.platform == "linux"


def _from_proc(pid: int) -> Process | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in brackets, which may hold blanks and brackets.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return Process(pid, group=int(fields[2]), started=f"{boot}/{fields[19]}")


def _from_ps(*which: str) -> list[Process]:
    listing = subprocess.run(
        ["ps", *which, "-o", "pid=,pgid=,stat=,lstart="],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    rows = (line.split(maxsplit=3) for line in listing.stdout.splitlines())
    return [
        Process(int(pid), int(group), started.strip())
        for pid, group, state, started in rows
        if not state.startswith("Z")
    ]


def _environment(pid: int) -> str:
    if _has_proc():
        try:
            return (_PROC / str(pid) / "environ").read_bytes().decode("utf-8", "replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return ""  # it ended meanwhile, or is another user's
    listing = subprocess.run(
        ["ps", "eww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return listing.stdout
