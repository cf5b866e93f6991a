"""The watch of an app: it deploys each change to the local cloud, by the quickest right way."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Self

from serverless_stack.local import folders
from serverless_stack.local.cdk.assembly import Stack, read_stacks
from serverless_stack.local.cdk.selection import select
from serverless_stack.local.cloud import DeployResult, LocalCloud
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes.locks import LockedError, locked
from serverless_stack.local.progress import Report
from serverless_stack.local.watch.comparison import Comparison, code_of, compare
from serverless_stack.local.watch.edit import Edit
from serverless_stack.local.watch.files import Watcher, names_of
from serverless_stack.local.watch.prediction import predict
from serverless_stack.local.watch.publishing import NotUpdatableError, Publisher
from serverless_stack.local.watch.syntax import syntax_errors
from serverless_stack.synthesis.synthesizer import Synthesizer


class Watch:
    """The watch of an app and its local cloud.

    Use it as a context manager: it keeps a second watch of the same cloud away.

    Args:
        cloud: The cloud, which is running.
        stacks: Names or patterns of stacks. Default: all stacks of the app.
        context: Context values for the app.
        parameters: CloudFormation parameters, by name or by `Stack:Name`.
        report: Receives the progress of deployments by the CDK CLI. Default: nobody.

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
        self._context = dict(context or {})
        self._parameters = parameters
        self._edits = LocalCloud.attach(cloud.app_dir, name=cloud.name, report=report)
        self._home = cloud.home / "watch"
        self._next = self._home / "cdk.out"
        self._predictions = (self._home / "predicted-0", self._home / "predicted-1")
        self._base = cloud.assembly  # the assembly of `_deployed`
        self._deployed: list[Stack] = []
        self._publisher = Publisher(cloud.state)
        self._is_in_step = False  # whether `_deployed` is what the cloud has
        self._unsettled: set[Path] = set()  # saved since then
        self._synthesis = (0.0, 0.0)  # its beginning and end, by the clock of the files
        self._cleanup = ExitStack()

    def __enter__(self) -> Self:
        path = folders.locks() / f"{self.cloud.home.name}.watch.lock"
        with ExitStack() as cleanup:
            try:
                cleanup.enter_context(locked(path, wait=False))
            except LockedError as error:
                raise LocalCloudError(
                    f"the local cloud `{self.cloud.name}` is watched already: "
                    "end the other `serverless-stack local watch`, or pass another `--name`"
                ) from error
            self._synthesizer = cleanup.enter_context(
                Synthesizer(self.cloud.app_dir, self._home, self._synthesize_cold)
            )
            self._watcher = Watcher(self.cloud.app_dir, lambda: self._synthesizer.inputs)
            cleanup.callback(self._watcher.close)
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(self, *details: object) -> None:
        self._cleanup.close()

    def deploy(self) -> DeployResult:
        """Deploy the app as `LocalCloud.deploy` does, before the first edit.

        Raises:
            LocalCloudError: As of `LocalCloud.deploy`.
        """
        self._synthesizer.synthesize(self._next)
        result = self.cloud.deploy_assembly(self._next, self._stacks, parameters=self._parameters)
        self._settle()
        self._publisher.prepare(self._deployed)
        return result

    def edits(self, stop: Event) -> Iterator[Edit]:
        """Deploy each change, and yield what it led to, until `stop` is set.

        Raises:
            LocalCloudError: The cloud was stopped.
        """
        for files in self._watcher.batches(stop):
            span = self._synthesis
            edit = Edit(files)
            if not self._apply_quickly(edit):
                self._apply(edit)
            if edit.result == "failed":
                self._watcher.forget()
            elif self._watcher.is_generated(files, span, for_nothing=edit.result == "unchanged"):
                names = names_of(files, self.cloud.app_dir)
                edit.notes.append(f"the app itself writes {names}: ignored from now on")
            if files or edit.result != "unchanged":
                yield edit
            if self._base != self.cloud.assembly and edit.result == "updated":
                yield from self._confirm(files)
            self._synthesizer.rest()

    def _apply(self, edit: Edit) -> None:
        self._check_that_it_runs()
        self._unsettled.update(edit.files)
        first = len(self._edits.phases)
        with edit.measured():
            start, begun = time.monotonic(), time.time()
            done = self._synthesizer.synthesize(self._next)
            self._synthesis = (begun, time.time())
            if done.is_warm:
                edit.add("synth", time.monotonic() - start)
            elif done.reason:
                edit.notes.append(f"synthesized cold: {done.reason}")
            self._bring(edit)
        edit.steps += self._edits.phases[first:]
        if edit.result == "failed":
            self._check_that_it_runs()

    def _apply_quickly(self, edit: Edit) -> bool:
        """Update the functions of edited handlers. Return False if only a synthesis can tell."""
        self._check_that_it_runs()
        self._unsettled.update(edit.files)
        edit.warm_up(self._synthesizer)
        if not (edit.files and self._is_in_step):
            return False
        with edit.measured():
            with edit.step("package"):
                assets: dict[str, str] = {}
                for stack in self._deployed:
                    assets |= code_of(stack)
                packages = self._synthesizer.package_again(edit.files, assets)
                target = next(path for path in self._predictions if path != self._base)
                if not packages or not predict(self._base, target, packages, self._deployed):
                    return False
                comparison = compare(self._deployed, self._selected(target))
                if comparison.is_nothing or not comparison.is_code:
                    return False
                self._check_syntax(comparison)
            edit.subjects = comparison.names
            try:
                self._update(edit, comparison, target)
            except NotUpdatableError:
                return False  # the CDK CLI gets to the bottom of it
        return True

    def _confirm(self, files: tuple[Path, ...]) -> Iterator[Edit]:
        """Synthesize after a quick update, and yield what that finds beside the update."""
        edit = Edit(files)
        self._apply(edit)
        if edit.result == "failed":
            self._watcher.forget()
        if edit.result != "unchanged":
            edit.notes.insert(0, "found by the synthesis after the update")
            yield edit

    def _bring(self, edit: Edit) -> None:
        """Bring the cloud to the new assembly."""
        with edit.step("check"):
            comparison = compare(self._deployed, self._selected(self._next))
            edit.subjects = comparison.names
            if comparison.is_nothing and self._is_in_step:
                if self._base != self.cloud.assembly:  # it was predicted, and rightly
                    with self._edits.alone():
                        self._edits.adopt(self._next)
                    self._settle()
                return
            self._check_syntax(comparison)
        if comparison.is_code and self._is_in_step:
            try:
                self._update(edit, comparison, self._next)
                return
            except NotUpdatableError as error:
                edit.notes.append(f"deployed by the CDK CLI: {error}")
        self._is_in_step = False  # until the deployment has succeeded
        self._edits.deploy_assembly(self._next, self._stacks, parameters=self._parameters)
        edit.result = "deployed"
        self._settle()
        self._synthesizer.trace()  # the app may read other files now

    def _check_syntax(self, comparison: Comparison) -> None:
        saved = sorted(self._unsettled)
        errors = syntax_errors(comparison.changes, saved, self.cloud.app_dir)
        if errors:
            raise LocalCloudError("\n".join(errors))

    def _update(self, edit: Edit, comparison: Comparison, assembly: Path) -> None:
        """Update the stacks of which code and content alone changes."""
        self._is_in_step = False  # until all stacks are updated
        with self._edits.alone():
            for change in comparison.changes:
                with edit.step("publish"):
                    template = self._publisher.publish(change.stack, change.before.assets)
                with edit.step("update"):
                    self._publisher.update(change.stack, template)
            with edit.step("update"):
                if assembly == self._next:
                    assembly = self._edits.adopt(assembly)
                self._settle(assembly)
        edit.result = "updated"

    def _settle(self, assembly: Path | None = None) -> None:
        self._base = assembly or self.cloud.assembly
        self._deployed = self._selected(self._base)
        self._is_in_step = True
        self._unsettled.clear()

    def _selected(self, assembly: Path) -> list[Stack]:
        return select(read_stacks(assembly), self._stacks)

    def _synthesize_cold(self, out: Path, program: str | None) -> None:
        cloud = self._edits if self._deployed else self.cloud  # the first one shows its progress
        cloud.synth(context=self._context, folder=out, program=program)

    def _check_that_it_runs(self) -> None:
        self.cloud.state  # noqa: B018 - raises if it does not
