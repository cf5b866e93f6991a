"""A diagram with positions."""

from __future__ import annotations

from dataclasses import dataclass

from serverless_stack.diagrams.model import Edge, Frame, Graph, Node


@dataclass(frozen=True)
class Rectangle:
    """A place on the canvas, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower side."""
        return self.y + self.height

    def overlaps(self, other: Rectangle) -> bool:
        """Return whether two places have a point inside both."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def contains(self, other: Rectangle) -> bool:
        """Return whether another place lies inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True)
class PlacedNode:
    """A box with its place and the lines of its texts."""

    node: Node
    place: Rectangle
    title: tuple[str, ...]
    label: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PlacedFrame:
    """A frame with its place, and its title with the place of that.

    An edge crosses the title if there is no room beside it.
    """

    frame: Frame
    place: Rectangle
    title: str
    title_place: Rectangle
    is_crossed: bool = False


@dataclass(frozen=True)
class PlacedEdge:
    """An edge with its points, and the place and lines of its label."""

    edge: Edge
    points: tuple[tuple[float, float], ...]
    label: tuple[str, ...] = ()
    place: Rectangle | None = None


@dataclass(frozen=True)
class Drawing:
    """A diagram with positions, in pixels."""

    graph: Graph
    width: float
    height: float
    nodes: tuple[PlacedNode, ...]
    frames: tuple[PlacedFrame, ...]
    edges: tuple[PlacedEdge, ...]
