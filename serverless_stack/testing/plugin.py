"""The pytest plugin: fixtures for CDK apps, stacks, templates and their snapshots.

pytest loads it in every run, so it imports nothing but pytest until a fixture is used.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from aws_cdk import App, Stack
    from aws_cdk.assertions import Template
    from constructs import IConstruct

    from serverless_stack.testing.snapshots.snapshot import TemplateSnapshot

_VALIDATION = "CDK_VALIDATION"
_USES = "serverless_stack_template_snapshot"
_validation_key = pytest.StashKey[bool]()

# No copies of assets, no bundling (a template has only the hash of it, which is scrubbed).
_CONTEXT: Mapping[str, object] = {
    "aws:cdk:disable-asset-staging": True,
    "aws:cdk:bundling-stacks": [],
}


class StackFactory(Protocol):
    """What the fixture `cdk_stack` gives."""

    def __call__(
        self,
        construct_id: str = "Test",
        *,
        app: App | None = None,
        context: Mapping[str, object] | None = None,
        account: str | None = None,
        region: str | None = None,
    ) -> Stack:
        """Make a stack.

        Args:
            construct_id: The id of the stack, which is its name.
            app: The app to put it in; by default one of its own.
            context: Context of its own app, beside or instead of the default.
            account: The account it is for; by default any.
            region: The region it is for; by default any.

        Raises:
            ValueError: Both an app and context are given.
        """


class Synth(Protocol):
    """What the fixture `synth` gives."""

    def __call__(self, thing: IConstruct) -> Template:
        """Give the template of a stack, or that of one construct in it.

        Args:
            thing: The stack or construct; its app is synthesised on the first call only.
        """


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `template_snapshot` needs."""
    parser.getgroup("serverless-stack").addoption(
        "--allow-replacement",
        action="append",
        default=[],
        metavar="RESOURCE",
        dest="allow_replacement",
        help=(
            "Let --snapshot-update write a change that loses the data of this resource, "
            "given by logical id or construct path (repeatable)"
        ),
    )


def pytest_configure(config: pytest.Config) -> None:
    """Switch off CDK's validation of whole templates, which takes longer than the synthesis.

    CDK reads this when its kernel starts, so a fixture would be too late. What is set stays.
    """
    config.stash[_validation_key] = _VALIDATION not in os.environ
    os.environ.setdefault(_VALIDATION, "false")
    config.pluginmanager.register(_Failures(config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the environment as it was."""
    if config.stash.get(_validation_key, False):
        os.environ.pop(_VALIDATION, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say in the report, which may go to another process, that the test has snapshots of ours."""
    report = yield
    if "template_snapshot" in getattr(item, "fixturenames", ()):
        vars(report)[_USES] = True
    return report


class _Failures:
    """Keeps the snapshots of tests that failed.

    Syrupy takes what a failed test did not reach for unused and deletes it. The next update would
    then write it anew, and nothing could be reviewed.
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


def _app(tmp_path_factory: pytest.TempPathFactory, context: Mapping[str, object]) -> App:
    import aws_cdk as cdk

    return cdk.App(outdir=str(tmp_path_factory.mktemp("cdk.out")), context={**_CONTEXT, **context})


@pytest.fixture
def cdk_app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """A CDK app of this test's own: nothing is bundled, and pytest removes what it writes."""
    return _app(tmp_path_factory, {})


@pytest.fixture(scope="session")
def cdk_stack(tmp_path_factory: pytest.TempPathFactory) -> StackFactory:
    """A function that makes a stack in an app of its own: `cdk_stack()`, `cdk_stack("Shop")`.

    It can be used from fixtures of every scope: a stack is synthesised once, so one made for a
    module serves all its tests.
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
            raise ValueError("`context` must be given to the App, not beside `app`")
        return cdk.Stack(
            app or _app(tmp_path_factory, context or {}),
            construct_id,
            env=cdk.Environment(account=account, region=region) if account or region else None,
        )

    return make


@pytest.fixture(scope="session")
def synth() -> Synth:
    """A function that gives the `aws_cdk.assertions.Template` of a stack or of one construct."""

    def template(thing: IConstruct) -> Template:
        from aws_cdk.assertions import Template

        from serverless_stack.testing.templates import template_of

        return Template.from_json(template_of(thing))

    return template


@pytest.fixture
def template_snapshot(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config
) -> TemplateSnapshot:
    """What `assert stack == template_snapshot` compares with: a YAML file beside the test.

    `template_snapshot(name="minimal")` names the file, `template_snapshot(scrub={...})` replaces
    more than CDK's own churn.
    """
    if not pytestconfig.pluginmanager.hasplugin("syrupy"):
        raise pytest.UsageError(
            "template_snapshot needs syrupy: run `pip install 'serverless-stack[testing]'`"
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
