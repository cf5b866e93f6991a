"""Diagrams of synthesized applications: templates to a graph, a layout, and formats."""

from serverless_stack.diagrams.build import graph
from serverless_stack.diagrams.changes import ResourceChange, compared
from serverless_stack.diagrams.layout.drawing import Drawing
from serverless_stack.diagrams.layout.elk import layout
from serverless_stack.diagrams.layout.engine import LayoutEngine, LayoutError
from serverless_stack.diagrams.model import Change, Edge, EdgeKind, Frame, FrameKind, Graph, Node
from serverless_stack.diagrams.render.d2 import to_d2
from serverless_stack.diagrams.render.icons import Icons
from serverless_stack.diagrams.render.mermaid import to_mermaid
from serverless_stack.diagrams.render.page import to_html
from serverless_stack.diagrams.render.svg import to_inline_svg, to_svg
from serverless_stack.diagrams.sources import StackTemplate, stacks_of

__all__ = [
    "Change",
    "Drawing",
    "Edge",
    "EdgeKind",
    "Frame",
    "FrameKind",
    "Graph",
    "Icons",
    "LayoutEngine",
    "LayoutError",
    "Node",
    "ResourceChange",
    "StackTemplate",
    "compared",
    "graph",
    "layout",
    "stacks_of",
    "to_d2",
    "to_html",
    "to_inline_svg",
    "to_mermaid",
    "to_svg",
]
