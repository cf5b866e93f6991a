"""An engine process on loopback."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from ..process_guard import ProcessGuard

logger = logging.getLogger("serverless_stack.engines")

START_SECONDS = 15.0
STOP_SECONDS = 2.0


class EngineError(RuntimeError):
    """An engine could not be started, or did not answer."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class EngineProcess:
    """A child process with a folder of its own.

    Args:
        name: The name for messages.
        folder: The folder of the process, removed when it stops.
        guard: Kills the process when the emulator has ended.
    """

    def __init__(self, name: str, folder: Path, guard: ProcessGuard) -> None:
        self.name = name
        self.folder = folder
        self._guard = guard
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self, command: list[str], answers: Callable[[], bool]) -> None:
        """Start the process, and wait until it answers.

        Args:
            command: The command line.
            answers: Returns whether the process answers. It may raise OSError.

        Raises:
            EngineError: The process ended, or did not answer within 15 seconds. The message has
                the end of its log.
        """
        log = self.folder / "engine.log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._guard.add(self._process.pid)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(answers):
            if not self.running or time.monotonic() > deadline:
                status = self._process.poll()
                self.stop()
                tail = log.read_text(encoding="utf-8", errors="replace")[-600:].strip()
                what = "did not answer" if status is None else f"ended with status {status}"
                raise EngineError(f"{self.name}: {command[0]} {what}: {tail}")
            time.sleep(0.02)
        logger.info("%s: started %s (pid %d)", self.name, command[0], self._process.pid)

    def stop(self) -> None:
        """Stop the process, with SIGKILL after two seconds, and remove its folder."""
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            self._guard.remove(process.pid)
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _answers(answers: Callable[[], bool]) -> bool:
        try:
            return answers()
        except OSError:
            return False


def make_folder(parent: Path, name: str) -> Path:
    """Create an empty folder for an engine, which only this user can read."""
    folder = parent / f"{name}-{os.urandom(4).hex()}"
    folder.mkdir(mode=0o700, parents=True)
    return folder
