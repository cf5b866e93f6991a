"""A diagram as text for D2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from serverless_stack.diagrams.layout.elk import Direction
from serverless_stack.diagrams.model import VIEWERS, Change, EdgeKind, Graph, Node
from serverless_stack.diagrams.render.nesting import Nesting
from serverless_stack.diagrams.render.notes import notes_of

_STYLES: Final = {
    EdgeKind.REQUEST: "style.stroke-width: 3",
    EdgeKind.TRIGGER: "style.stroke-dash: 5",
    EdgeKind.ACCESS: "",
    EdgeKind.REFERENCE: "style.stroke-dash: 2",
}
_COLOURS: Final = {
    Change.ADD: "#1a7f37",
    Change.UPDATE: "#0a66c2",
    Change.REPLACE: "#b25600",
    Change.DELETE: "#c4262e",
}
_SHAPES: Final = {"queue": "queue", "files": "stored_data"}


def to_d2(graph: Graph, direction: Direction = "right") -> str:
    """Return a diagram in the language of D2.

    Args:
        graph: The diagram.
        direction: Where requests go: to the right, or down.
    """
    return "\n".join(_lines(graph, direction)) + "\n"


def _lines(graph: Graph, direction: Direction) -> Iterator[str]:
    yield f"# {' '.join(graph.title.split())}"
    yield f"direction: {direction}"
    nesting = Nesting(graph)
    yield from _inside(nesting, None, "")
    for edge in graph.edges:
        ends = " -> ".join(".".join(nesting.path(id)) for id in (edge.source, edge.target))
        label = f": {_text(edge.label)}" if edge.label else ""
        style = _STYLES[edge.kind]
        block = f" {{{style}}}" if style else ""
        yield f"{ends}{label or (':' if block else '')}{block}"


def _inside(nesting: Nesting, frame: str | None, indent: str) -> Iterator[str]:
    for inner in nesting.frames(frame):
        yield f"{indent}{nesting.name(inner.id)}: {_text(inner.title)} {{"
        yield from _inside(nesting, inner.id, f"{indent}  ")
        yield f"{indent}}}"
    for node in nesting.nodes(frame):
        yield f"{indent}{nesting.name(node.id)}: {_label(node)}{_block(node)}"


def _label(node: Node) -> str:
    return _text("\n".join([node.title, node.label, *notes_of(node)]))


def _block(node: Node) -> str:
    shape = "person" if node.id == VIEWERS else _SHAPES.get(node.category, "")
    if not shape and node.data:
        shape = "cylinder"
    found = [f"shape: {shape}"] if shape else []
    if node.change is not None:
        found += [f'style.stroke: "{_COLOURS[node.change]}"', "style.stroke-width: 4"]
    return f" {{{'; '.join(found)}}}" if found else ""


def _text(text: str) -> str:
    """Return a text in quotes, in which D2 substitutes nothing."""
    escaped = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    for plain, safe in (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("\n", "\\n")):
        escaped = escaped.replace(plain, safe)
    return f'"{escaped}"'
