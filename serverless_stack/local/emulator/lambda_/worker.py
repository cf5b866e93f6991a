"""Execution environments of functions, in place of MiniStack's."""

import json
import logging
import os
import platform
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

from ..activity import ACTIVITY
from ..process_guard import ProcessGuard
from ..settings import Settings
from .environment import environment_variables, layer_archives, stream_name
from .jdk import JdkError
from .overlay import OverlayError, overlay_for
from .packages import merge_layers, unpack
from .process import Command, FunctionProcess, python_command
from .records import read_record

logger = logging.getLogger("serverless_stack.functions")

INIT_SECONDS = 10.0
RESPONSE_BYTES = 6291556

Record = dict[str, Any]


class WorkerTools:
    """What all workers share, and MiniStack does not pass to their constructor.

    Args:
        settings: The settings of the emulator.
        guard: Kills workers when the emulator has ended.
        runtime_site: The folder with the packages of Lambda's runtime.
    """

    def __init__(self, settings: Settings, guard: ProcessGuard, runtime_site: Path) -> None:
        self.settings = settings
        self.guard = guard
        self.runtime_site = runtime_site
        # The last invocation of each thread, for the functions that MiniStack calls next.
        self.last = threading.local()


class FunctionWorker(lambda_runtime.Worker):  # type: ignore[misc]
    """An execution environment of a function.

    It replaces MiniStack's. The function sees its code and layers, but not the emulator's
    environment. Output is complete without waiting for a pause, and failures keep their type.
    """

    tools: WorkerTools
    _proc: subprocess.Popen[bytes] | None

    def __init__(self, func_name: str, config: Record, code_zip: bytes) -> None:
        super().__init__(func_name, config, code_zip)
        self._process: FunctionProcess | None = None
        self._folder: str | None = None
        self._request_id = ""
        self._start_log: list[str] = []  # what was printed before the first request
        self.stream = stream_name(config)

    def _command(self, code: Path, opt: Path | None, variables: dict[str, str]) -> Command:
        """Return the command of the process, and set what variables it needs."""
        raise NotImplementedError

    def _spawn(self) -> None:
        """Start the process. MiniStack reads ``_proc`` to check whether it is alive."""
        self._discard_tmpdir()
        tools, settings = self.tools, self.tools.settings
        code = unpack(self.code_zip, settings.tmp / "code")
        layers = layer_archives(self.config)
        opt = merge_layers(layers, settings.tmp / "code") if layers else None
        self._folder = tempfile.mkdtemp(prefix="environment-", dir=settings.tmp)
        self.stream = stream_name(self.config)
        variables = environment_variables(self.config, code, opt, self._folder, self.stream)
        command = self._command(code, opt, variables)
        self._process = FunctionProcess(command, code, variables, tools.guard, self._hear)
        self._proc = self._process.popen

    def invoke(
        self,
        event: object,
        request_id: str,
        *,
        trace_id: str | None = None,
        depth: object = None,
        durable: object = None,
        invoked_function_arn: str | None = None,
    ) -> Record:
        """Run an invocation. MiniStack has reserved the worker.

        Returns:
            The same as MiniStack's worker: ``status``, ``result`` or ``error``, ``log``.
        """
        invocation = {
            "event": event,
            "request_id": request_id,
            "arn": invoked_function_arn or self.config.get("FunctionArn", ""),
            "seconds": float(self.config.get("Timeout", 3)),
            "trace_id": trace_id,
        }
        with self._lock:
            self.tools.last.worker, self.tools.last.failure = self, None
            self._request_id = request_id
            log, self._start_log = self._start_log, []
            for line in log:
                self._hear(line)
            answer: Record = {}
            cold = self._proc is None or self._proc.poll() is not None
            if cold:
                answer = self._initialise(log)
            if "error" not in answer:
                answer = self._run(invocation, log)
            if "error" in answer:
                return self._failed(answer["error"], log)
            result = json.loads(answer["result"])
            return {"status": "ok", "result": result, "cold_start": cold, "log": "\n".join(log)}

    def start(self) -> None:
        """Start the process and wait until the handler is loaded, unless it runs already.

        Raises:
            RuntimeError: The handler cannot be loaded.
        """
        with self._lock:
            if self._proc is not None and self._proc.poll() is None:
                return
            log: list[str] = []
            answer = self._initialise(log)
            if "error" not in answer:
                self._start_log = log
        if "error" in answer:
            raise RuntimeError(f"{answer['error']['errorType']}: {answer['error']['errorMessage']}")

    def _initialise(self, log: list[str]) -> Record:
        """Start the process, and wait until the handler is loaded."""
        try:
            self._spawn()
        except (JdkError, OverlayError, ValueError) as error:
            logger.error("%s: %s", self.func_name, error)
            log.append(str(error))
            return failure("Runtime.ImportModuleError", str(error))
        self._cold = False
        process = self._current()
        try:
            answer = process.wait(INIT_SECONDS + float(self.config.get("Timeout", 3)))
        except (TimeoutError, EOFError):
            how = self._end()
            answer = failure("Runtime.ExitError", f"{how} while its module was imported")
        log += process.lines()
        if "error" in answer:
            self._end()
        return answer

    def _run(self, invocation: Record, log: list[str]) -> Record:
        """Call the loaded handler."""
        process, seconds = self._current(), invocation["seconds"]
        try:
            answer = process.exchange(invocation, seconds)
        except TimeoutError:
            self._end()
            answer = failure("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds")
        except EOFError:
            message = f"RequestId: {invocation['request_id']} Error: {self._end()}"
            answer = failure("Runtime.ExitError", message)
        log += process.lines()
        if len(answer.get("result", "").encode()) > RESPONSE_BYTES:
            message = "Response payload size exceeded maximum allowed payload size"
            limit = f"({RESPONSE_BYTES} bytes)."
            return failure("Function.ResponseSizeTooLarge", f"{message} {limit}")
        return answer

    def _hear(self, line: str) -> None:
        """Show a line as it comes; the log group gets it after the invocation."""
        ACTIVITY.add_line(self._request_id, self.func_name, line)

    def _current(self) -> FunctionProcess:
        if self._process is None:
            raise RuntimeError(f"{self.func_name}: the environment has no process")
        return self._process

    def _end(self) -> str:
        """Stop the process, and return how it ended."""
        process, self._process, self._proc = self._process, None, None
        return process.kill() if process else "Runtime exited"

    def _failed(self, error: Record, log: list[str]) -> Record:
        self.tools.last.failure = error
        trace = [f"[ERROR] {error['errorType']}: {error['errorMessage']}"]
        if error.get("stackTrace"):
            trace.append("Traceback (most recent call last):")
            trace += [line.rstrip("\n") for line in error["stackTrace"]]
        return {
            "status": "error",
            "error": error["errorMessage"],
            "trace": "\n".join(trace),
            "log": "\n".join(log),
        }

    def _discard_tmpdir(self) -> None:
        """Clean up. MiniStack calls this after it has ended the process."""
        process, self._process = self._process, None
        if process is not None:
            process.release()
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


class PythonWorker(FunctionWorker):
    """An execution environment of a Python function.

    It sees the packages of Lambda's runtime, but not the emulator's.
    """

    def _command(self, code: Path, opt: Path | None, variables: dict[str, str]) -> Command:
        tools, settings = self.tools, self.tools.settings
        shared = [*opt.glob("python/lib/python3*/site-packages"), opt / "python"] if opt else []
        overlay = overlay_for(
            [code, *shared],
            settings.overlays,
            settings.uv,
            tools.runtime_site,
            read_record(self.code_zip, settings.records),
        )
        path = [overlay, code, *shared, tools.runtime_site]
        variables["_SERVERLESS_STACK_PATH"] = os.pathsep.join(str(entry) for entry in path if entry)
        runtime, here = self.config.get("Runtime", ""), platform.python_version()
        if runtime != f"python{here.rpartition('.')[0]}":
            logger.info("%s declares %s and runs on Python %s", self.func_name, runtime, here)
        return python_command


def failure(kind: str, message: str) -> Record:
    """Return an answer that says why there is none, in Lambda's words."""
    return {"error": {"errorMessage": message, "errorType": kind}}
