"""An example of the repository, deployed to a local cloud of its own by the CDK command line."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

import serverless_stack
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.errors import CommandError
from tests.e2e.account import Account

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Example:
    """A deployed example.

    Attributes:
        cloud: The local cloud.
        stack: The name of its stack.
    """

    cloud: LocalCloud
    stack: str

    @cached_property
    def account(self) -> Account:
        return Account(self.cloud.environment())

    @cached_property
    def outputs(self) -> dict[str, str]:
        described = self.account.cloudformation.describe_stacks(StackName=self.stack)
        (stack,) = described["Stacks"]
        return {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}

    def client(self, service: str) -> Any:  # noqa: ANN401 - not all stubs are dependencies
        return self.account.client(service)


@contextmanager
def deployed_example(
    name: str, folder: Path, prepare: Callable[[Path], object] | None = None
) -> Iterator[LocalCloud]:
    """Deploy `examples/NAME` from a copy, and take the cloud down afterwards.

    Args:
        name: The name of the example.
        folder: The folder for the copy.
        prepare: Called with the copy before it is deployed.
    """
    app_dir = folder / "app"
    without = shutil.ignore_patterns("cdk.out")
    shutil.copytree(REPOSITORY / "examples" / name, app_dir, ignore=without)
    if prepare is not None:
        prepare(app_dir)
    path = f"{REPOSITORY / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        patch.setenv("PYTHONPATH", str(Path(serverless_stack.__file__).parents[1]))
        with LocalCloud.start(app_dir, name=f"{name.replace('_', '-')}-{os.getpid()}") as cloud:
            try:
                cloud.deploy()
            except CommandError as error:
                raise AssertionError(f"{error}\n{error.log}") from error
            yield cloud
