"""Ends the processes that the emulator started when the emulator itself is gone.

A small process of its own holds the reading end of a pipe. The emulator writes the id of every
engine and worker into it; when the emulator ends, however it ends (SIGKILL included), the pipe
closes and the guard kills what is still registered. This works alike on Linux and macOS;
Linux's PR_SET_PDEATHSIG would not do, because it fires when the *thread* that started the child
ends, and MiniStack starts workers from short-lived threads.
"""

import os
import signal
import subprocess
import sys
import threading
from typing import TextIO


def kill_group(pid: int) -> None:
    """Kill the process group of that id; a process that leads none is killed alone."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
        return


def hold(lines: TextIO) -> None:
    """Read ``+pid`` and ``-pid`` lines until the pipe closes, then kills what is left."""
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
    """The emulator's end of the pipe."""

    def __init__(self) -> None:
        """Start the process that waits at the other end."""
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def add(self, pid: int) -> None:
        """Has the process killed when the emulator is gone; at once when it is stopping already."""
        if not self._write(f"+{pid}\n"):
            kill_group(pid)

    def remove(self, pid: int) -> None:
        """Forget a process that has ended: its id may be given to another one."""
        self._write(f"-{pid}\n")

    def close(self) -> None:
        """Kill every process that is still registered and ends the guard; once is enough."""
        stdin = self._process.stdin
        with self._lock:
            if stdin is not None:
                stdin.close()
        self._process.wait(5)

    def _write(self, line: str) -> bool:
        """Write a line, unless the guard is closed; says whether it could."""
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
