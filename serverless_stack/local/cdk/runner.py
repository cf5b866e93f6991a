"""The steps of a deployment with the CDK CLI."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from serverless_stack.local import folders
from serverless_stack.local.cdk import bootstrap, coverage
from serverless_stack.local.cdk import commands as cdk_commands
from serverless_stack.local.cdk.assembly import Environment, Stack
from serverless_stack.local.cdk.stacks import failed_validations
from serverless_stack.local.errors import CommandError, LocalCloudError, UnmodelledError
from serverless_stack.local.processes import emulator as emulator_process
from serverless_stack.local.processes import lifecycle, state
from serverless_stack.local.processes.ports import LOOPBACK
from serverless_stack.local.processes.state import State
from serverless_stack.local.progress import Phases, Report
from serverless_stack.local.toolchain import prerequisites


class CdkRunner:
    """The CDK CLI of an app, run against its local cloud.

    Args:
        app_dir: The folder of the CDK app.
        name: The name of the cloud.
        report: Receives the output of the CLI.
        phases: Receives the progress.
    """

    def __init__(self, app_dir: Path, name: str, report: Report, phases: Phases) -> None:
        self._app_dir = app_dir
        self._name = name
        self._home = folders.cloud(app_dir, name)
        self._report = report
        self._phases = phases

    @property
    def _state(self) -> State:
        return lifecycle.state_of(self._app_dir, self._name)

    def run(self, arguments: Sequence[str], account: str = cdk_commands.ACCOUNT) -> None:
        """Run the CLI in an account.

        Raises:
            CommandError: The CLI failed. The error has its output.
            LocalCloudError: The cloud was stopped.
        """
        current = self._state
        environment = cdk_commands.aws_environment(
            f"http://{LOOPBACK}:{current.gateway_port}", current.access_key, account
        )
        try:
            cdk_commands.run_cdk(
                arguments,
                app_dir=self._app_dir,
                aws_environment=environment,
                home=self._home,
                report=self._report,
            )
        except CommandError as error:
            if lifecycle.running(self._app_dir, self._name) is None:
                raise LocalCloudError(
                    f"the local cloud `{self._name}` was stopped during `cdk {arguments[0]}`"
                ) from error
            raise

    def deploy(self, arguments: Sequence[str], stacks: Sequence[Stack]) -> None:
        """Deploy, and add to a failure what only CloudFormation's events tell."""
        try:
            self.run(arguments)
        except CommandError as error:
            if "Validation failed" not in error.log:
                raise
            reasons = []
            for stack in stacks:
                with suppress(OSError):  # it does not exist, because it was not its turn
                    reasons += failed_validations(self._state, stack.aliases[-1], stack.environment)
            raise CommandError(f"{error}: {'; '.join(reasons)}", error.log) from error

    def show_notes(self, stacks: Sequence[Stack]) -> None:
        """Show the annotations of stacks, and what the local cloud does not do for them.

        Raises:
            UnmodelledError: It cannot deploy them.
        """
        for annotation in dict.fromkeys(text for stack in stacks for text in stack.annotations):
            self._phases.note(annotation)
        types = emulator_process.resource_types(self._home)
        missing = coverage.unmodelled(stacks, types)
        if missing:
            raise UnmodelledError(missing)
        for feature in coverage.ignored(stacks, types):
            self._phases.note(f"The local cloud does not model {feature}")

    def bootstrap(self, assembly: Path, environments: Iterable[Environment]) -> None:
        """Bootstrap environments, but those that are bootstrapped.

        The CLI's template is deployed without the CLI, which takes seconds to start.
        """
        for environment in sorted(environments):
            current = self._state
            if str(environment) in current.bootstrapped:
                continue
            _node, cdk = prerequisites.check_app(self._app_dir)
            template = bootstrap.template_for(self._app_dir, cdk)
            with self._phases.phase("bootstrap"):
                self._phases.detail(environment.name)
                if template is None or not bootstrap.create(current, environment, template):
                    self.run(
                        cdk_commands.bootstrap_arguments(assembly, environment),
                        environment.account,
                    )
            bootstrapped = [*current.bootstrapped, str(environment)]
            state.write(self._home, replace(current, bootstrapped=bootstrapped))
