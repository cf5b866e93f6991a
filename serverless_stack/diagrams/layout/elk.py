"""Layout by elkjs, in a process of Node.js."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from serverless_stack.diagrams.layout.drawing import (
    Drawing,
    PlacedEdge,
    PlacedFrame,
    PlacedNode,
    Rectangle,
)
from serverless_stack.diagrams.layout.text import lines_of, width_of
from serverless_stack.diagrams.model import Edge, Frame, Graph, Node
from serverless_stack.diagrams.render.notes import notes_of

ELK_VERSION: Final = "0.12.1"
"""The tested version of the npm package `elkjs`."""

Direction = Literal["right", "down"]

NODE_WIDTH: Final = 184.0
TEXT_LEFT: Final = 46.0
TEXT_RIGHT: Final = 10.0
TITLE_SIZE: Final = 13.0
LABEL_SIZE: Final = 11.0
EDGE_SIZE: Final = 10.5
FRAME_SIZE: Final = 12.0
TITLE_LINE: Final = 16.0
LABEL_LINE: Final = 14.0
EDGE_LINE: Final = 13.0
FRAME_TOP: Final = 34.0
FRAME_GLYPH: Final = 34.0
_NODE_PADDING: Final = 11.0
_MIN_HEIGHT: Final = 52.0
_EDGE_LABEL: Final = 132.0
_SCRIPT: Final = Path(__file__).with_name("layout.js")
_SECONDS: Final = 120.0

_OPTIONS: Final = {
    "elk.algorithm": "layered",
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.json.shapeCoords": "ROOT",
    "elk.json.edgeCoords": "ROOT",
    "elk.randomSeed": "1",
    "elk.padding": "[top=24,left=24,bottom=24,right=24]",
    "elk.spacing.nodeNode": "26",
    "elk.spacing.edgeNode": "20",
    "elk.spacing.edgeEdge": "14",
    "elk.spacing.edgeLabel": "4",
    "elk.spacing.componentComponent": "40",
    "elk.layered.spacing.nodeNodeBetweenLayers": "22",
    "elk.layered.spacing.edgeNodeBetweenLayers": "16",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
    "elk.layered.considerModelOrder.strategy": "PREFER_EDGES",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.nodePlacement.favorStraightEdges": "true",
    "elk.layered.thoroughness": "20",
}


class LayoutError(RuntimeError):
    """The layout program failed."""


@dataclass(frozen=True)
class LayoutEngine:
    """The programs that compute a layout.

    Attributes:
        node: The `node` binary.
        elk: The file `lib/elk.bundled.js` of the npm package `elkjs`.
    """

    node: Path
    elk: Path

    def run(self, graph: Mapping[str, object]) -> dict[str, Any]:
        """Return a graph in ELK's JSON with positions.

        Raises:
            LayoutError: The program failed.
        """
        argv = [str(self.node), str(_SCRIPT), str(self.elk)]
        try:
            answer = subprocess.run(
                argv,
                input=json.dumps(graph),
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_SECONDS,
                check=False,
            )
        except OSError as error:
            raise LayoutError(f"{self.node} cannot run: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise LayoutError(f"the layout took more than {_SECONDS:.0f} seconds") from error
        if answer.returncode:
            last = (answer.stderr.strip().splitlines() or ["no message"])[-1]
            raise LayoutError(f"the layout failed: {last}")
        found: dict[str, Any] = json.loads(answer.stdout)
        return found


def layout(graph: Graph, engine: LayoutEngine, direction: Direction = "right") -> Drawing:
    """Return a diagram with positions.

    Args:
        graph: The diagram.
        engine: The programs that compute the layout.
        direction: Where requests go: to the right, or down.

    Raises:
        LayoutError: The layout program failed.
    """
    nodes = {str(number): _text(node) for number, node in enumerate(graph.nodes)}
    ids = {node.node.id: id for id, node in nodes.items()}
    frames = {f"f{number}": frame for number, frame in enumerate(graph.frames)}
    frame_ids = {frame.id: id for id, frame in frames.items()}
    edges = {f"e{number}": edge for number, edge in enumerate(graph.edges)}
    around = {ids[n.id]: n.frame for n in graph.nodes} | {
        frame_ids[f.id]: f.frame for f in graph.frames
    }
    children: dict[str | None, list[str]] = {}
    for id, frame in around.items():
        children.setdefault(None if frame is None else frame_ids[frame], []).append(id)

    def shape(id: str) -> dict[str, object]:
        if id in nodes:
            return {"id": id, "width": nodes[id].place.width, "height": nodes[id].place.height}
        return {
            **_frame(id, frames[id]),
            "children": [shape(each) for each in children.get(id, ())],
        }

    answer = engine.run(
        {
            "id": "root",
            "layoutOptions": {**_OPTIONS, "elk.direction": direction.upper()},
            "children": [shape(id) for id in children.get(None, ())],
            "edges": [_edge(id, edge, ids) for id, edge in edges.items()],
        }
    )
    places = {each["id"]: _rectangle(each) for each in _shapes(answer["children"])}
    return Drawing(
        graph=graph,
        width=float(answer["width"]),
        height=float(answer["height"]),
        nodes=tuple(
            PlacedNode(n.node, places[id], n.title, n.label, n.notes) for id, n in nodes.items()
        ),
        frames=tuple(
            PlacedFrame(frame, places[id], _frame_title(frame, places[id].width))
            for id, frame in frames.items()
        ),
        edges=tuple(_placed(edges[each["id"]], each) for each in _edges(answer)),
    )


def _text(node: Node) -> PlacedNode:
    """Return a box with its lines and size, not yet placed."""
    room = NODE_WIDTH - TEXT_LEFT - TEXT_RIGHT
    title = lines_of(node.title, room, TITLE_SIZE, bold=True)
    label = lines_of(node.label, room, LABEL_SIZE)
    notes = [line for text in notes_of(node) for line in lines_of(text, room, LABEL_SIZE, most=1)]
    height = TITLE_LINE * len(title) + LABEL_LINE * (len(label) + len(notes)) + 2 * _NODE_PADDING
    place = Rectangle(0, 0, NODE_WIDTH, max(height, _MIN_HEIGHT))
    return PlacedNode(node, place, tuple(title), tuple(label), tuple(notes))


def _frame(id: str, frame: Frame) -> dict[str, object]:
    width = min(width_of(frame.title, FRAME_SIZE, bold=True), 320) + FRAME_GLYPH + 24
    return {
        "id": id,
        "layoutOptions": {
            "elk.padding": f"[top={FRAME_TOP + 12},left=18,bottom=18,right=18]",
            "elk.nodeSize.constraints": "MINIMUM_SIZE",
            "elk.nodeSize.minimum": f"({width:.0f},80)",
        },
    }


def _frame_title(frame: Frame, width: float) -> str:
    return lines_of(frame.title, width - FRAME_GLYPH - 10, FRAME_SIZE, bold=True, most=1)[0]


def _edge(id: str, edge: Edge, ids: Mapping[str, str]) -> dict[str, object]:
    described: dict[str, object] = {
        "id": id,
        "sources": [ids[edge.source]],
        "targets": [ids[edge.target]],
    }
    lines = _edge_lines(edge)
    if lines:
        width = max(width_of(line, EDGE_SIZE) for line in lines) + 8
        described["labels"] = [
            {
                "text": "\n".join(lines),
                "width": round(width, 1),
                "height": EDGE_LINE * len(lines) + 2,
                "layoutOptions": {"elk.edgeLabels.placement": "CENTER"},
            }
        ]
    return described


def _edge_lines(edge: Edge) -> list[str]:
    return lines_of(edge.label, _EDGE_LABEL, EDGE_SIZE) if edge.label else []


def _shapes(children: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for child in children:
        yield child
        yield from _shapes(child.get("children", ()))


def _edges(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found = list(answer.get("edges", ()))
    for shape in _shapes(answer["children"]):
        found += shape.get("edges", ())
    return sorted(found, key=lambda edge: int(edge["id"][1:]))


def _rectangle(shape: Mapping[str, Any]) -> Rectangle:
    return Rectangle(
        round(shape["x"], 1),
        round(shape["y"], 1),
        round(shape["width"], 1),
        round(shape["height"], 1),
    )


def _placed(edge: Edge, described: Mapping[str, Any]) -> PlacedEdge:
    points: list[tuple[float, float]] = []
    for section in described.get("sections", ()):
        found = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
        points += [(round(point["x"], 1), round(point["y"], 1)) for point in found]
    labels = described.get("labels", ())
    place = _rectangle(labels[0]) if labels else None
    return PlacedEdge(edge, tuple(points), tuple(_edge_lines(edge)), place)
