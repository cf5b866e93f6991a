"""What differs of a resource that both templates have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from serverless_stack.testing.review.consequences import (
    Resource,
    Verdict,
    of_property,
    of_removal,
    of_replacement,
    type_of,
)
from serverless_stack.testing.review.differences import Difference, differences
from serverless_stack.testing.review.model import MISSING, Consequence, PropertyChange
from serverless_stack.testing.review.renames import renamed
from serverless_stack.testing.review.schemas import type_schema
from serverless_stack.testing.review.values import canonical, dotted, mapping, references

# What CloudFormation reads when it needs it; a change of it alone does nothing to a resource.
_ATTRIBUTES: Final = (
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "DependsOn",
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
)


@dataclass
class Pair:
    """A resource that both templates have.

    Attributes:
        name: Its logical id.
        old: The resource before.
        new: The resource after.
        changes: What differs, as far as it is found.
    """

    name: str
    old: Resource
    new: Resource
    changes: list[PropertyChange] = field(default_factory=list)

    @property
    def consequence(self) -> Consequence:
        """The worst of its changes."""
        return max((change.consequence for change in self.changes), default=Consequence.NONE)

    @property
    def same_type(self) -> bool:
        """Whether it has one type in both templates."""
        return type_of(self.old) == type_of(self.new)


def direct_changes(pair: Pair, ids: Mapping[str, str]) -> Iterator[PropertyChange]:
    """Find what the two templates have different of a resource.

    Args:
        pair: The resource.
        ids: The logical ids that changed, from old to new.
    """
    if not pair.same_type:
        verdict = of_replacement(pair.old, pair.new, "another type is another resource")
        yield PropertyChange("Type", type_of(pair.old), type_of(pair.new), *verdict)
    yield from property_changes(pair, ids)
    for name in _ATTRIBUTES:
        left, right = pair.old.get(name, MISSING), pair.new.get(name, MISSING)
        if name == "DependsOn":
            left, right = _dependencies(left), _dependencies(right)
        if name == "Metadata" and not (_has_path(left) and _has_path(right)):
            left, right = _without_path(left), _without_path(right)
        for path, old, new, _ in differences(left, right, lambda _: False, (name,)):
            reason = "nothing happens to the resource"
            yield PropertyChange(dotted(path), old, new, Consequence.NONE, reason)
    left, right = pair.old.get("Condition", MISSING), pair.new.get("Condition", MISSING)
    if left != right:
        yield PropertyChange("Condition", left, right, *of_condition(pair.old))


def property_changes(pair: Pair, ids: Mapping[str, str]) -> Iterator[PropertyChange]:
    """Find what differs in the properties of a resource; arguments as above."""
    left, right = mapping(pair.old.get("Properties")), mapping(pair.new.get("Properties"))
    for difference in differences(left, right, type_schema(type_of(pair.new)).is_unordered):
        path, old, new, _ = difference
        verdict = _verdict(pair, difference, ids)
        yield PropertyChange(dotted(("Properties", *path)), old, new, *verdict)


def _verdict(pair: Pair, difference: Difference, ids: Mapping[str, str]) -> Verdict:
    path, old, new, order_only = difference
    if not pair.same_type:
        return Verdict(Consequence.NONE, "the new resource has it")
    if order_only:
        return Verdict(Consequence.NONE, "the order alone, of a list whose order does not matter")
    verdict = of_property(pair.old, pair.new, path, old, new)
    moved = {ids[reference.name] for reference in references(old) if reference.name in ids}
    if moved and canonical(renamed(old, ids)) == canonical(new):
        names = ", ".join(sorted(moved))
        return verdict._replace(reason=f"{verdict.reason}; it refers to {names}, which is new")
    return verdict


def _has_path(metadata: object) -> bool:
    return "aws:cdk:path" in mapping(metadata)


def _without_path(metadata: object) -> object:
    """Give metadata without the construct path, which only some ways of synthesis write."""
    rest = {key: each for key, each in mapping(metadata).items() if key != "aws:cdk:path"}
    return rest or MISSING


def of_condition(resource: Resource) -> Verdict:
    """Judge a resource whose condition is another: it may be that it no longer holds."""
    consequence, why = of_removal(resource)
    return Verdict(consequence, f"may be removed by its condition: {why}")


def _dependencies(value: object) -> object:
    if isinstance(value, list | tuple):
        return sorted(str(each) for each in value) or MISSING
    return value if value is MISSING else [value]
