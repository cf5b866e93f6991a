"""The synthesis of an app that is edited: warm where it can be, else with the CDK CLI."""

import json
import shlex
import shutil
import sys
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from serverless_stack.synthesis.command import PythonApp, read_command
from serverless_stack.synthesis.errors import SynthesisError, WarmthError
from serverless_stack.synthesis.packages import Replacements, packaged_again
from serverless_stack.synthesis.process import MAX_RUNS, Recording, WarmProcess

Cold = Callable[[Path, str | None], None]
"""Synthesizes to a folder by the CDK CLI, with another command than that of cdk.json if given."""

_RECORDER = Path(__file__).with_name("recorder.py")
# As the CDK CLI names it: with it, the assembly has the sources of the assets.
_UNSTAGED = {"aws:cdk:disable-asset-staging": True}


@dataclass(frozen=True)
class Synthesized:
    """A synthesis.

    Attributes:
        is_warm: Whether the kernel was warm.
        reason: Why it was not; empty if there is nothing to say.
    """

    is_warm: bool
    reason: str = ""


class Synthesizer:
    """Synthesizes an app each time that it is edited.

    The first synthesis is cold, and records what the CDK CLI passes to the app. A later one is
    cold if it has to be: if cdk.json or the context has changed, an installed package, or if the
    app needs the CLI, as for lookups and for errors that constructs annotate.

    Args:
        app_dir: The folder of the app.
        home: A folder for the files of this object.
        cold: Runs the CDK CLI.
    """

    def __init__(self, app_dir: Path, home: Path, cold: Cold) -> None:
        self._app_dir = app_dir
        self._home = home
        self._cold = cold
        self._settings: object = None
        self._process: WarmProcess | None = None
        self._app: PythonApp | str = ""
        self._is_told = False  # why the app cannot be warm
        self._count = 0
        self._failures = 0  # in a row
        self._rehearsal: threading.Thread | None = None
        self.inputs: frozenset[str] = frozenset()
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, mode=0o700)

    def synthesize(self, out: Path) -> Synthesized:
        """Synthesize the app to a folder, which is replaced.

        Raises:
            SynthesisError: The app failed.
            Exception: As the function for the cold synthesis raises it.
        """
        settings = self._read_settings()
        if self._settings is None:
            return self._synthesize_cold(out, settings, "")
        if settings != self._settings:
            return self._synthesize_cold(out, settings, "cdk.json or the context has changed")
        if self._process is None:
            reason, self._is_told = "" if self._is_told else str(self._app), True
            return self._synthesize_cold(out, settings, reason)
        try:
            self._process.run(out)
            if reason := _needs_cli(out):
                raise WarmthError(reason)
        except WarmthError as error:
            self._retire()
            return self._synthesize_cold(out, settings, str(error))
        except SynthesisError:
            self._failures += 1
            if self._failures > 1:
                self._failures = 0
                self._renew()  # so that no failure lasts that only this kernel has
            raise
        self._failures = 0
        return Synthesized(is_warm=True)

    def package_again(self, saved: Collection[Path], assets: Mapping[str, str]) -> Replacements:
        """Package the functions again of whose sources files were saved, without a synthesis.

        Args:
            saved: The files.
            assets: The hash of the asset of each deployed function, by the path of its construct.

        Returns:
            The new asset of each that is replaced; nothing if only a synthesis can tell.
        """
        if self._process is None or self._read_settings() != self._settings:
            return {}
        self.wait()  # for the run that finds what the packages are
        try:
            return packaged_again(
                saved, self._process.packages, assets, self._process.package_again
            )
        except WarmthError:
            return {}  # the synthesis says it

    def is_warming_up(self) -> bool:
        """Return whether the next answer has to wait for the run that warms the process."""
        is_running = self._rehearsal is not None and self._rehearsal.is_alive()
        return is_running and self._read_settings() == self._settings

    def wait(self) -> None:
        """Wait until the process is warm."""
        if self._rehearsal is not None:
            self._rehearsal.join()

    def rest(self) -> None:
        """Renew the process if it is used up. Call it when nobody waits."""
        if self._process is not None and self._process.runs >= MAX_RUNS:
            self._renew()

    def trace(self) -> None:
        """Find what the app reads, as `inputs`, when nobody waits; by one more synthesis."""
        if self._process is not None:
            self._rehearse(self._process)

    def close(self) -> None:
        """End the process, and remove its files."""
        self._retire()
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def _read_settings(self) -> object:
        """Return what decides how the CDK CLI runs the app."""
        files = (
            self._app_dir / "cdk.json",
            self._app_dir / "cdk.context.json",
            Path.home() / ".cdk.json",
        )
        return tuple(path.read_bytes() if path.is_file() else b"" for path in files)

    def _command(self, settings: object) -> str | None:
        assert isinstance(settings, tuple)
        with suppress(ValueError):
            content = json.loads(settings[0] or b"{}")
            command = content.get("app") if isinstance(content, dict) else None
            if isinstance(command, str) and command.strip():
                return command
        return None

    def _synthesize_cold(self, out: Path, settings: object, reason: str) -> Synthesized:
        command = self._command(settings)
        recording = self._home / "recording.json"
        recording.unlink(missing_ok=True)
        program = None
        if command is not None:
            program = shlex.join([sys.executable, str(_RECORDER), str(recording), command])
        try:
            self._cold(out, program)
            self._settings = settings
        finally:
            if command is not None and recording.is_file():
                self._keep_warm(command, Recording.read(recording))
                self._settings = settings  # which the process has now, also if the app failed
        return Synthesized(is_warm=False, reason=reason)

    def _keep_warm(self, command: str, recording: Recording) -> None:
        app = read_command(command, self._app_dir, recording.environment)
        current = self._process
        if (
            current is not None
            and app == self._app
            and current.recording.without_run() == recording.without_run()
        ):
            current.recording = recording
            return
        self._retire()
        self._is_told = self._is_told and app == self._app
        self._app = app
        if isinstance(app, PythonApp):
            self._start(app, recording, {})

    def _start(
        self, app: PythonApp, recording: Recording, changes: Mapping[str, str | None]
    ) -> None:
        self._count += 1
        home = self._home / f"process-{self._count}"
        self._process = WarmProcess(app, self._app_dir, recording, home, changes)
        self._rehearse(self._process)

    def _rehearse(self, process: WarmProcess) -> None:
        """Run the app once, so that the next run finds a kernel that has loaded what it needs."""
        self.wait()
        out = self._home / "rehearsal"

        def rehearse() -> None:
            with suppress(SynthesisError, OSError, ValueError):  # the next run says it
                read = process.run(out, context=_UNSTAGED)
                self.inputs = frozenset([*read, *_sources(out)])
            shutil.rmtree(out, ignore_errors=True)

        self._rehearsal = threading.Thread(target=rehearse, daemon=True)
        self._rehearsal.start()

    def _renew(self) -> None:
        process = self._process
        self._retire()
        if process is not None and isinstance(self._app, PythonApp):
            self._start(self._app, process.recording, process.changes)

    def _retire(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None
        if self._rehearsal is not None:
            self._rehearsal.join()
            self._rehearsal = None


def _needs_cli(assembly: Path) -> str:
    """Return why the CDK CLI has to see an assembly; empty if it does not."""
    for path in [*assembly.rglob("manifest.json"), *assembly.rglob("*.metadata.json")]:
        text = path.read_text("utf-8")
        if path.name == "manifest.json" and json.loads(text).get("missing"):
            return "the app looks up values of the account"
        if '"aws:cdk:error"' in text:
            return "a construct reports an error"
    return ""


def _sources(assembly: Path) -> Sequence[str]:
    """Return the sources of the assets of an assembly that was synthesized without staging."""
    found = []
    for path in assembly.rglob("*.assets.json"):
        content: Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]]
        content = json.loads(path.read_text("utf-8"))
        for kind, key in (("files", "path"), ("dockerImages", "directory")):
            for asset in content.get(kind, {}).values():
                source = asset.get("source", {}).get(key)
                if source and Path(source).is_absolute():
                    found.append(source)
    return found
