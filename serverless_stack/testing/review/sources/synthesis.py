"""Synthesis of the CDK app of a folder, without the CDK CLI and without a trace in the folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.testing.cdk_json import CDK_CONTEXT, CDK_JSON, context_of, read_json
from serverless_stack.testing.review.sources.files import MANIFEST
from serverless_stack.testing.template_text import SourceError

_GRACE_SECONDS = 3.0
_TAIL_LINES = 30
# As the CDK CLI sets it, but without bundling or copying assets, which a review does not look at.
_CONTEXT: Mapping[str, object] = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:version-reporting": False,
    "aws:cdk:bundling-stacks": [],
    "aws:cdk:disable-asset-staging": True,
}
_PYTHON = re.compile(r"(?:\S*/)?python[\d.]*(?=\s)")

__all__ = ["CDK_CONTEXT", "CDK_JSON", "App", "Synthesis", "read_app"]


@dataclass(frozen=True)
class App:
    """A CDK app.

    Attributes:
        folder: The folder with its cdk.json.
        label: The name for messages: `the working tree`.
        command: The command in cdk.json that runs it.
        context: All context values.
    """

    folder: Path
    label: str
    command: str
    context: Mapping[str, object]


def read_app(
    folder: Path, label: str, *, context: Mapping[str, str], lookups: Path | None = None
) -> App:
    """Return the CDK app of a folder.

    Args:
        folder: The folder.
        label: The name of the folder for messages.
        context: More context values, as for `cdk synth --context`.
        lookups: The cdk.context.json to use if the folder has none.

    Raises:
        SourceError: There is no cdk.json, or it does not name an app.
    """
    path = folder / CDK_JSON
    if not path.is_file():
        raise SourceError(
            f"there is no {CDK_JSON} in {label}: name the folder of your CDK app with `--app-dir`"
        )
    command = read_json(path, label).get("app")
    if not isinstance(command, str) or not command.strip():
        raise SourceError(f"the {CDK_JSON} of {label} must have an `app`, got: {command!r}")
    stored = context_of(folder, label, lookups=lookups)
    return App(folder, label, command, {**_CONTEXT, **stored, **context})


class Synthesis:
    """A running synthesis, in a process of its own.

    Args:
        app: The app.
        cleanup: Receives what must be undone at the end: the process and the files.
        first: Folders that Python searches for modules first.
    """

    def __init__(self, app: App, cleanup: ExitStack, first: Sequence[Path] = ()) -> None:
        home = Path(
            cleanup.enter_context(tempfile.TemporaryDirectory(prefix="serverless-stack-review-"))
        )
        self._app = app
        self._out = home / "cdk.out"
        self._log = home / "log"
        context = home / "context.json"
        context.write_text(json.dumps(app.context), "utf-8")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                _with_this_python(app.command),
                shell=True,
                cwd=app.folder,
                env=_environment(self._out, context, first),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        cleanup.callback(self._stop)

    def result(self) -> Path:
        """Wait for the end, and return the folder of the cloud assembly.

        Raises:
            SourceError: The app failed, or wrote no assembly.
        """
        status = self._process.wait()
        if status != 0 or not (self._out / MANIFEST).is_file():
            why = f"ended with status {status}" if status else "wrote no cloud assembly"
            tail = self._log.read_text("utf-8", "replace").splitlines()[-_TAIL_LINES:]
            failure = f"synthesising {self._app.label} failed: `{self._app.command}` {why}"
            raise SourceError("\n".join([failure, *tail]))
        return self._out

    def _stop(self) -> None:
        """End the app and its child processes, such as the Node.js of jsii."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_SECONDS)


def _with_this_python(command: str) -> str:
    """Return a command that runs this interpreter, which has the app's packages, as its Python.

    `.venv/bin/python` is not in git, and `python3` may be another one on PATH.
    """
    return _PYTHON.sub(lambda _: shlex.quote(sys.executable), command.strip(), count=1)


def _environment(out: Path, context: Path, first: Sequence[Path]) -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    modules = [*map(str, first), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **os.environ,
        "PATH": path,
        **({"PYTHONPATH": os.pathsep.join(modules)} if modules else {}),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CDK_OUTDIR": str(out),
        "CDK_VALIDATION": "false",
        "CONTEXT_OVERFLOW_LOCATION_ENV": str(context),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
