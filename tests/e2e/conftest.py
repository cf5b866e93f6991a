"""One application for all tests of this folder: each test asks for the phase that it looks at.

The fixtures `created`, `updated`, `destroyed`, `restored` and `stopped` give the same run and
bring it there; the tests are put into that order, whatever their files are called, and run in one
process. A test alone works as well: it goes through the phases before its own.
"""

import functools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import serverless_stack
from serverless_stack.local.cloud import LocalCloud
from tests.e2e.account import Account
from tests.e2e.run import HERE, Phase, Run

REPOSITORY = HERE.parents[1]
_FIXTURES = [phase.name.lower() for phase in Phase if phase is not Phase.STARTED]


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks for the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = [place for place, item in enumerate(items) if _phase(item) is not None]
    ordered = sorted((items[place] for place in places), key=lambda item: _phase(item) or 0)
    for place, item in zip(places, ordered, strict=True):
        item.add_marker(pytest.mark.xdist_group("e2e"))
        items[place] = item


def _phase(item: pytest.Item) -> int | None:
    if not _is_here(item.path):
        return None
    wanted = [name for name in _FIXTURES if name in getattr(item, "fixturenames", ())]
    return Phase[wanted[0].upper()] if wanted else None


@functools.cache
def _is_here(module: Path) -> bool:
    return HERE in module.parents


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    app_dir = tmp_path_factory.mktemp("e2e") / "app"
    shutil.copytree(HERE / "app", app_dir)
    path = f"{REPOSITORY / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        patch.setenv("PYTHONPATH", str(Path(serverless_stack.__file__).parents[1]))
        cloud = LocalCloud.start(app_dir, name=f"e2e-{os.getpid()}")
        try:
            yield Run(cloud, Account(cloud.environment()))
        finally:
            cloud.stop()


@pytest.fixture
def created(run: Run) -> Run:
    run.reach(Phase.CREATED)
    return run


@pytest.fixture
def updated(run: Run) -> Run:
    run.reach(Phase.UPDATED)
    return run


@pytest.fixture
def destroyed(run: Run) -> Run:
    run.reach(Phase.DESTROYED)
    return run


@pytest.fixture
def restored(run: Run) -> Run:
    run.reach(Phase.RESTORED)
    return run


@pytest.fixture
def stopped(run: Run) -> Run:
    run.reach(Phase.STOPPED)
    return run
