"""The layout program of this repository, and the drawings that tests look at."""

import shutil
from pathlib import Path

import pytest

from serverless_stack.diagrams import Drawing, LayoutEngine, graph, layout
from tests.diagrams import apps

ELK = Path(__file__).parents[2] / "node_modules" / "elkjs" / "lib" / "elk.bundled.js"


@pytest.fixture(scope="session")
def engine() -> LayoutEngine:
    node = shutil.which("node")
    if node is None or not ELK.is_file():
        pytest.skip("elkjs is missing: run `make setup`")
    return LayoutEngine(Path(node), ELK)


@pytest.fixture(scope="session")
def shop(engine: LayoutEngine) -> Drawing:
    return layout(graph(apps.shop()), engine)
