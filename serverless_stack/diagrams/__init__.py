"""Diagrams of synthesized applications: templates to a graph, a layout, and formats."""

from serverless_stack.diagrams.build import graph
from serverless_stack.diagrams.layout.drawing import Drawing
from serverless_stack.diagrams.layout.elk import LayoutEngine, LayoutError, layout
from serverless_stack.diagrams.model import Change, Edge, EdgeKind, Frame, FrameKind, Graph, Node
from serverless_stack.diagrams.render.icons import Icons
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
    "StackTemplate",
    "graph",
    "layout",
    "stacks_of",
    "to_inline_svg",
    "to_svg",
]
