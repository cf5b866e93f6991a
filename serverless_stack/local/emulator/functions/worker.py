"""The emulator's side of a Python function's process."""

import json
import logging
import os
import queue
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

from ..leash import Leash, kill_group
from ..settings import Settings
from .environment import environment_variables, layer_archives, stream_name
from .overlay import OverlayError, overlay_for
from .packages import merge_layers, unpack

logger = logging.getLogger("serverless_stack.functions")

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
INIT_SECONDS = 10.0
LOG_SECONDS = 1.0
EXIT_SECONDS = 0.2
RESPONSE_BYTES = 6 * 1024 * 1024 + 100 * 1024


class WorkerTools:
    """What every worker needs and MiniStack cannot hand to its constructor.

    Args:
        settings: Where folders and uv are.
        leash: What kills workers when the emulator is gone.
        runtime_site: Folder with the packages of Lambda's runtime.
    """

    def __init__(self, settings: Settings, leash: Leash, runtime_site: Path) -> None:
        self.settings = settings
        self.leash = leash
        self.runtime_site = runtime_site
        self.last = threading.local()


class PythonWorker(lambda_runtime.Worker):  # type: ignore[misc]
    """An execution environment of a Python function.

    It takes the place of MiniStack's for Python: the interpreter sees the function's code, its
    overlay, layers and what Lambda's runtime brings along, but not the emulator's packages and
    environment; output comes whole without waiting for a pause in it; failures keep their type.
    """

    tools: WorkerTools

    def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
        super().__init__(func_name, config, code_zip)
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._output: queue.Queue[str | None] = queue.Queue()
        self._folder: str | None = None
        self._leashed: int | None = None
        self.stream = stream_name(config)

    def _spawn(self) -> None:
        tools, settings = self.tools, self.tools.settings
        self._discard_tmpdir()
        self.stream = stream_name(self.config)
        code = unpack(self.code_zip, settings.tmp / "code")
        layers = layer_archives(self.config)
        opt = merge_layers(layers, settings.tmp / "code") if layers else None
        shared = [opt / "python", *opt.glob("python/lib/python3*/site-packages")] if opt else []
        overlay = overlay_for([code, *shared], settings.overlays, settings.uv)
        path = [overlay, code, *reversed(shared), tools.runtime_site]
        self._folder = tempfile.mkdtemp(prefix="environment-", dir=settings.tmp)
        variables = environment_variables(self.config, code, opt, self._folder, self.stream)
        variables["_SERVERLESS_STACK_PATH"] = os.pathsep.join(str(entry) for entry in path if entry)
        self._start(code, variables)

    def _start(self, code: Path, variables: dict[str, str]) -> None:
        marker = secrets.token_hex(16)
        reading, writing = os.pipe()
        # -I -S: neither this environment's packages nor Python's own variables reach the function.
        # -u: what is printed comes in the order in which it is printed.
        arguments = [sys.executable, "-I", "-S", "-u", str(BOOTSTRAP), str(writing), marker]
        self._proc = subprocess.Popen(
            arguments,
            cwd=code,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        self._leashed = self._proc.pid
        self.tools.leash.add(self._leashed)
        self._answers, self._output = queue.Queue(), queue.Queue()
        for target, arguments_ in (
            (_read_answers, (reading, self._answers)),
            (_read_output, (self._proc.stdout, self._output, marker)),
        ):
            threading.Thread(target=target, args=arguments_, daemon=True).start()

    def invoke(
        self,
        event: object,
        request_id: str,
        *,
        trace_id: str | None = None,
        depth: object = None,
        durable: object = None,
        invoked_function_arn: str | None = None,
    ) -> dict[str, Any]:
        """Runs one invocation; MiniStack calls it with the worker leased.

        Returns:
            What MiniStack's own worker returns: ``status``, ``result`` or ``error``, ``log``.
        """
        with self._lock:
            self.tools.last.worker = self
            self.tools.last.failure = None
            cold = self._proc is None or self._proc.poll() is not None
            log: list[str] = []
            if cold:
                failure = self._initialise(log)
                if failure is not None:
                    return self._failed(failure, log)
            seconds = float(self.config.get("Timeout", 3))
            invocation = {
                "event": event,
                "request_id": request_id,
                "arn": invoked_function_arn or self.config.get("FunctionArn", ""),
                "seconds": seconds,
                "trace_id": trace_id,
            }
            try:
                answer = self._exchange(invocation, seconds)
            except TimeoutError:
                self._kill()
                message = f"Task timed out after {seconds:.2f} seconds"
                failure = {"errorMessage": message, "errorType": "Sandbox.Timedout"}
                return self._failed(failure, log + self._lines())
            except EOFError:
                message = f"RequestId: {request_id} Error: {self._kill()}"
                failure = {"errorMessage": message, "errorType": "Runtime.ExitError"}
                return self._failed(failure, log + self._lines())
            log += self._lines()
            if "error" in answer:
                return self._failed(answer["error"], log)
            text = answer["result"]
            if len(text.encode()) > RESPONSE_BYTES:
                message = (
                    "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
                )
                kind = "Function.ResponseSizeTooLarge"
                return self._failed({"errorMessage": message, "errorType": kind}, log)
            return {
                "status": "ok",
                "result": json.loads(text),
                "cold_start": cold,
                "log": "\n".join(log),
            }

    def _initialise(self, log: list[str]) -> dict[str, Any] | None:
        try:
            self._spawn()
        except (OverlayError, ValueError) as error:
            logger.error("%s: %s", self.func_name, error)
            log.append(str(error))
            return {"errorMessage": str(error), "errorType": "Runtime.ImportModuleError"}
        self._cold = False
        try:
            answer = self._wait(INIT_SECONDS + float(self.config.get("Timeout", 3)))
        except (TimeoutError, EOFError):
            message = f"while its module was imported: {self._kill()}"
            log += self._lines()
            return {"errorMessage": message, "errorType": "Runtime.ExitError"}
        log += self._lines()
        if "error" in answer:
            self._kill()
        failure: dict[str, Any] | None = answer.get("error")
        return failure

    def _exchange(self, invocation: dict[str, Any], seconds: float) -> dict[str, Any]:
        try:
            self._proc.stdin.write(json.dumps(invocation).encode() + b"\n")
            self._proc.stdin.flush()
        except BrokenPipeError as error:
            raise EOFError from error
        return self._wait(seconds)

    def _wait(self, seconds: float) -> dict[str, Any]:
        """The next answer; TimeoutError when there is none yet, EOFError when none will come."""
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty as error:
            raise TimeoutError from error
        if answer is None:
            raise EOFError
        return answer

    def _lines(self) -> list[str]:
        """What was printed up to the marker, or up to now when no marker comes."""
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

    def _failed(self, failure: dict[str, Any], log: list[str]) -> dict[str, Any]:
        self.tools.last.failure = failure
        trace = [f"[ERROR] {failure['errorType']}: {failure['errorMessage']}"]
        if failure.get("stackTrace"):
            trace.append("Traceback (most recent call last):")
            trace += [line.rstrip("\n") for line in failure["stackTrace"]]
        return {
            "status": "error",
            "error": failure["errorMessage"],
            "trace": "\n".join(trace),
            "log": "\n".join(log),
        }

    def _kill(self) -> str:
        """Ends the process for certain and says how it ended."""
        process, self._proc = self._proc, None
        if process is None:
            return "Runtime exited"
        try:
            status = process.wait(EXIT_SECONDS)
            how = f"Runtime exited with error: exit status {status}"
        except subprocess.TimeoutExpired:
            how = "Runtime exited"
        process.kill()
        process.wait()
        self._unleash()
        return how

    def _unleash(self) -> None:
        """Forgets the process, and ends the children that the handler left behind."""
        pid, self._leashed = self._leashed, None
        if pid is not None:
            self.tools.leash.remove(pid)
            kill_group(pid)

    def _discard_tmpdir(self) -> None:
        """MiniStack calls it when it has ended the process."""
        self._unleash()
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _read_answers(pipe: int, answers: "queue.Queue[dict[str, Any] | None]") -> None:
    with os.fdopen(pipe, "rb") as stream:
        for line in stream:
            answers.put(json.loads(line))
    answers.put(None)


def _read_output(stream: Any, output: "queue.Queue[str | None]", marker: str) -> None:
    end = marker.encode()
    for line in stream:
        text = line.rstrip(b"\n")
        if text.endswith(end):
            # The handler's last line may have had no line end.
            if text != end:
                output.put(text[: -len(end)].decode("utf-8", errors="replace"))
            output.put(None)
        else:
            output.put(text.decode("utf-8", errors="replace"))
    output.put(None)
