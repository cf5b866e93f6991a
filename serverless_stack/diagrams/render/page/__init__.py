"""A diagram as one HTML file, with search and the properties of each box."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

from serverless_stack.diagrams.layout.drawing import Drawing
from serverless_stack.diagrams.model import Member, Node
from serverless_stack.diagrams.render.icons import Icons
from serverless_stack.diagrams.render.notes import notes_of
from serverless_stack.diagrams.render.svg import to_inline_svg

_FOLDER: Final = Path(__file__).parent
_LONGEST: Final = 2000
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
)


def to_html(drawing: Drawing, *, icons: Icons | None = None) -> str:
    """Return a diagram as a page that needs no other file.

    The page has the properties of all resources, as the templates have them.

    Args:
        drawing: The diagram.
        icons: The icons to draw instead of the library's own glyphs. Default: those.
    """
    graph = drawing.graph
    places = {
        "title": escape(graph.title),
        "policy": _POLICY,
        "summary": escape(graph.summary),
        "svg": to_inline_svg(drawing, icons=icons),
    }
    places |= {name: _file(name) for name in ("page.css", "page.js")}
    numbers = {node.id: number for number, node in enumerate(graph.nodes)}
    data = {
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [
            [numbers[edge.source], numbers[edge.target], edge.label or edge.kind.value]
            for edge in graph.edges
        ],
    }
    # In a script, only `<` can end it.
    places["data"] = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    page = _file("page.html")
    parts = page.split("@@")  # names are at odd places
    return "".join(places[part] if number % 2 else part for number, part in enumerate(parts))


def _node(node: Node) -> dict[str, object]:
    return {
        "title": node.title,
        "label": node.label,
        "notes": notes_of(node),
        "members": [_member(member) for member in node.members],
    }


def _member(member: Member) -> dict[str, object]:
    attributes = {k: v for k, v in member.attributes.items() if k != "Metadata"}
    return {
        "id": member.logical_id,
        "stack": member.stack,
        "type": member.type,
        "path": member.path,
        "properties": _short(member.properties),
        "attributes": _short(attributes),
    }


def _short(value: object) -> object:
    """Return a value whose long texts, such as code, are cut."""
    if isinstance(value, Mapping):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}…"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # which YAML has, and JSON has not
    return value


def _file(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
