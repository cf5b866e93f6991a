import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import browser, program
from tests.browser.tab import Tab
from tests.local.emulator.conftest import Emulator, start, stop
from tests.local.emulator.console.world import Console, deploy


@pytest.fixture(scope="package")
def started(tmp_path_factory: pytest.TempPathFactory, overlays: Path) -> Iterator[Emulator]:
    emulator = start(
        tmp_path_factory.mktemp("console"), overlays, SERVERLESS_STACK_PYTHON=sys.executable
    )
    try:
        yield emulator
    finally:
        stop(emulator)


@pytest.fixture(scope="package")
def empty(started: Emulator) -> dict[str, Any]:
    """Return what each tab shows before anything is deployed."""
    console = Console(started).open()
    tabs = ("overview", "exchanges", "logs", "caches", "cdn", "buckets", "queues", "diagram")
    return {tab: console.get(f"/api/{tab}").json() for tab in tabs}


@pytest.fixture(scope="package")
def cloud(started: Emulator, empty: dict[str, Any]) -> Emulator:
    """Return the cloud of all tests of the console."""
    deploy(started)
    return started


@pytest.fixture(scope="package")
def console(cloud: Emulator) -> Console:
    """Return a client that may use the console."""
    return Console(cloud).open()


@pytest.fixture(scope="package")
def tab() -> Iterator[Tab]:
    if not program():
        pytest.skip("Chromium is missing")
    with browser() as chromium:
        yield chromium.visitor()
