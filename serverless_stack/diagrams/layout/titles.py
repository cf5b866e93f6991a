"""Where the title of a frame goes: beside the edges that enter through its upper side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from serverless_stack.diagrams.layout import sizes
from serverless_stack.diagrams.layout.drawing import PlacedEdge, Rectangle

_HEIGHT: Final = 20.0
_SPACE: Final = 7.0


def title_place(
    frame: Rectangle, title: str, edges: Sequence[PlacedEdge]
) -> tuple[Rectangle, bool]:
    """Return the place of a frame's title, the leftmost that no edge crosses, and whether one does.

    If each is crossed, it is the left end: the edge then runs behind the title.

    Args:
        frame: The place of the frame.
        title: The title.
        edges: All edges.
    """
    left, y = frame.x + sizes.FRAME_LEFT, frame.y + 8
    width = sizes.frame_title_width(title)
    first = Rectangle(left, y, width, _HEIGHT)
    band = Rectangle(frame.x, y, frame.width, _HEIGHT)
    obstacles = [each for edge in edges for each in segments(edge) if each.overlaps(band)]
    starts = [left, *sorted(each.right + _SPACE for each in obstacles)]
    for start in starts:
        place = Rectangle(start, y, width, _HEIGHT)
        fits = frame.x < start and place.right < frame.right - _SPACE
        if fits and not any(place.overlaps(each) for each in obstacles):
            return place, False
    return first, True


def segments(edge: PlacedEdge) -> Iterator[Rectangle]:
    """Yield the straight parts of an edge as places a pixel wide."""
    for (x1, y1), (x2, y2) in pairwise(edge.points):
        yield Rectangle(min(x1, x2) - 1, min(y1, y2) - 1, abs(x2 - x1) + 2, abs(y2 - y1) + 2)
