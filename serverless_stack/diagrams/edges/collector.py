"""The edges found so far."""

from __future__ import annotations

from typing import Final

from serverless_stack.diagrams.folding import Folding
from serverless_stack.diagrams.model import Edge, EdgeKind
from serverless_stack.diagrams.world import Resource, World

_ORDER: Final = tuple(EdgeKind)
_RECEIVING: Final = frozenset({"receives", "reads"})
# Permissions that another label implies: whoever sends dead letters may send.
_IMPLIED: Final = {
    "dead letters": {"sends", "writes"},
    "runs": {"invokes", "starts", "reads and writes", "writes", "sends", "publishes"},
    "on failure": {"sends", "publishes", "invokes"},
    "on success": {"sends", "publishes", "invokes"},
    "logs": {"writes", "sends"},
    "reads and writes": {"reads", "writes"},
    "invalidates": {"reads"},
}


class Collector:
    """The edges found so far, merged by their two boxes.

    Args:
        world: The resources.
        folding: The boxes.
    """

    def __init__(self, world: World, folding: Folding) -> None:
        self.world = world
        self.folding = folding
        self._found: dict[tuple[str, str], tuple[EdgeKind, dict[str, None]]] = {}

    def add(self, source: str | None, target: str | None, kind: EdgeKind, label: str = "") -> None:
        """Add an edge between two boxes, unless they are the same or one is absent."""
        if source is None or target is None or source == target:
            return
        before, labels = self._found.get((source, target), (kind, {}))
        if label:
            labels.setdefault(label)
        self._found[source, target] = (min(before, kind, key=_ORDER.index), labels)

    def connect(self, source: Resource, target: Resource, kind: EdgeKind, label: str = "") -> None:
        """Add an edge between the boxes of two resources."""
        self.add(self.folding.owner(source), self.folding.target(target), kind, label)

    def has(self, source: str | None, target: str | None) -> bool:
        """Return whether there is an edge from one box to another."""
        return (source, target) in self._found

    def has_requests(self, target: str) -> bool:
        """Return whether requests lead to a box."""
        return any(
            box == target and kind is EdgeKind.REQUEST
            for (_, box), (kind, _) in self._found.items()
        )

    def edges(self) -> tuple[Edge, ...]:
        """Return all edges, sorted, without permissions that another edge implies."""
        found = []
        for (source, target), (kind, labels) in sorted(self._found.items()):
            back = self._found.get((target, source))
            triggered = back is not None and back[0] is EdgeKind.TRIGGER
            receives = bool(labels) and _RECEIVING.issuperset(labels)
            if kind is EdgeKind.ACCESS and triggered and receives:
                continue
            if {"reads", "writes"} <= labels.keys():
                labels = {"reads and writes": None, **labels}
            implied = {text for label in labels for text in _IMPLIED.get(label, ())}
            kept = tuple(label for label in labels if label not in implied)
            found.append(Edge(source, target, kind, kept))
        return tuple(found)
