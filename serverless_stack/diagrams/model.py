"""What a diagram shows: boxes, the frames around them, and the edges between them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

VIEWERS = "viewers"
"""The id of the box for the people who use the application."""


class Change(enum.Enum):
    """What a deployment does to a box, for the diagram of a review."""

    ADD = "added"
    UPDATE = "updated"
    REPLACE = "replaced"
    DELETE = "deleted"


class EdgeKind(enum.Enum):
    """What an edge stands for."""

    REQUEST = "request"
    """Requests of viewers: from the distribution to its origins, from an API to its functions."""
    TRIGGER = "trigger"
    """Events: from a queue, a topic or a rule to what they start."""
    ACCESS = "access"
    """Reads and writes that a policy or a security group allows."""
    REFERENCE = "reference"
    """One resource names the other in its properties."""


class FrameKind(enum.Enum):
    """What a frame stands for."""

    STAGE = "stage"
    STACK = "stack"
    VPC = "vpc"
    SUBNETS = "subnets"


@dataclass(frozen=True)
class Member:
    """A resource that a box stands for.

    Attributes:
        stack: The name of its stack; empty for a template alone.
        logical_id: Its logical id.
        type: Its type, such as `AWS::S3::Bucket`.
        path: Its construct path; empty if the template does not have it.
        properties: Its properties, as in the template.
        attributes: Its other attributes, such as `DeletionPolicy`.
    """

    stack: str
    logical_id: str
    type: str
    path: str
    properties: Mapping[str, object]
    attributes: Mapping[str, object]


@dataclass(frozen=True)
class Node:
    """A box.

    Attributes:
        id: The id, unique in the graph.
        title: The name.
        label: What it is, such as `S3 bucket`.
        category: The name of its glyph, such as `storage`.
        data: What happens to its data when the stack is deleted: `retained`, `snapshot` or
            `not retained`; empty for a box that keeps no data.
        frame: The id of the frame around it. Default: none.
        members: The resource itself, then the resources that are folded into it.
        change: What a deployment does to it. Default: nothing, or not known.
        note: A short text on the change, such as `data loss`.
    """

    id: str
    title: str
    label: str
    category: str
    data: str = ""
    frame: str | None = None
    members: tuple[Member, ...] = ()
    change: Change | None = None
    note: str = ""


@dataclass(frozen=True)
class Frame:
    """A frame around boxes: a stage, a stack, a VPC or its subnets."""

    id: str
    title: str
    kind: FrameKind
    frame: str | None = None


@dataclass(frozen=True)
class Edge:
    """An edge from one box to another, with what it is for."""

    source: str
    target: str
    kind: EdgeKind
    labels: tuple[str, ...] = ()
    change: Change | None = None

    @property
    def label(self) -> str:
        """All labels as one text."""
        return ", ".join(self.labels)


@dataclass(frozen=True)
class Graph:
    """A diagram before its layout; everything in it is sorted.

    Attributes:
        title: The name of the application.
        nodes: The boxes.
        frames: The frames; each comes after the one around it.
        edges: The edges, at most one from a box to another.
        resources: The number of resources in the templates.
    """

    title: str
    nodes: tuple[Node, ...]
    frames: tuple[Frame, ...]
    edges: tuple[Edge, ...]
    resources: int

    @property
    def description(self) -> str:
        """The graph in two sentences, for those who do not see the picture."""
        real = [node for node in self.nodes if node.id != VIEWERS]
        parts = ", ".join(f"{node.title} ({node.label})" for node in real[:40])
        more = f" and {len(real) - 40} more" if len(real) > 40 else ""
        drawn = f"{self.resources} resources, drawn as {len(real)} boxes"
        return f"{drawn} with {len(self.edges)} connections. {parts}{more}."
