"""The watch of an app: it deploys each change to the local cloud, by the quickest right way."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal

from serverless_stack.local import folders
from serverless_stack.local.cdk.assembly import Stack, read_stacks
from serverless_stack.local.cdk.selection import select
from serverless_stack.local.cloud import DeployResult, LocalCloud
from serverless_stack.local.errors import CommandError, LocalCloudError
from serverless_stack.local.processes.locks import LockedError, locked
from serverless_stack.local.progress import Phase, Report, SilentReport
from serverless_stack.local.watch.comparison import Comparison, compare
from serverless_stack.local.watch.files import Watcher, roots_of
from serverless_stack.local.watch.publishing import NotUpdatableError, Publisher
from serverless_stack.local.watch.syntax import syntax_errors
from serverless_stack.synthesis.errors import SynthesisError
from serverless_stack.synthesis.synthesizer import Synthesizer

Result = Literal["updated", "deployed", "unchanged", "failed"]
"""`updated`: code and content, by CloudFormation. `deployed`: by the CDK CLI."""


@dataclass
class Edit:
    """What a batch of saved files led to.

    Attributes:
        files: The files.
        result: The result.
        steps: What was done, with the seconds of each step.
        seconds: How long it took as a whole.
        subjects: The constructs that changed.
        notes: What is worth knowing, such as why the synthesis was cold.
        error: Why it failed.
        log: The output that explains it.
    """

    files: tuple[Path, ...]
    result: Result = "unchanged"
    steps: list[Phase] = field(default_factory=list)
    seconds: float = 0.0
    subjects: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    error: str = ""
    log: str = ""


class Watch:
    """The watch of an app and its local cloud.

    Use it as a context manager: it keeps a second watch of the same cloud away.

    Args:
        cloud: The cloud, which is running.
        stacks: Names or patterns of stacks. Default: all stacks of the app.
        context: Context values for the app.
        parameters: CloudFormation parameters, by name or by `Stack:Name`.
        report: Receives the progress of an edit. Default: nobody.

    Attributes:
        cloud: The cloud.
    """

    def __init__(
        self,
        cloud: LocalCloud,
        *,
        stacks: Sequence[str] = (),
        context: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        report: Report | None = None,
    ) -> None:
        self.cloud = cloud
        self._stacks = stacks
        self._parameters = parameters
        self._report = report or SilentReport()
        self._edits = LocalCloud.attach(cloud.app_dir, name=cloud.name, report=self._report)
        self._home = cloud.home / "watch"
        self._next = self._home / "cdk.out"
        self._deployed: list[Stack] = []
        self._is_in_step = False  # whether `_deployed` is what the cloud has
        self._cleanup = ExitStack()
        values = dict(context or {})

        def cold(out: Path, program: str | None) -> None:
            current = self._edits if self._deployed else self.cloud  # which shows its progress
            current.synth(context=values, folder=out, program=program)

        self._cold = cold

    def __enter__(self) -> "Watch":
        path = folders.locks() / f"{self.cloud.home.name}.watch.lock"
        try:
            self._cleanup.enter_context(locked(path, wait=False))
        except LockedError as error:
            raise LocalCloudError(
                f"the local cloud `{self.cloud.name}` is watched already: "
                "end the other `serverless-stack local watch`, or pass another `--name`"
            ) from error
        self._synthesizer = self._cleanup.enter_context(
            Synthesizer(self.cloud.app_dir, self._home, self._cold)
        )
        self._watcher = Watcher(roots_of(self.cloud.app_dir, ()))
        return self

    def __exit__(self, *details: object) -> None:
        self._watcher.close()
        self._cleanup.close()

    def deploy(self) -> DeployResult:
        """Deploy the app as `LocalCloud.deploy` does, before the first edit.

        Raises:
            LocalCloudError: As of `LocalCloud.deploy`.
        """
        self._synthesizer.synthesize(self._next)
        result = self.cloud.deploy_assembly(self._next, self._stacks, parameters=self._parameters)
        self._settle()
        return result

    def edits(self, stop: Event) -> Iterator[Edit]:
        """Deploy each change, and yield what it led to, until `stop` is set.

        Raises:
            LocalCloudError: The cloud was stopped.
        """
        while not stop.is_set():
            roots = roots_of(self.cloud.app_dir, self._synthesizer.inputs)
            for files in self._watcher.batches(stop):
                yield self._apply(files)
                self._synthesizer.rest()
                roots = roots_of(self.cloud.app_dir, self._synthesizer.inputs)
                if roots != self._watcher.roots:
                    break
            if roots != self._watcher.roots and not stop.is_set():
                self._watcher.close()
                self._watcher = Watcher(roots)
                edit = self._apply(())  # what was saved meanwhile
                if edit.result != "unchanged":
                    yield edit

    def _apply(self, files: tuple[Path, ...]) -> Edit:
        self.cloud.state  # noqa: B018 - raises if the cloud was stopped
        edit = Edit(files)
        start = time.monotonic()
        first = len(self._edits.phases)
        try:
            done = self._synthesizer.synthesize(self._next)
            if done.is_warm:
                edit.steps.append(Phase("synth", time.monotonic() - start))
            elif done.reason:
                edit.notes.append(f"synthesized cold: {done.reason}")
            self._bring(edit)
        except (LocalCloudError, SynthesisError) as error:
            edit.result, edit.error = "failed", str(error)
            edit.log = error.log if isinstance(error, CommandError | SynthesisError) else ""
            self.cloud.state  # noqa: B018
        edit.steps += self._edits.phases[first:]
        edit.seconds = time.monotonic() - start
        return edit

    def _bring(self, edit: Edit) -> None:
        """Bring the cloud to the new assembly."""
        comparison = compare(self._deployed, self._selected(self._next))
        edit.subjects = comparison.names
        if comparison.is_nothing and self._is_in_step:
            return
        errors = syntax_errors(comparison.changes, edit.files)
        if errors:
            edit.result, edit.error = "failed", "\n".join(errors)
            return
        if comparison.is_code and self._is_in_step:
            try:
                self._update(edit, comparison)
                return
            except NotUpdatableError as error:
                edit.notes.append(f"deployed by the CDK CLI: {error}")
        self._is_in_step = False  # until the deployment has succeeded
        self._edits.deploy_assembly(self._next, self._stacks, parameters=self._parameters)
        edit.result = "deployed"
        self._settle()
        self._synthesizer.trace()  # the app may read other files now

    def _update(self, edit: Edit, comparison: Comparison) -> None:
        publisher = Publisher(self.cloud.state)
        with self._edits.alone():
            for change in comparison.changes:
                with self._step(edit, "publish"):
                    template = publisher.publish(change.stack)
                with self._step(edit, "update"):
                    publisher.update(change.stack, template)
            self._edits.adopt(self._next)
        edit.result = "updated"
        self._settle()

    def _settle(self) -> None:
        self._deployed = self._selected(self.cloud.assembly)
        self._is_in_step = True

    def _selected(self, assembly: Path) -> list[Stack]:
        return select(read_stacks(assembly), self._stacks)

    @contextmanager
    def _step(self, edit: Edit, name: str) -> Iterator[None]:
        self._report.begin(name)
        start = time.monotonic()
        try:
            yield
        finally:
            phase = Phase(name, time.monotonic() - start)
            edit.steps.append(phase)
            self._report.end(phase)
