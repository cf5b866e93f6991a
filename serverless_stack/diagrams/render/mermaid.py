"""A diagram as text for Mermaid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from serverless_stack.diagrams.layout.elk import Direction
from serverless_stack.diagrams.model import VIEWERS, Change, EdgeKind, Graph, Node
from serverless_stack.diagrams.render.nesting import Nesting
from serverless_stack.diagrams.render.notes import notes_of

_SPECIAL: Final = re.compile(r"[\"#<>&`*_~\[\]{}|\\$;@%]|^(?=[-+]\s)|^\d+(?=\.)")
_ARROWS: Final = {
    EdgeKind.REQUEST: "==>",
    EdgeKind.TRIGGER: "-.->",
    EdgeKind.ACCESS: "-->",
    EdgeKind.REFERENCE: "-.->",
}
_COLOURS: Final = {
    Change.ADD: "#1a7f37",
    Change.UPDATE: "#0a66c2",
    Change.REPLACE: "#b25600",
    Change.DELETE: "#c4262e",
}


def to_mermaid(graph: Graph, direction: Direction = "right") -> str:
    """Return a diagram as a Mermaid flowchart, which GitHub and GitLab draw in Markdown.

    Args:
        graph: The diagram.
        direction: Where requests go: to the right, or down.
    """
    return "\n".join(_lines(graph, direction)) + "\n"


def _lines(graph: Graph, direction: Direction) -> Iterator[str]:
    yield from ("---", f"title: {json.dumps(graph.title)}", "---")
    yield "flowchart LR" if direction == "right" else "flowchart TD"
    nesting = Nesting(graph)
    yield from _inside(nesting, None, "  ")
    for edge in graph.edges:
        label = f'|"{_text(edge.label)}"|' if edge.label else ""
        source, target = nesting.name(edge.source), nesting.name(edge.target)
        yield f"  {source} {_ARROWS[edge.kind]}{label} {target}"
    for change in Change:
        changed = [nesting.name(node.id) for node in graph.nodes if node.change is change]
        if changed:
            dashes = ",stroke-dasharray:6 4" if change is Change.DELETE else ""
            yield f"  classDef {change.value} stroke:{_COLOURS[change]},stroke-width:3px{dashes}"
            yield f"  class {','.join(changed)} {change.value}"


def _inside(nesting: Nesting, frame: str | None, indent: str) -> Iterator[str]:
    for inner in nesting.frames(frame):
        yield f'{indent}subgraph {nesting.name(inner.id)}["{_text(inner.title)}"]'
        yield from _inside(nesting, inner.id, f"{indent}  ")
        yield f"{indent}end"
    for node in nesting.nodes(frame):
        yield f"{indent}{nesting.name(node.id)}{_shape(node)}"


def _shape(node: Node) -> str:
    label = "<br>".join(_text(text) for text in (node.title, node.label, *notes_of(node)))
    if node.id == VIEWERS:
        return f'(["{label}"])'
    return f'[("{label}")]' if node.data else f'["{label}"]'


def _text(text: str) -> str:
    """Escape a text: Mermaid reads Markdown and its own syntax even in quotes."""

    def escaped(found: re.Match[str]) -> str:
        if not found[0]:
            return "#8203;"  # a space without width: the line is no list
        return f"{found[0]}#8203;" if found[0].isdigit() else f"#{ord(found[0])};"

    return _SPECIAL.sub(escaped, " ".join(text.split()))
