"""The process that keeps an app's kernel warm."""

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serverless_stack.synthesis.command import PythonApp
from serverless_stack.synthesis.errors import SynthesisError, WarmthError

MAX_RUNS = 10
"""How often one process runs the app: each run leaves 2 to 3 MB in jsii's kernel."""

_WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Recording:
    """What the CDK CLI passes to an app.

    Attributes:
        environment: The environment variables.
        context: The context values, as JSON.
    """

    environment: Mapping[str, str]
    context: str

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """Return the recording that `recorder.py` wrote, and remove it: it may have secrets."""
        content = json.loads(path.read_text("utf-8"))
        path.unlink()
        return cls(content["environment"], content["context"])

    def without_run(self) -> dict[str, str]:
        """Return the variables that are the same in each run."""
        varying = ("CDK_CONTEXT_JSON", "CONTEXT_OVERFLOW_LOCATION_ENV", "CDK_OUTDIR")
        return {name: text for name, text in self.environment.items() if name not in varying}


class WarmProcess:
    """A process that runs an app in forks. Its first run warms it.

    Args:
        app: The app.
        app_dir: The folder in which it runs.
        recording: What the CDK CLI passes to it.
        home: An empty folder for its files, removed by `close`.
        changes: What the app changes in its environment before it imports `aws_cdk`, which the
            kernel inherits then; None for a variable that it removes.
    """

    def __init__(
        self,
        app: PythonApp,
        app_dir: Path,
        recording: Recording,
        home: Path,
        changes: Mapping[str, str | None],
    ) -> None:
        self._app = app
        self._app_dir = app_dir
        self._home = home
        self._out = home / "cdk.out"
        self._context = home / "context.json"
        self._log = home / "log"
        self._lock = threading.Lock()
        self._is_closed = False
        self._broken = ""  # why the last run could not tell
        self.runs = 0
        self.changes = changes
        self.packages: Sequence[Mapping[str, object]] = ()  # of functions, in the last good run
        self.recording = recording
        home.mkdir(parents=True, mode=0o700)
        self._context.write_text(recording.context, "utf-8")
        (home / "tmp").mkdir()
        self._start()

    def _start(self) -> None:
        reading, requests = os.pipe()
        answers, writing = os.pipe()
        self._requests = os.fdopen(requests, "w", encoding="utf-8")
        self._answers = os.fdopen(answers, encoding="utf-8")
        environment = {
            **self.recording.without_run(),
            "CDK_OUTDIR": str(self._out),
            "CONTEXT_OVERFLOW_LOCATION_ENV": str(self._context),
            # Of the kernel, which leaves its files when it is killed.
            "TMPDIR": str(self._home / "tmp"),
        }
        app = self._app
        argv = [app.interpreter, *app.flags, str(_WORKER), str(reading), str(writing), app.script]
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    argv,
                    cwd=self._app_dir,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(reading, writing),
                    start_new_session=True,
                )
        finally:
            os.close(reading)
            os.close(writing)
        with suppress(OSError):  # the first request says it
            # No argument: everybody can read those, and the values may be secrets.
            self._requests.write(f"{json.dumps(self.changes)}\n")
            self._requests.flush()

    def run(
        self,
        out: Path,
        recording: Recording | None = None,
        context: Mapping[str, object] | None = None,
    ) -> Sequence[str]:
        """Synthesize the app, after the run that is in progress.

        Args:
            out: The folder to replace by the cloud assembly.
            recording: What the CDK CLI passes to the app. Default: as at the start.
            context: More context values.

        Returns:
            The files and folders that the app read, if there are more context values.

        Raises:
            WarmthError: The process cannot tell: the app has to run cold.
            SynthesisError: The app failed.
        """
        with self._lock:
            if self._broken:
                raise WarmthError(self._broken)
            self.recording = recording or self.recording
            values = {**json.loads(self.recording.context), **(context or {})}
            self._context.write_text(json.dumps(values), "utf-8")
            shutil.rmtree(self._out, ignore_errors=True)
            start = self._log.stat().st_size
            request = {
                "script": self._app.script,
                "arguments": self._app.arguments,
                "environment": {
                    **self.recording.environment,
                    "CDK_CONTEXT_JSON": json.dumps(values),
                    "CDK_OUTDIR": str(self._out),
                },
                "changes": self.changes,
                "trace": context is not None,
            }
            answer = self._exchange(request)
            changes = answer.get("changes")
            if isinstance(changes, dict) and not self._is_closed:
                # The kernel has to start again, with the environment that the app gives it.
                self._end()
                self.changes = changes
                self._start()
                start = 0
                answer = self._exchange({**request, "changes": changes})
            self.runs += 1
            log = self._log.read_bytes()[start:].decode("utf-8", "replace")
            self._broken = str(answer.get("broken", ""))
            if self._broken:
                raise WarmthError(self._broken, log)
            if answer.get("status"):
                raise SynthesisError(f"the app ended with status {answer['status']}", log)
            if not (self._out / "manifest.json").is_file():
                raise WarmthError("the app wrote no cloud assembly: it must call `app.synth()`")
            shutil.rmtree(out, ignore_errors=True)
            shutil.move(self._out, out)  # which may be on another disk
            self.packages = _list(answer.get("packages"))
            return _list(answer.get("read"))

    def package_again(
        self, packages: Sequence[Mapping[str, object]]
    ) -> Sequence[tuple[str, Path] | None]:
        """Package functions again, by the app's own version of our library.

        Args:
            packages: Some of `packages`.

        Returns:
            The hash of each asset, and its archive. None if only a run of the app can tell.

        Raises:
            WarmthError: The process cannot tell.
        """
        with self._lock:
            request = {"packages": packages, "environment": dict(self.recording.environment)}
            answer = self._exchange(request)
            if answer.get("broken"):
                raise WarmthError(str(answer["broken"]))
            made = _list(answer.get("packages"))
            return [(str(each[0]), Path(each[1])) if each else None for each in made]

    def is_busy(self) -> bool:
        """Return whether a run is in progress."""
        return self._lock.locked()

    def close(self) -> None:
        """End the process, its forks and the kernel, and remove its files."""
        self._is_closed = True
        self._kill()  # what runs there, and has the lock
        with self._lock:
            self._end()
        shutil.rmtree(self._home, ignore_errors=True)

    def _end(self) -> None:
        self._kill()
        self._process.wait()
        for stream in (self._requests, self._answers):
            with suppress(OSError):
                stream.close()

    def _kill(self) -> None:
        # SIGKILL: at a regular end, the kernel would synthesize each app of its life again.
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _exchange(self, request: Mapping[str, object]) -> Mapping[str, object]:
        try:
            self._requests.write(f"{json.dumps(request)}\n")
            self._requests.flush()
            line = self._answers.readline()
        except OSError:
            line = ""
        if not line:
            raise WarmthError("its process ended", self._log.read_text("utf-8", "replace"))
        answer = json.loads(line)
        assert isinstance(answer, dict)
        return answer


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
