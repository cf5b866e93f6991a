"""Changes that follow from others: what a value refers to is replaced, or may be another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from serverless_stack.testing.review.consequences import of_property
from serverless_stack.testing.review.model import MISSING, Consequence, PropertyChange
from serverless_stack.testing.review.pairs import Pair, of_condition
from serverless_stack.testing.review.values import (
    Path,
    Reference,
    dotted,
    leaves,
    mapping,
    references,
)


class _Place(NamedTuple):
    """A value that refers to others."""

    path: Path
    value: object
    references: frozenset[Reference]


@dataclass
class _Resource:
    pair: Pair
    places: list[_Place]


def propagate(pairs: Iterable[Pair], volatile: Mapping[Reference, str]) -> None:
    """Add the changes that follow from others to the resources, until there are no more.

    `Ref` and `Fn::GetAtt` of a resource that is replaced give another value when deployed,
    although the text of the template is the same.

    Args:
        pairs: The resources, with their direct changes.
        volatile: What besides may be another although its name is the same, and why.
    """
    known = dict(volatile)
    found = [_Resource(pair, _places(pair)) for pair in pairs]
    for each in found:
        _note_replaced(each.pair, known)
        _note_condition(each.pair, known)
    size = -1
    while size != len(known):
        size = len(known)
        for each in found:
            _follow(each, known)
            _note_replaced(each.pair, known)


def _places(pair: Pair) -> list[_Place]:
    if not pair.same_type:
        return []
    return [
        _Place(path, value, names)
        for path, value in leaves(mapping(pair.new.get("Properties")))
        if (names := frozenset(references(value)))
    ]


def _note_replaced(pair: Pair, known: dict[Reference, str]) -> None:
    if pair.consequence >= Consequence.REPLACEMENT:
        known.setdefault(Reference("Ref", pair.name), f"{pair.name}, which is replaced")


def _note_condition(pair: Pair, known: Mapping[Reference, str]) -> None:
    condition = pair.new.get("Condition")
    cause = known.get(Reference("Condition", str(condition)))
    if cause is not None and condition == pair.old.get("Condition"):
        consequence, why = of_condition(pair.old)
        change = PropertyChange("Condition", condition, condition, consequence, f"{why}; {cause}")
        pair.changes.append(change)


def _follow(resource: _Resource, known: Mapping[Reference, str]) -> None:
    pair = resource.pair
    paths = {change.path for change in pair.changes}
    for path, value, names in resource.places:
        at = dotted(("Properties", *path))
        causes = sorted(known[name] for name in names if name in known)
        if causes and at not in paths:
            # Its new value is not known; it is not the old one.
            consequence, why = of_property(pair.old, pair.new, path, value, MISSING)
            why += f"; it refers to {', '.join(causes)}"
            pair.changes.append(PropertyChange(at, value, value, consequence, why))
