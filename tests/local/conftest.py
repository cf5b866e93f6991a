import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serverless_stack.local import folders
from serverless_stack.local.processes import (
    emulator as emulator_process,
)
from serverless_stack.local.processes import (
    lifecycle,
    process_table,
)

APPS = Path(__file__).parent / "apps"
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def programs_of_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the CDK CLI and the package of the repository available in any folder."""
    binaries = REPOSITORY / "node_modules" / ".bin"
    monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def tiny_app(tmp_path: Path) -> Iterator[Path]:
    yield from _app("tiny", tmp_path)


@pytest.fixture
def assembly_app(tmp_path: Path) -> Iterator[Path]:
    yield from _app("assembly", tmp_path)


@pytest.fixture
def foreign_app(tmp_path: Path) -> Iterator[Path]:
    yield from _app("foreign", tmp_path)


def _app(name: str, tmp_path: Path) -> Iterator[Path]:
    app = tmp_path / name
    shutil.copytree(APPS / name, app)
    yield app
    for cloud in ("default", "other"):
        lifecycle.stop(app, cloud)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache folder."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(cache))
    return cache


def until(condition: Callable[[], object]) -> None:
    """Wait until a condition is true, and fail after 60 seconds."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it has not happened within 60 seconds"
        time.sleep(0.01)


def argv_of(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "serverless_stack.cli", *arguments]


def processes_of(app: Path, name: str = "default") -> list[process_table.Process]:
    return process_table.with_mark(emulator_process.environment_mark(folders.cloud(app, name)))
