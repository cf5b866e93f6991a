"""The boxes and frames in each frame, with short names for formats of text."""

from __future__ import annotations

from serverless_stack.diagrams.model import Frame, Graph, Node


class Nesting:
    """The boxes and frames of a graph by the frame around them.

    Args:
        graph: The graph.
    """

    def __init__(self, graph: Graph) -> None:
        self._nodes: dict[str | None, list[Node]] = {}
        self._frames: dict[str | None, list[Frame]] = {}
        self._around = {frame.id: frame.frame for frame in graph.frames}
        self._around |= {node.id: node.frame for node in graph.nodes}
        self._names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
        self._names |= {frame.id: f"f{number}" for number, frame in enumerate(graph.frames)}
        for node in graph.nodes:
            self._nodes.setdefault(node.frame, []).append(node)
        for frame in graph.frames:
            self._frames.setdefault(frame.frame, []).append(frame)

    def nodes(self, frame: str | None) -> list[Node]:
        """Return the boxes in a frame; None for those in no frame."""
        return self._nodes.get(frame, [])

    def frames(self, frame: str | None) -> list[Frame]:
        """Return the frames in a frame; None for those in no frame."""
        return self._frames.get(frame, [])

    def name(self, id: str) -> str:
        """Return the short name of a box or frame."""
        return self._names[id]

    def path(self, id: str) -> list[str]:
        """Return the short names of the frames around a box or frame, and then its own."""
        around = self._around[id]
        return [*(self.path(around) if around is not None else []), self.name(id)]
