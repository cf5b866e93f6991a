"""The colours of a diagram, light and dark, as a style sheet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from serverless_stack.diagrams.model import Change

_LIGHT: Final = {
    "paper": "#ffffff", "card": "#ffffff", "tint": "#eef2f7", "ink": "#17202c", "soft": "#526071",
    "line": "#b4bfcc", "request": "#1f6feb", "trigger": "#a3388f", "access": "#66758a",
    "compute": "#b45309", "front": "#6d41c9", "storage": "#2f7d32", "data": "#1d5fbf",
    "messages": "#b02a7b", "security": "#bf3131", "plain": "#526071",
    "added": "#1a7f37", "updated": "#0a66c2", "replaced": "#b25600", "deleted": "#c4262e",
}  # fmt: skip
_DARK: Final = {
    "paper": "#10161d", "card": "#18212b", "tint": "#1c2733", "ink": "#e8eef5", "soft": "#a3b1c2",
    "line": "#465466", "request": "#6cb0ff", "trigger": "#e08fd0", "access": "#8494a8",
    "compute": "#f0a052", "front": "#b79cf5", "storage": "#7fce86", "data": "#7db3f5",
    "messages": "#f089c4", "security": "#ff8f8a", "plain": "#a3b1c2",
    "added": "#56d364", "updated": "#6cb6ff", "replaced": "#f0a052", "deleted": "#ff7b72",
}  # fmt: skip
_FAMILIES: Final = ("compute", "front", "storage", "data", "messages", "security", "plain")
_SHEET: Final = Path(__file__).with_name("style.css")
_COLOUR: Final = re.compile(r"@([a-z]+)")


def style_sheet() -> str:
    """Return the style sheet of the SVG, with the dark colours for readers who prefer them."""
    rules = _SHEET.read_text("utf-8") + "".join(_families()) + "".join(_changes())
    light = _COLOUR.sub(lambda found: _LIGHT[found[1]], rules)
    coloured = [line for line in rules.splitlines() if "@" in line]
    dark = "\n".join(_only_colours(line) for line in coloured)
    return f"{light}@media (prefers-color-scheme:dark){{\n{dark}\n}}\n"


def _only_colours(rule: str) -> str:
    """Return a rule with only the declarations that name a colour, in the dark colours."""
    selector, _, body = rule.partition("{")
    kept = [each for each in body.rstrip("}").split(";") if "@" in each]
    return _COLOUR.sub(lambda found: _DARK[found[1]], f"{selector}{{{';'.join(kept)}}}")


def _families() -> list[str]:
    return [
        f".stack-diagram .{family} .glyph{{stroke:@{family}}}\n"
        f".stack-diagram .{family} .tile{{fill:@{family}}}\n"
        for family in _FAMILIES
    ]


def _changes() -> list[str]:
    found = []
    for change in Change:
        dashes = ";stroke-dasharray:6 4" if change is Change.DELETE else ""
        box = f"fill:@{change.value};fill-opacity:.1;stroke:@{change.value};stroke-width:2.6"
        found += [
            f".stack-diagram .node.{change.value} .box{{{box}{dashes}}}\n",
            f".stack-diagram .{change.value} .change{{fill:@{change.value};font-weight:600}}\n",
            f".stack-diagram .edge.{change.value} .line{{stroke:@{change.value}}}\n",
            f".stack-diagram .edge.{change.value} .head{{fill:@{change.value}}}\n",
        ]
    return found
