"""The pytest plugin: fixtures for CDK apps, stacks, templates and their snapshots.

pytest loads it in every run, so that it imports only pytest until a fixture is used.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from aws_cdk import App, Stack
    from aws_cdk.assertions import Template
    from constructs import IConstruct

    from serverless_stack.testing.snapshots.snapshot import TemplateSnapshot
    from serverless_stack.testing.stack_factory import StackFactory

_ASSEMBLY = "cdk.out"
_VALIDATION = "CDK_VALIDATION"
_USES = "serverless_stack_template_snapshot"
_validation_key = pytest.StashKey[bool]()

# Assets are neither copied nor bundled. A template has only their hash, which is scrubbed.
_CONTEXT: Mapping[str, object] = {
    "aws:cdk:disable-asset-staging": True,
    "aws:cdk:bundling-stacks": [],
}


class NewStack(Protocol):
    """The type of the fixture `cdk_stack`."""

    def __call__(
        self,
        construct_id: str = "Test",
        *,
        app: App | None = None,
        context: Mapping[str, object] | None = None,
        account: str | None = None,
        region: str | None = None,
    ) -> Stack:
        """Create a stack.

        Args:
            construct_id: The id of the stack, which is its name.
            app: The app of the stack. Default: an app of its own, with the context and feature
                flags of `cdk.json` and `cdk.context.json`.
            context: Context values of its own app. They take precedence over those files.
            account: The account of the stack. Default: any.
            region: The region of the stack. Default: any.

        Raises:
            ValueError: Both `app` and `context` are given.
        """


class Synth(Protocol):
    """The type of the fixture `synth`."""

    def __call__(self, thing: IConstruct) -> Template:
        """Return the template of a stack, or of a construct in it.

        Args:
            thing: The stack or construct. Its app is synthesised on the first call only.
        """


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of `template_snapshot`."""
    parser.getgroup("serverless-stack").addoption(
        "--allow-replacement",
        action="append",
        default=[],
        metavar="RESOURCE",
        dest="allow_replacement",
        help=(
            "Allow --snapshot-update to write a change that loses data of this resource, "
            "a logical id or construct path. Repeatable."
        ),
    )


def pytest_configure(config: pytest.Config) -> None:
    """Switch off CDK's validation of templates, which takes longer than the synthesis.

    CDK reads the variable when its kernel starts, so that a fixture would be too late. A value of
    the user's stays.
    """
    config.stash[_validation_key] = _VALIDATION not in os.environ
    os.environ.setdefault(_VALIDATION, "false")
    config.pluginmanager.register(_Failures(config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Restore the environment."""
    if config.stash.get(_validation_key, False):
        os.environ.pop(_VALIDATION, None)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore cloud assemblies (`cdk.out`): their assets may have tests of other packages."""
    for folder in (collection_path, *collection_path.parents):
        if folder == config.rootpath:
            break
        if _is_assembly(folder):
            return True
    return None


@functools.cache
def _is_assembly(folder: Path) -> bool:
    """Return whether a folder is a cloud assembly: by its mark, its name, or a `cdk.json`.

    A synthesis that fails leaves assets without a mark.
    """
    if folder.name == _ASSEMBLY or (folder / _ASSEMBLY).is_file():
        return folder.is_dir()
    return any(folder == _output_of(parent) for parent in folder.parents)


@functools.cache
def _output_of(folder: Path) -> Path | None:
    """Return the output folder that the `cdk.json` of a folder names, if it names one."""
    try:
        settings = json.loads((folder / "cdk.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    output = settings.get("output") if isinstance(settings, dict) else None
    return folder / output if isinstance(output, str) and output not in ("", ".") else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note in the report, which may go to another process, that the test has our snapshots."""
    report = yield
    if "template_snapshot" in getattr(item, "fixturenames", ()):
        vars(report)[_USES] = True
    return report


class _Failures:
    """Keeps the snapshots of failed tests.

    Syrupy deletes snapshots that a failed test did not reach, as unused. The next update would
    write them anew, without a review.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed |= report.failed and _USES in vars(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        if self._failed:
            self._config.option.no_cleanup = True


def _app(
    tmp_path_factory: pytest.TempPathFactory, folder: Path, context: Mapping[str, object]
) -> App:
    import aws_cdk as cdk

    from serverless_stack.testing.cdk_json import context_of

    return cdk.App(
        outdir=str(tmp_path_factory.mktemp("cdk.out")),
        context={**context_of(folder, str(folder)), **_CONTEXT, **context},
    )


def _app_folder(root: Path) -> Path:
    """Return the closest folder with a `cdk.json` around the running test, or else the root."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")[0]
    around = [folder for folder in (root / test).parents if folder.is_relative_to(root)]
    return next((folder for folder in around if (folder / "cdk.json").is_file()), root)


@pytest.fixture
def cdk_app(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> App:
    """A CDK app for this test: nothing is bundled, and pytest removes its output.

    It has the context and feature flags of the `cdk.json` and `cdk.context.json` around the test.
    """
    return _app(tmp_path_factory, _app_folder(pytestconfig.rootpath), {})


@pytest.fixture(scope="session")
def cdk_stack(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> NewStack:
    """A function that creates a stack in an app of its own: `cdk_stack()`, `cdk_stack("Shop")`.

    Fixtures of every scope can use it. A stack is synthesised once, so that one for a module serves
    all its tests.
    """

    def make(
        construct_id: str = "Test",
        *,
        app: App | None = None,
        context: Mapping[str, object] | None = None,
        account: str | None = None,
        region: str | None = None,
    ) -> Stack:
        import aws_cdk as cdk

        if app is not None and context is not None:
            raise ValueError("`context` and `app` cannot be combined: pass the context to the App")
        folder = _app_folder(pytestconfig.rootpath)
        return cdk.Stack(
            app or _app(tmp_path_factory, folder, context or {}),
            construct_id,
            env=cdk.Environment(account=account, region=region) if account or region else None,
        )

    return make


@pytest.fixture(scope="session")
def stack_factory(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> StackFactory:
    """A function that returns the stack of a class: `stack_factory(Shop, "Shop", stage="test")`.

    All tests with the same arguments share the stack, which is synthesised once in a session.
    `fresh=True` creates one for a test that changes it.
    """
    from serverless_stack.testing.stack_factory import StackFactory

    return StackFactory(
        functools.partial(_app_folder, pytestconfig.rootpath),
        functools.partial(_app, tmp_path_factory),
    )


@pytest.fixture(scope="session")
def synth() -> Synth:
    """A function that returns the `aws_cdk.assertions.Template` of a stack or construct."""

    def template(thing: IConstruct) -> Template:
        from aws_cdk.assertions import Template

        from serverless_stack.testing.templates import template_of

        return Template.from_json(template_of(thing))

    return template


@pytest.fixture
def template_snapshot(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config
) -> TemplateSnapshot:
    """The snapshot of a template in a YAML file, for `assert stack == template_snapshot`.

    `template_snapshot(name="minimal")` names the file. `template_snapshot(scrub={...})` replaces
    more than CDK's churn.
    """
    if not pytestconfig.pluginmanager.hasplugin("syrupy"):
        raise pytest.UsageError(
            "template_snapshot requires syrupy: install the extra `testing` of serverless-stack"
        )
    from serverless_stack.testing.snapshots.snapshot import (
        TemplateSnapshot,
        TemplateSnapshotExtension,
    )

    snapshot = request.getfixturevalue("snapshot")
    return TemplateSnapshot(
        snapshot.use_extension(TemplateSnapshotExtension),
        root=pytestconfig.rootpath,
        allowed=pytestconfig.getoption("allow_replacement"),
    )
