"""The short texts below the label of a box."""

from __future__ import annotations

from serverless_stack.diagrams.model import Node


def notes_of(node: Node) -> list[str]:
    """Return what happens to the data of a box, and what a deployment does to it."""
    found = [f"data: {node.data}"] if node.data else []
    if node.change is not None:
        found.append(f"{node.change.value}{f', {node.note}' if node.note else ''}")
    return found
