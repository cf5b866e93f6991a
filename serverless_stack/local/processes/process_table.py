"""The processes of this machine: enough to stop our own ones and never any others.

On Linux they are read from /proc, elsewhere from `ps`.
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
    """A running process. Zombies do not count.

    Attributes:
        pid: The process id, which may be reused after the process has ended.
        group: The id of the process group.
        started: The start time, in the system's format. With the process id, it is unique.
    """

    pid: int
    group: int
    started: str


def find(pid: int) -> Process | None:
    """Return the process with an id; None if there is none."""
    if _has_proc():
        return _from_proc(pid)
    return next(iter(_from_ps("-p", str(pid))), None)


def is_same(pid: int, started: str) -> bool:
    """Return whether the process with an id and a start time is still running."""
    process = find(pid)
    return process is not None and process.started == started


def with_mark(mark: str) -> list[Process]:
    """Return the processes with a variable, such as `NAME=value`, in their environment."""
    if _has_proc():
        pids = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
        processes = [process for process in map(_from_proc, pids) if process is not None]
        return [process for process in processes if _has_variable(process.pid, mark)]
    processes = _from_ps("-A")
    pids_with_mark = _with_variable([process.pid for process in processes], mark)
    return [process for process in processes if process.pid in pids_with_mark]


def stop(leader: Process | None, mark: str, grace_seconds: float) -> bool:
    """Send SIGTERM to the leader, and after a while SIGKILL to the processes that are left.

    Args:
        leader: The process that stops the others. None sends SIGTERM to all processes.
        mark: A text in the environment of all processes to stop. No others are stopped.
        grace_seconds: How long to wait before SIGKILL.

    Returns:
        Whether all processes ended before SIGKILL.
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
    # The second field is the program's name in brackets, which may contain blanks and brackets.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return Process(pid, group=int(fields[2]), started=f"{boot}/{fields[19]}")


def _from_ps(*which: str) -> list[Process]:
    rows = (line.split(maxsplit=3) for line in _ps(*which, "-o", "pid=,pgid=,stat=,lstart="))
    return [
        Process(int(pid), int(group), started.strip())
        for pid, group, state, started in rows
        if not state.startswith("Z")
    ]


def _has_variable(pid: int, variable: str) -> bool:
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False  # it has ended, or belongs to another user
    return variable.encode() in environment.split(b"\0")


def _with_variable(pids: list[int], variable: str) -> set[int]:
    """Return the processes with a variable in their environment, by one call of `ps`."""
    lines = _ps("eww", "-o", "pid=,command=", "-p", ",".join(map(str, pids)))
    return {int(line.split(maxsplit=1)[0]) for line in lines if variable in line}


def _ps(*arguments: str) -> list[str]:
    listing = subprocess.run(
        ["ps", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    return listing.stdout.splitlines()
