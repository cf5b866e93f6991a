"""A process that kills the emulator's children when the emulator has ended.

It reads the ids of all engines and workers from a pipe. When the emulator ends, even by SIGKILL,
the pipe closes, and the guard kills the processes that are still registered, and those that have
the mark of this run in their environment: a function may start processes in sessions of their own.
This works on Linux and macOS. Linux's PR_SET_PDEATHSIG does not help: it applies when the *thread*
that started a child ends, and MiniStack starts workers in short-lived threads.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

RUN_VARIABLE = "SERVERLESS_STACK_RUN"
"""The variable with a random text in the environment of everything that one emulator starts."""

PROC = Path("/proc")
SCANS = 20


def kill_group(pid: int) -> None:
    """Kill a process group, or the process if it does not lead a group."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
        return


def marked(mark: str) -> list[int]:
    """Return the ids of all other processes with a text in their environment."""
    own = os.getpid()
    if not (PROC / "self" / "environ").exists():
        command = ["ps", "eww", "-A", "-o", "pid=,command="]
        listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        rows = [line.split(None, 1) for line in listing.splitlines() if mark in line]
        return [int(row[0]) for row in rows if int(row[0]) != own]
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if pid != own and mark.encode() in _environment(pid).split(b"\0")]


def kill_marked(mark: str) -> None:
    """Kill all processes with a mark. While they die, they may start others."""
    for _scan in range(SCANS):
        pids = marked(mark)
        if not pids:
            return
        for pid in pids:
            kill_group(pid)
        time.sleep(0.02)


def hold(lines: TextIO, mark: str) -> None:
    """Read ``+pid`` and ``-pid`` lines until the pipe closes, then kill the rest."""
    held: set[int] = set()
    for line in lines:
        text = line.strip()
        if text[:1] == "+" and text[1:].isdigit():
            held.add(int(text[1:]))
        elif text[:1] == "-" and text[1:].isdigit():
            held.discard(int(text[1:]))
    for pid in held:
        kill_group(pid)
    kill_marked(mark)


class ProcessGuard:
    """The emulator's side of the guard."""

    def __init__(self) -> None:
        """Start the guard, and start another one whenever it is killed."""
        self._lock = threading.Lock()
        self._held: set[int] = set()
        self._closed = False
        self._process = self._start()
        threading.Thread(target=self._watch, name="process-guard", daemon=True).start()

    def add(self, pid: int) -> None:
        """Register a process. If the guard is closed, kill the process at once."""
        with self._lock:
            if not self._closed:
                self._held.add(pid)
                self._write(f"+{pid}\n")
                return
        kill_group(pid)

    def remove(self, pid: int) -> None:
        """Unregister a process that has ended, because its id may be reused."""
        with self._lock:
            self._held.discard(pid)
            self._write(f"-{pid}\n")

    def close(self) -> None:
        """Kill all registered processes, and stop the guard."""
        with self._lock:
            self._closed = True
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._process.wait(5)

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _watch(self) -> None:
        while not self._closed:
            self._process.wait()
            with self._lock:
                if not self._closed:
                    self._process = self._start()
                    self._write("".join(f"+{pid}\n" for pid in sorted(self._held)))

    def _write(self, lines: str) -> None:
        stdin = self._process.stdin
        if stdin is None or self._closed:
            return
        try:
            stdin.write(lines)
            stdin.flush()
        except BrokenPipeError:
            # The guard was killed; the next one is told everything.
            return


def _environment(pid: int) -> bytes:
    try:
        return (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return b""  # it has ended, or belongs to another user


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hold(sys.stdin, f"{RUN_VARIABLE}={os.environ[RUN_VARIABLE]}")
