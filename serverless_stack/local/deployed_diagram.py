"""The diagram of the console: a program that reads templates and prints a drawing.

It runs in the user's Python, because the emulator's has no part of this library:
``python -m serverless_stack.local.deployed_diagram`` with ``{"stacks": [{"name", "template"}]}`` on
standard input.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from serverless_stack.diagrams import StackTemplate, graph, layout, to_inline_svg
from serverless_stack.local.toolchain.layouts import layout_engine

Document = Mapping[str, Any]


def drawn(request: Document) -> Document:
    """Return the picture, and the boxes with their resources in the picture's order.

    Args:
        request: The templates of the deployed stacks.

    Raises:
        LayoutError: The layout program failed.
    """
    stacks = [StackTemplate(each["name"], each["template"]) for each in request["stacks"]]
    drawing = layout(graph(stacks), layout_engine())
    return {
        "svg": to_inline_svg(drawing),
        "nodes": [
            {
                "title": placed.node.title,
                "label": placed.node.label,
                "members": [
                    {
                        "id": each.logical_id,
                        "type": each.type,
                        "address": f"{each.stack}/{each.logical_id}",
                    }
                    for each in placed.node.members
                ],
            }
            for placed in drawing.nodes
        ],
    }


def main() -> None:
    """Read the templates, and print the drawing."""
    print(json.dumps(drawn(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
