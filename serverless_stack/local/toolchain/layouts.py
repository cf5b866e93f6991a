"""The programs that lay out diagrams."""

from serverless_stack.diagrams import LayoutEngine
from serverless_stack.local.toolchain.install import elkjs
from serverless_stack.local.toolchain.node import find_node


def layout_engine() -> LayoutEngine:
    """Return the programs that lay out diagrams. Install elkjs in the cache folder if needed.

    Raises:
        CommandError: elkjs cannot be installed.
        PrerequisitesError: Node.js 20 or newer, or npm, is missing.
    """
    return LayoutEngine(find_node().program, elkjs())
