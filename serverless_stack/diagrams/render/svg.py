"""A diagram as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from serverless_stack._shared.text import counted
from serverless_stack.diagrams.layout.drawing import Drawing, PlacedEdge, PlacedFrame, PlacedNode
from serverless_stack.diagrams.layout.sizes import (
    EDGE_LINE,
    FRAME_GLYPH,
    LABEL_LINE,
    TEXT_LEFT,
    TITLE_LINE,
)
from serverless_stack.diagrams.layout.text import width_of
from serverless_stack.diagrams.model import Change, EdgeKind, FrameKind
from serverless_stack.diagrams.render.glyphs import GLYPHS, family_of
from serverless_stack.diagrams.render.icons import Icons
from serverless_stack.diagrams.render.palette import style_sheet

_HEADING: Final = 58.0
_KEY: Final = 40.0
_RADIUS: Final = 7.0
_NAMES: Final = {
    EdgeKind.REQUEST: "requests",
    EdgeKind.TRIGGER: "events",
    EdgeKind.ACCESS: "access",
    EdgeKind.REFERENCE: "reference",
}


def to_svg(drawing: Drawing, *, icons: Icons | None = None) -> str:
    """Return a diagram as an SVG document.

    Args:
        drawing: The diagram.
        icons: The icons to draw instead of the library's own glyphs. Default: those.
    """
    return "\n".join(_document(drawing, icons, interactive=False)) + "\n"


def to_inline_svg(drawing: Drawing, *, icons: Icons | None = None) -> str:
    """Return a diagram as an SVG element for a page, whose boxes can be focused.

    Each box has the class `node` and its number in `data-node`.

    Args:
        drawing: The diagram.
        icons: The icons to draw instead of the library's own glyphs. Default: those.
    """
    return "\n".join(_document(drawing, icons, interactive=True)) + "\n"


def _document(drawing: Drawing, icons: Icons | None, *, interactive: bool) -> Iterator[str]:
    width = max(drawing.width, _key_width(drawing), 420.0)
    height = _HEADING + drawing.height + _KEY
    role = 'role="group"' if interactive else 'role="img"'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="stack-diagram" {role} '
        f'aria-labelledby="stack-diagram-title stack-diagram-description" '
        f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">'
    )
    graph = drawing.graph
    yield f'<title id="stack-diagram-title">{_text(graph.title)}</title>'
    yield f'<desc id="stack-diagram-description">{_text(graph.description)}</desc>'
    yield f"<style>\n{style_sheet()}</style>"
    yield f'<rect class="paper" width="{width:g}" height="{height:g}"/>'
    yield f'<text class="heading" x="24" y="32">{_text(graph.title)}</text>'
    yield f'<text class="summary" x="24" y="50">{_text(_summary(drawing))}</text>'
    yield f'<g transform="translate(0 {_HEADING:g})">'
    for frame in drawing.frames:
        yield from _frame(frame)
    numbers = {each.node.id: number for number, each in enumerate(drawing.nodes)}
    for edge in drawing.edges:
        yield from _edge(edge, numbers)
    for frame in drawing.frames:
        yield from _frame_title(frame)
    for number, node in enumerate(drawing.nodes):
        yield from _node(node, number, icons, interactive=interactive)
    yield "</g>"
    yield from _key(drawing, _HEADING + drawing.height + 10)
    yield "</svg>"


def _summary(drawing: Drawing) -> str:
    nodes = [each.node for each in drawing.nodes]
    count = sum(bool(node.members) for node in nodes)
    text = (
        f"{counted(drawing.graph.resources, 'resource')} in "
        f"{count} {'box' if count == 1 else 'boxes'}"
    )
    for change in Change:
        changed = sum(node.change is change for node in nodes)
        text += f", {changed} {change.value}" if changed else ""
    return text


def _frame(frame: PlacedFrame) -> Iterator[str]:
    place, kind = frame.place, frame.frame.kind
    yield f'<g class="frame {kind.value}"><title>{_text(frame.frame.title)}</title>'
    yield f"{_rectangle('', place.x, place.y, place.width, place.height, 10)}</g>"


def _frame_title(frame: PlacedFrame) -> Iterator[str]:
    """Draw the title of a frame, over the edges."""
    place, kind = frame.title_place, frame.frame.kind
    glyph = {FrameKind.VPC: "vpc", FrameKind.SUBNETS: "subnets"}.get(kind, "stack")
    yield f'<g class="frame-title {kind.value}">'
    if frame.is_crossed:
        yield _rectangle("chip", place.x - 3, place.y, place.width + 6, place.height, 4)
    yield _glyph(glyph, place.x, place.y + 1, 16)
    x, y = place.x + FRAME_GLYPH, place.y + 14
    yield f'<text x="{x:g}" y="{y:g}">{_text(frame.title)}</text></g>'


def _node(
    placed: PlacedNode, number: int, icons: Icons | None, *, interactive: bool
) -> Iterator[str]:
    node, place = placed.node, placed.place
    classes = ["node", family_of(node.category), *(["keeps"] if node.data else [])]
    classes += [node.change.value] if node.change else []
    name = ", ".join([node.title, node.label, *placed.notes])
    focus = (
        f' tabindex="0" role="button" data-node="{number}" aria-label="{_text(name)}"'
        if interactive
        else ""
    )
    yield f'<g class="{" ".join(classes)}"{focus}>'
    yield f"<title>{_text(name)}</title>"
    yield _rectangle("box", place.x, place.y, place.width, place.height, 9)
    icon = icons.data_uri(node.members[0].type) if icons and node.members else None
    middle = place.y + place.height / 2
    if icon:
        yield (
            f'<image x="{place.x + 8:g}" y="{middle - 15:g}" width="30" height="30" href="{icon}"/>'
        )
    else:
        yield _rectangle("tile", place.x + 8, middle - 15, 30, 30, 7)
        yield _glyph(node.category, place.x + 12, middle - 11, 22)
    lines = TITLE_LINE * len(placed.title) + LABEL_LINE * (len(placed.label) + len(placed.notes))
    x, y = place.x + TEXT_LEFT, middle - lines / 2 + 12.5
    for line in placed.title:
        yield f'<text class="title" x="{x:g}" y="{y:g}">{_text(line)}</text>'
        y += TITLE_LINE
    y -= 1.5
    for line in placed.label:
        yield f'<text class="label" x="{x:g}" y="{y:g}">{_text(line)}</text>'
        y += LABEL_LINE
    for number, line in enumerate(placed.notes, 1):
        changed = node.change is not None and number == len(placed.notes)
        kind = "note change" if changed else "note"
        yield f'<text class="{kind}" x="{x:g}" y="{y:g}">{_text(line)}</text>'
        y += LABEL_LINE
    yield "</g>"


def _edge(placed: PlacedEdge, numbers: dict[str, int]) -> Iterator[str]:
    edge = placed.edge
    ends = f'data-source="{numbers[edge.source]}" data-target="{numbers[edge.target]}"'
    change = f" {edge.change.value}" if edge.change else ""
    yield f'<g class="edge {edge.kind.value}{change}" {ends}>'
    if edge.label:
        yield f"<title>{_text(edge.label)}</title>"
    if len(placed.points) > 1:
        yield f'<path class="line" d="{_line(placed.points)}"/>'
        yield f'<path class="head" d="{_head(placed.points[-2], placed.points[-1])}"/>'
    if placed.place is not None:
        x = placed.place.x + placed.place.width / 2
        y = placed.place.y + 10.5
        for line in placed.label:
            yield f'<text x="{x:g}" y="{y:g}" text-anchor="middle">{_text(line)}</text>'
            y += EDGE_LINE
    yield "</g>"


def _line(points: tuple[tuple[float, float], ...]) -> str:
    """Return a line with rounded corners, which ends at the beginning of its head."""
    last, before = points[-1], points[-2]
    size = max(abs(last[0] - before[0]) + abs(last[1] - before[1]), 0.1)
    cut = min(6.0, size)
    end = (
        last[0] - cut * (last[0] - before[0]) / size,
        last[1] - cut * (last[1] - before[1]) / size,
    )
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for first, corner, second in zip(points, points[1:-1], points[2:], strict=False):
        start, stop = _towards(corner, first), _towards(corner, second)
        path += f"L{start[0]:g} {start[1]:g}Q{corner[0]:g} {corner[1]:g} {stop[0]:g} {stop[1]:g}"
    return f"{path}L{end[0]:g} {end[1]:g}"


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return the point near a corner at which its curve begins."""
    distance = ((other[0] - corner[0]) ** 2 + (other[1] - corner[1]) ** 2) ** 0.5
    part = min(_RADIUS, distance / 2) / (distance or 1)
    x = corner[0] + (other[0] - corner[0]) * part
    y = corner[1] + (other[1] - corner[1]) * part
    return round(x, 1), round(y, 1)


def _head(before: tuple[float, float], last: tuple[float, float]) -> str:
    x, y = last
    if abs(x - before[0]) >= abs(y - before[1]):
        back = x - 9 if x >= before[0] else x + 9
        return f"M{x:g} {y:g}L{back:g} {y - 4:g}L{back:g} {y + 4:g}z"
    back = y - 9 if y >= before[1] else y + 9
    return f"M{x:g} {y:g}L{x - 4:g} {back:g}L{x + 4:g} {back:g}z"


def _kinds(drawing: Drawing) -> list[EdgeKind]:
    used = {each.edge.kind for each in drawing.edges}
    return [kind for kind in EdgeKind if kind in used]


def _key_width(drawing: Drawing) -> float:
    return 48 + sum(62 + width_of(_NAMES[kind], 11) for kind in _kinds(drawing))


def _key(drawing: Drawing, y: float) -> Iterator[str]:
    """Draw what the lines stand for."""
    x = 24.0
    for kind in _kinds(drawing):
        points = ((x, y), (x + 34, y))
        yield f'<g class="edge key {kind.value}"><path class="line" d="{_line(points)}"/>'
        yield f'<path class="head" d="{_head(*points)}"/>'
        yield f'<text x="{x + 42:g}" y="{y + 4:g}">{_NAMES[kind]}</text></g>'
        x += 62 + width_of(_NAMES[kind], 11)


def _glyph(category: str, x: float, y: float, size: float) -> str:
    path = GLYPHS.get(category, GLYPHS["other"])
    place = f"translate({x:g} {y:g}) scale({size / 24:.3g})"
    return f'<path class="glyph" transform="{place}" d="{path}"/>'


def _rectangle(name: str, x: float, y: float, width: float, height: float, radius: float) -> str:
    kind = f'class="{name}" ' if name else ""
    return (
        f'<rect {kind}x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}"/>'
    )


def _text(text: str) -> str:
    """Escape a text; characters that XML does not allow become question marks."""
    allowed = (
        letter if letter in "\t\n\r" or " " <= letter < "\ud800" or letter > "\udfff" else "?"
        for letter in text
    )
    return escape("".join("?" if each in "\ufffe\uffff" else each for each in allowed))
