"""A process that kills the emulator's children when the emulator has ended.

It reads the ids of all engines and workers from a pipe. When the emulator ends, even by SIGKILL,
the pipe closes, and the guard kills the processes that are still registered. This works on Linux
and macOS. Linux's PR_SET_PDEATHSIG does not help: it applies when the *thread* that started a child
ends, and MiniStack starts workers in short-lived threads.
"""

import os
import signal
import subprocess
import sys
import threading
from typing import TextIO


def kill_group(pid: int) -> None:
    """Kill a process group, or the process if it does not lead a group."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
        return


def hold(lines: TextIO) -> None:
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


class ProcessGuard:
    """The emulator's side of the guard."""

    def __init__(self) -> None:
        """Start the guard."""
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def add(self, pid: int) -> None:
        """Register a process. If the guard is closed, kill the process at once."""
        if not self._write(f"+{pid}\n"):
            kill_group(pid)

    def remove(self, pid: int) -> None:
        """Unregister a process that has ended, because its id may be reused."""
        self._write(f"-{pid}\n")

    def close(self) -> None:
        """Kill all registered processes, and stop the guard."""
        stdin = self._process.stdin
        with self._lock:
            if stdin is not None:
                stdin.close()
        self._process.wait(5)

    def _write(self, line: str) -> bool:
        """Write a line, and return whether the guard is open."""
        stdin = self._process.stdin
        with self._lock:
            if stdin is None or stdin.closed:
                return False
            stdin.write(line)
            stdin.flush()
            return True


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hold(sys.stdin)
