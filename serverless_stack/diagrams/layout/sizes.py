"""The sizes of boxes, frames and labels, and the lines of their texts."""

from __future__ import annotations

from typing import Final

from serverless_stack.diagrams.layout.drawing import PlacedNode, Rectangle
from serverless_stack.diagrams.layout.text import lines_of, width_of
from serverless_stack.diagrams.model import Edge, Frame, Node
from serverless_stack.diagrams.render.notes import notes_of

NODE_WIDTH: Final = 188.0
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
"""The height of a frame's title."""
FRAME_GLYPH: Final = 23.0
"""The width of the glyph before a frame's title, with the space after it."""
FRAME_LEFT: Final = 11.0
_NODE_PADDING: Final = 11.0
_MIN_HEIGHT: Final = 52.0
_EDGE_LABEL: Final = 132.0
_FRAME_TITLE: Final = 320.0


def sized(node: Node) -> PlacedNode:
    """Return a box with its lines and size, not yet placed."""
    room = NODE_WIDTH - TEXT_LEFT - TEXT_RIGHT
    title = lines_of(node.title, room, TITLE_SIZE, bold=True)
    label = lines_of(node.label, room, LABEL_SIZE)
    notes = [line for text in notes_of(node) for line in lines_of(text, room, LABEL_SIZE, most=1)]
    height = TITLE_LINE * len(title) + LABEL_LINE * (len(label) + len(notes)) + 2 * _NODE_PADDING
    place = Rectangle(0, 0, NODE_WIDTH, max(height, _MIN_HEIGHT))
    return PlacedNode(node, place, tuple(title), tuple(label), tuple(notes))


def frame_title(frame: Frame) -> str:
    """Return the title of a frame in one line."""
    return (lines_of(frame.title, _FRAME_TITLE, FRAME_SIZE, bold=True, most=1) or [""])[0]


def frame_title_width(title: str) -> float:
    """Return the width of a frame's title with its glyph."""
    return width_of(title, FRAME_SIZE, bold=True) + FRAME_GLYPH


def edge_lines(edge: Edge) -> list[str]:
    """Return the lines of an edge's label."""
    return lines_of(edge.label, _EDGE_LABEL, EDGE_SIZE) if edge.label else []


def edge_label_size(lines: list[str]) -> tuple[float, float]:
    """Return the width and height of an edge's label."""
    width = max(width_of(line, EDGE_SIZE) for line in lines)
    return round(width + 8, 1), EDGE_LINE * len(lines) + 2
