"""What a change of an application adds, updates, replaces and deletes, in one diagram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from serverless_stack.diagrams.model import VIEWERS, Change, Edge, Graph, Node


@dataclass(frozen=True)
class ResourceChange:
    """What a deployment does to a resource.

    Attributes:
        change: What it does.
        note: A short text beside it, such as `data loss`.
    """

    change: Change
    note: str = ""


def compared(old: Graph, new: Graph, changes: Mapping[tuple[str, str], ResourceChange]) -> Graph:
    """Return the new diagram with its changes, and with the boxes that are deleted.

    Args:
        old: The diagram before the change.
        new: The diagram after it.
        changes: The changed resources, by stack and logical id: of the old template if they are
            deleted, else of the new one.
    """
    present = {node.id for node in new.nodes}
    nodes = [_changed(node, changes) for node in new.nodes]
    deleted = [
        node
        for node in (_changed(each, changes) for each in old.nodes if each.id not in present)
        if node.change is Change.DELETE or node.id == VIEWERS
    ]
    drawn = present | {node.id for node in deleted}
    frames = {frame.id: frame for frame in new.frames}
    for frame in old.frames:  # each after the one around it
        outer = frame.frame if frame.frame in frames else None
        frames.setdefault(frame.id, replace(frame, frame=outer))
    used = [*nodes, *(replace(each, frame=_known(each.frame, frames)) for each in deleted)]
    inhabited = _around({node.frame for node in used}, {id: f.frame for id, f in frames.items()})
    return Graph(
        title=new.title,
        nodes=tuple(sorted(used, key=lambda node: (node.id != VIEWERS, node.id))),
        frames=tuple(frame for frame in frames.values() if frame.id in inhabited),
        edges=tuple(_edges(old, new, drawn)),
        resources=new.resources,
    )


def _known(frame: str | None, frames: Mapping[str, object]) -> str | None:
    return frame if frame in frames else None


def _around(frames: set[str | None], outer: Mapping[str, str | None]) -> set[str]:
    """Return frames with all frames around them."""
    found: set[str] = set()
    for each in frames:
        frame = each
        while frame is not None and frame not in found:
            found.add(frame)
            frame = outer[frame]
    return found


def _changed(node: Node, changes: Mapping[tuple[str, str], ResourceChange]) -> Node:
    """Return a box with its change: that of its resource, or an update if only parts change."""
    found = [changes.get((member.stack, member.logical_id)) for member in node.members]
    if not any(found):
        return node
    main = found[0]
    if main is None:
        return replace(node, change=Change.UPDATE)
    return replace(node, change=main.change, note=main.note)


def _edges(old: Graph, new: Graph, drawn: set[str]) -> list[Edge]:
    """Return the edges of both diagrams: those of one alone are added or deleted."""
    before = {(edge.source, edge.target) for edge in old.edges}
    after = {(edge.source, edge.target): edge for edge in new.edges}
    found = [
        edge if ends in before else replace(edge, change=Change.ADD) for ends, edge in after.items()
    ]
    found += [
        replace(edge, change=Change.DELETE)
        for edge in old.edges
        if (edge.source, edge.target) not in after and {edge.source, edge.target} <= drawn
    ]
    return sorted(found, key=lambda edge: (edge.source, edge.target))
