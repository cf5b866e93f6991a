"""Layout by elkjs: a graph as its input, and its answer as a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from serverless_stack.diagrams.layout import sizes
from serverless_stack.diagrams.layout.drawing import (
    Drawing,
    PlacedEdge,
    PlacedFrame,
    PlacedNode,
    Rectangle,
)
from serverless_stack.diagrams.layout.engine import LayoutEngine
from serverless_stack.diagrams.layout.titles import title_place
from serverless_stack.diagrams.model import Edge, Frame, Graph

Direction = Literal["right", "down"]

# A picture of this size is read without scrolling on most screens.
_SCREEN: Final = (1280, 900)
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


def layout(
    graph: Graph, engine: LayoutEngine, direction: Direction | Literal["auto"] = "auto"
) -> Drawing:
    """Return a diagram with positions.

    Args:
        graph: The diagram.
        engine: The programs that compute the layout.
        direction: Where requests go: to the right, or down. Default: what fits better on a screen.

    Raises:
        LayoutError: The layout program failed.
    """
    request = Request(graph)
    directions: list[Direction] = ["down", "right"] if direction == "auto" else [direction]
    answers = engine.run([request.described(each) for each in directions])
    return min((request.drawing(answer) for answer in answers), key=_shrinkage)


def _shrinkage(drawing: Drawing) -> float:
    """Return by how much a drawing shrinks to fit on a screen."""
    width, height = _SCREEN
    return round(max(drawing.width / width, drawing.height / height, 1), 2)


class Request:
    """A graph for elkjs, which knows boxes, frames and edges by short ids."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes = {f"n{number}": sizes.sized(node) for number, node in enumerate(graph.nodes)}
        self._frames = {f"f{number}": frame for number, frame in enumerate(graph.frames)}
        self._edges = {f"e{number}": edge for number, edge in enumerate(graph.edges)}
        self._ids = {placed.node.id: id for id, placed in self._nodes.items()}
        self._ids |= {frame.id: id for id, frame in self._frames.items()}
        self._children: dict[str | None, list[str]] = {}
        frames = {node.id: node.frame for node in graph.nodes}
        frames |= {frame.id: frame.frame for frame in graph.frames}
        for id, outer in frames.items():
            around = None if outer is None else self._ids[outer]
            self._children.setdefault(around, []).append(self._ids[id])

    def described(self, direction: Direction) -> dict[str, object]:
        """Return the graph in ELK's JSON."""
        return {
            "id": "root",
            "layoutOptions": {**_OPTIONS, "elk.direction": direction.upper()},
            "children": [self._shape(id, direction) for id in self._children.get(None, ())],
            "edges": [self._edge(id, edge) for id, edge in self._edges.items()],
        }

    def drawing(self, answer: Mapping[str, Any]) -> Drawing:
        """Return the drawing that an answer describes."""
        places = {each["id"]: _rectangle(each) for each in _shapes(answer.get("children", ()))}
        edges = tuple(_placed(self._edges[each["id"]], each) for each in _edges(answer))
        return Drawing(
            graph=self._graph,
            width=float(answer["width"]),
            height=float(answer["height"]),
            nodes=tuple(
                PlacedNode(each.node, places[id], each.title, each.label, each.notes)
                for id, each in self._nodes.items()
            ),
            frames=tuple(
                self._placed_frame(frame, places[id], edges) for id, frame in self._frames.items()
            ),
            edges=edges,
        )

    def _placed_frame(
        self, frame: Frame, place: Rectangle, edges: tuple[PlacedEdge, ...]
    ) -> PlacedFrame:
        title = sizes.frame_title(frame)
        return PlacedFrame(frame, place, title, *title_place(place, title, edges))

    def _shape(self, id: str, direction: Direction) -> dict[str, object]:
        if id in self._nodes:
            place = self._nodes[id].place
            return {"id": id, "width": place.width, "height": place.height}
        width = round(sizes.frame_title_width(sizes.frame_title(self._frames[id])) + 24)
        if id not in self._children:
            return {"id": id, "width": width, "height": 80}
        # elkjs turns the graph by a quarter to lay it out downwards, but not this size.
        smallest = f"({width},80)" if direction == "right" else f"(80,{width})"
        return {
            "id": id,
            "layoutOptions": {
                "elk.padding": f"[top={sizes.FRAME_TOP + 12},left=18,bottom=18,right=18]",
                "elk.nodeSize.constraints": "MINIMUM_SIZE",
                "elk.nodeSize.minimum": smallest,
            },
            "children": [self._shape(child, direction) for child in self._children.get(id, ())],
        }

    def _edge(self, id: str, edge: Edge) -> dict[str, object]:
        described: dict[str, object] = {
            "id": id,
            "sources": [self._ids[edge.source]],
            "targets": [self._ids[edge.target]],
        }
        lines = sizes.edge_lines(edge)
        if lines:
            width, height = sizes.edge_label_size(lines)
            described["labels"] = [
                {
                    "text": "\n".join(lines),
                    "width": width,
                    "height": height,
                    "layoutOptions": {"elk.edgeLabels.placement": "CENTER"},
                }
            ]
        return described


def _shapes(children: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for child in children:
        yield child
        yield from _shapes(child.get("children", ()))


def _edges(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = list(answer.get("edges", ()))
    for shape in _shapes(answer.get("children", ())):
        found += shape.get("edges", ())
    return sorted(found, key=lambda edge: int(edge["id"][1:]))


def _rectangle(shape: Mapping[str, Any]) -> Rectangle:
    x, y, width, height = (round(shape[key], 1) for key in ("x", "y", "width", "height"))
    return Rectangle(x, y, width, height)


def _placed(edge: Edge, described: Mapping[str, Any]) -> PlacedEdge:
    points: list[tuple[float, float]] = []
    for section in described.get("sections", ()):
        found = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
        points += [(round(point["x"], 1), round(point["y"], 1)) for point in found]
    labels = described.get("labels", ())
    place = _rectangle(labels[0]) if labels else None
    return PlacedEdge(edge, tuple(points), tuple(sizes.edge_lines(edge)), place)
