"""The local cloud of a CDK app: start it, deploy to it, inspect it and stop it."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from serverless_stack.local import endpoint, folders
from serverless_stack.local.cdk import commands as cdk_commands
from serverless_stack.local.cdk.assembly import read_stacks
from serverless_stack.local.cdk.runner import CdkRunner
from serverless_stack.local.cdk.selection import select
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import lifecycle
from serverless_stack.local.processes.emulator import Ports
from serverless_stack.local.processes.locks import LockedError, locked
from serverless_stack.local.processes.ports import LOOPBACK
from serverless_stack.local.processes.state import State
from serverless_stack.local.progress import Phase, Phases, Report, SilentReport
from serverless_stack.local.toolchain import node_packages
from serverless_stack.local.urls import Urls

DEFAULT_NAME = "default"


@dataclass(frozen=True)
class DeployResult:
    """The result of a deployment.

    Attributes:
        phases: The phases in order, with their duration.
        outputs: The outputs of each stack, by name.
        urls: The URLs of the deployed APIs and distributions.
    """

    phases: tuple[Phase, ...]
    outputs: Mapping[str, Mapping[str, str]]
    urls: Urls


class LocalCloud:
    """A running local cloud.

    As a context manager, it stops the cloud at the end if `start` started it. A cloud that was
    running before continues to run.

    Attributes:
        app_dir: The folder of the CDK app.
        name: The name of the cloud.
        home: The folder of this cloud, removed by `stop`.
        started_here: Whether `start` started the cloud; false if it was running before.
    """

    def __init__(self, app_dir: Path, name: str, report: Report) -> None:
        """Do not call this: use `start` or `attach`."""
        self.app_dir = app_dir
        self.name = name
        self.home = folders.cloud(app_dir, name)
        self.started_here = False
        self._phases = Phases(report)
        self._cdk = CdkRunner(app_dir, name, report, self._phases)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(
        cls,
        app_dir: Path | str = ".",
        *,
        name: str = DEFAULT_NAME,
        report: Report | None = None,
        gateway_port: int = 0,
        api_port: int = 0,
        cdn_port: int = 0,
    ) -> Self:
        """Start the cloud of an app, or attach to it if it is running.

        Args:
            app_dir: The folder of the CDK app, with its cdk.json.
            name: The name of the cloud. An app may have several clouds.
            report: Receives the progress. Default: nobody.
            gateway_port: The port of the AWS endpoint. Default: a free one.
            api_port: The port of the APIs. Default: a free one.
            cdn_port: The port of the distributions. Default: a free one.

        Raises:
            PrerequisitesError: Prerequisites are missing. The message lists all of them.
            LocalCloudError: The cloud could not be started. Nothing is left running.
        """
        cloud = cls(Path(app_dir).resolve(), name, report or SilentReport())
        requested = Ports(gateway_port, api_port, cdn_port)
        cloud._process = lifecycle.start(cloud.app_dir, name, requested, cloud._phases)
        cloud.started_here = cloud._process is not None
        return cloud

    @classmethod
    def attach(
        cls,
        app_dir: Path | str = ".",
        *,
        name: str = DEFAULT_NAME,
        report: Report | None = None,
    ) -> Self:
        """Attach to a running cloud.

        Raises:
            LocalCloudError: The cloud is not running.
        """
        cloud = cls(Path(app_dir).resolve(), name, report or SilentReport())
        lifecycle.state_of(cloud.app_dir, name)
        return cloud

    @property
    def state(self) -> State:
        """The state of the running cloud: its ports, its process and its start time.

        Raises:
            LocalCloudError: The cloud is not running any more.
        """
        return lifecycle.state_of(self.app_dir, self.name)

    @property
    def endpoint_url(self) -> str:
        """The URL of the AWS endpoint, on loopback."""
        return f"http://{LOOPBACK}:{self.state.gateway_port}"

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of everything that this object did."""
        return tuple(self._phases.done)

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which boto3 and the AWS CLI reach this cloud."""
        current = self.state
        return cdk_commands.aws_environment(self.endpoint_url, current.access_key)

    def urls(self) -> Urls:
        """Return the URLs of the deployed APIs and distributions.

        Raises:
            LocalCloudError: The cloud does not answer.
        """
        return endpoint.urls(self.state)

    def age(self, days: float, *, bucket: str | None = None) -> Mapping[str, Mapping[str, int]]:
        """Make the objects of buckets older, and apply the lifecycle rules.

        Times of objects, versions, uploads and retentions move back, again with each call.

        Args:
            days: By how many days, 0 or more.
            bucket: The name of one bucket. Default: all buckets.

        Returns:
            For each bucket in which a rule acted, how often: ``mark``, ``delete``,
            ``delete-version``, ``move`` and ``abort``.

        Raises:
            LocalCloudError: There is no such bucket, or the cloud does not answer.
        """
        return endpoint.age(self.state, days, bucket)

    def synth(
        self,
        *,
        context: Mapping[str, str] | None = None,
        folder: Path | None = None,
        program: str | None = None,
    ) -> Path:
        """Synthesize the app.

        Args:
            context: Context values for the app.
            folder: The folder to replace by the cloud assembly. Default: `assembly`.
            program: The command that runs the app. Default: that of cdk.json.

        Returns:
            The folder of the cloud assembly. The app's own cdk.out is not changed.

        Raises:
            CommandError: The app failed. The error has its output.
        """
        target = folder or self.assembly
        with self._phases.phase("synth"):
            shutil.rmtree(target, ignore_errors=True)
            self._cdk.run(cdk_commands.synth_arguments(target, context, program))
        return target

    def deploy(
        self,
        stacks: Sequence[str] = (),
        *,
        context: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> DeployResult:
        """Synthesize the app, and deploy it with the CDK CLI.

        The accounts and regions of its stacks are bootstrapped if they are not yet.

        Args:
            stacks: Names or patterns of stacks. Default: all stacks of the app.
            context: Context values for the app.
            parameters: CloudFormation parameters, by name or by `Stack:Name`.

        Raises:
            UnmodelledError: The stacks have resources that the local cloud does not model. Nothing
                was deployed.
            CommandError: The CDK CLI failed. The error has its output. The cloud is still running.
            LocalCloudError: Another deployment to this cloud is in progress.
        """
        return self._deploy(lambda: self.synth(context=context), stacks, parameters)

    def deploy_assembly(
        self,
        assembly: Path,
        stacks: Sequence[str] = (),
        *,
        parameters: Mapping[str, str] | None = None,
    ) -> DeployResult:
        """Deploy a cloud assembly, which is moved into this cloud's folder, as `deploy` does."""
        return self._deploy(lambda: self.adopt(assembly), stacks, parameters)

    def adopt(self, assembly: Path) -> Path:
        """Move a cloud assembly into this cloud's folder, as the one that is deployed."""
        shutil.rmtree(self.assembly, ignore_errors=True)
        return assembly.rename(self.assembly)

    def _deploy(
        self,
        synthesize: Callable[[], Path],
        stacks: Sequence[str],
        parameters: Mapping[str, str] | None,
    ) -> DeployResult:
        first = len(self._phases.done)
        with self.alone():
            assembly = synthesize()
            selected = select(read_stacks(assembly), stacks)
            self._cdk.show_notes(selected)
            node_packages.provide(self.home, selected, self._phases)
            self._cdk.bootstrap(assembly, {stack.environment for stack in selected})
            outputs = self.home / "outputs.json"
            outputs.unlink(missing_ok=True)
            with self._phases.phase("deploy"):
                self._cdk.deploy(
                    cdk_commands.deploy_arguments(assembly, stacks, outputs, parameters), selected
                )
            stack_outputs = json.loads(outputs.read_text()) if outputs.exists() else {}
        return DeployResult(tuple(self._phases.done[first:]), stack_outputs, self.urls())

    def destroy(self, stacks: Sequence[str] = ()) -> None:
        """Destroy stacks of the last deployment, even if the app has changed since.

        Args:
            stacks: Names or patterns of stacks. Default: all stacks of the app.

        Raises:
            CommandError: The CDK CLI failed. The error has its output.
            LocalCloudError: A deployment to this cloud is in progress.
        """
        with self.alone():
            if not (self.assembly / "manifest.json").exists():
                self.synth()
            with self._phases.phase("destroy"):
                self._cdk.run(cdk_commands.destroy_arguments(self.assembly, stacks))

    def stop(self) -> None:
        """Stop all processes of this cloud, and remove its folder. Do nothing if it is stopped."""
        lifecycle.stop(self.app_dir, self.name)
        if self._process is not None:
            self._process.wait()

    @property
    def assembly(self) -> Path:
        """The folder of the last cloud assembly that was deployed here."""
        return self.home / "cdk.out"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other deployments away. Raise `LocalCloudError` if one is in progress."""
        try:
            with locked(folders.locks() / f"{self.home.name}.deploy.lock", wait=False):
                yield
        except LockedError as error:
            raise LocalCloudError(
                f"another deployment to the local cloud `{self.name}` is in progress: "
                "wait until it has ended"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        if self.started_here:
            self.stop()
