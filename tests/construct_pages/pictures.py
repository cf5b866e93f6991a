"""The picture of a page: the diagram of its example."""

import shutil
from pathlib import Path

from serverless_stack.diagrams import Graph, LayoutEngine, graph, layout, stacks_of, to_svg
from tests.construct_pages.pages import Page
from tests.construct_pages.synthesis import assembly_of

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures" / "constructs"


def graph_of(page: Page) -> Graph:
    """Return the diagram of an example, without a layout."""
    folder = Path(assembly_of(page.name).directory)
    return graph(stacks_of(folder), title=page.title, details=page.details)


def picture_of(page: Page) -> str:
    """Return the SVG; it takes Node.js."""
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("node must be on the PATH")
    engine = LayoutEngine(Path(node), ROOT / "node_modules" / "elkjs" / "lib" / "elk.bundled.js")
    return to_svg(layout(graph_of(page), engine))
