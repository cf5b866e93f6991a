"""The emulator's side of the process of an execution environment."""

import json
import os
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from ..process_guard import ProcessGuard, kill_group

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
LOG_SECONDS = 1.0
EXIT_SECONDS = 0.2

Document = dict[str, Any]
Command = Callable[[int, str], list[str]]


def python_command(pipe: int, marker: str) -> list[str]:
    """Return the command of the process of a Python function."""
    # -I -S: without the packages of this environment, and without Python's own variables.
    # -u: stdout and stderr keep their order.
    return [sys.executable, "-I", "-S", "-u", str(BOOTSTRAP), str(pipe), marker]


class FunctionProcess:
    """A process that has loaded a handler.

    See ``bootstrap.py`` for the pipes. The marker line ends the output of an invocation, so that
    nobody has to wait for more.

    Args:
        command: Returns the command for the pipe of the answers, and for the marker.
        code: The working folder.
        variables: The complete environment.
        guard: Kills the process when the emulator has ended.
        hear: Gets each line of output as it comes.
    """

    def __init__(
        self,
        command: Command,
        code: Path,
        variables: dict[str, str],
        guard: ProcessGuard,
        hear: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._guard = guard
        self._hear = hear
        self._answers: queue.Queue[Document | None] = queue.Queue()
        self._output: queue.Queue[str | None] = queue.Queue()
        marker = secrets.token_hex(16)
        reading, writing = os.pipe()
        try:
            self.popen = subprocess.Popen(
                command(writing, marker),
                cwd=code,
                env=variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[writing],
                start_new_session=True,
            )
        finally:
            os.close(writing)
        guard.add(self.popen.pid)
        for target in (
            lambda: self._read_answers(reading),
            lambda: self._read_output(self.popen.stdout, marker.encode()),
        ):
            threading.Thread(target=target, daemon=True).start()

    def exchange(self, invocation: Document, seconds: float) -> Document:
        """Send an invocation, and return the result. Raises like ``wait``."""
        stdin = self.popen.stdin
        try:
            if stdin is None:
                raise EOFError
            stdin.write(json.dumps(invocation).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError as error:
            raise EOFError from error
        return self.wait(seconds)

    def wait(self, seconds: float) -> Document:
        """Wait for the next result.

        Raises:
            TimeoutError: There was no result in time.
            EOFError: The process has ended.
        """
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty as error:
            raise TimeoutError from error
        if answer is None:
            raise EOFError
        return answer

    def lines(self) -> list[str]:
        """Return the output up to the marker or the end, waiting for at most a second."""
        lines: list[str] = []
        deadline = time.monotonic() + LOG_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._output.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            lines.append(line)
        return lines

    def kill(self) -> str:
        """Kill the process, and return how it ended."""
        try:
            status = self.popen.wait(EXIT_SECONDS)
            how = f"Runtime exited with error: exit status {status}"
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            how = "Runtime exited"
        self.release()
        return how

    def release(self) -> None:
        """Clean up after the process has ended: kill the children that the handler left behind."""
        self._guard.remove(self.popen.pid)
        kill_group(self.popen.pid)

    def _read_answers(self, pipe: int) -> None:
        with os.fdopen(pipe, "rb") as stream:
            for line in stream:
                self._answers.put(json.loads(line))
        self._answers.put(None)

    def _read_output(self, stream: IO[bytes] | None, marker: bytes) -> None:
        for line in stream or ():
            text = line.rstrip(b"\n")
            if text.endswith(marker):
                # The handler's last line may lack a line end.
                if text != marker:
                    self._put(text.removesuffix(marker))
                self._output.put(None)
            else:
                self._put(text)
        self._output.put(None)

    def _put(self, text: bytes) -> None:
        line = text.decode("utf-8", errors="replace")
        self._hear(line)
        self._output.put(line)
