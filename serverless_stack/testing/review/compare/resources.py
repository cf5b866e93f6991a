"""Changes of resources that both templates have, and changes that follow from those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from serverless_stack.testing.review.compare.consequences import (
    NESTED_STACK,
    Resource,
    Verdict,
    dropped_retention,
    is_custom,
    name_clash,
    of_condition,
    of_property,
    of_replacement,
    type_of,
)
from serverless_stack.testing.review.compare.renames import renamed
from serverless_stack.testing.review.compare.schemas import type_schema
from serverless_stack.testing.review.compare.values import (
    Difference,
    Path,
    Reference,
    canonical,
    differences,
    dotted,
    leaves,
    mapping,
    references,
)
from serverless_stack.testing.review.model import MISSING, Consequence, PropertyChange

# Attributes that CloudFormation reads when it needs them; changing one does nothing by itself.
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
        name: The logical id.
        old: The old resource.
        new: The new resource.
        changes: The differences found so far.
    """

    name: str
    old: Resource
    new: Resource
    changes: list[PropertyChange] = field(default_factory=list)

    @property
    def consequence(self) -> Consequence:
        """The worst consequence of the changes."""
        return max((change.consequence for change in self.changes), default=Consequence.NONE)

    @property
    def same_type(self) -> bool:
        """Whether both resources have the same type."""
        return type_of(self.old) == type_of(self.new)

    @cached_property
    def referring(self) -> list[tuple[Path, object, frozenset[Reference]]]:
        """The values of the new properties that refer to others, with their references."""
        return [
            (path, value, names)
            for path, value in leaves(mapping(self.new.get("Properties")))
            if self.same_type and (names := frozenset(references(value)))
        ]

    @property
    def warnings(self) -> Iterator[str]:
        """Why the deployment of the changes will fail, and what cannot be reviewed."""
        if not self.same_type:
            yield "deploy will fail: CloudFormation cannot change the type of a resource"
        elif self.consequence >= Consequence.REPLACEMENT:
            yield from name_clash(self.old, self.new)
        for change in self.changes:
            if is_custom(type_of(self.old)) and change.path == "Properties.ServiceToken":
                yield "deploy will fail: CloudFormation cannot change the ServiceToken"
            elif change.reason.startswith("not in a schema"):
                yield f"not reviewed: {change.path} is {change.reason}"
        yield from dropped_retention(self.old, self.new)


def direct_changes(pair: Pair, ids: Mapping[str, str]) -> Iterator[PropertyChange]:
    """Return the differences of a resource in the texts of the two templates.

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
        if name == "Metadata" and not all("aws:cdk:path" in mapping(x) for x in (left, right)):
            left, right = _without_path(left), _without_path(right)
        for path, old, new, _ in differences(left, right, path=(name,)):
            reason = "nothing happens to the resource"
            yield PropertyChange(dotted(path), old, new, Consequence.NONE, reason)
    left, right = pair.old.get("Condition", MISSING), pair.new.get("Condition", MISSING)
    if left != right:
        yield PropertyChange("Condition", left, right, *of_condition(pair.old))


def property_changes(pair: Pair, ids: Mapping[str, str]) -> Iterator[PropertyChange]:
    """Return the differences in the properties of a resource; arguments as above."""
    left, right = mapping(pair.old.get("Properties")), mapping(pair.new.get("Properties"))
    for difference in differences(left, right, type_schema(type_of(pair.new)).is_unordered):
        path, old, new, _ = difference
        verdict = _verdict(pair, difference, ids)
        yield PropertyChange(dotted(("Properties", *path)), old, new, *verdict)


def _verdict(pair: Pair, difference: Difference, ids: Mapping[str, str]) -> Verdict:
    path, old, new, order_only = difference
    if not pair.same_type:
        return Verdict(Consequence.NONE, "a property of the new resource")
    if order_only:
        return Verdict(Consequence.NONE, "only the order, in a list whose order does not matter")
    if type_of(pair.new) == NESTED_STACK and path == ("TemplateURL",):
        why = "the template of the nested stack is unknown, so that its changes are not reviewed"
        return Verdict(Consequence.REPLACEMENT, why)
    verdict = of_property(pair.old, pair.new, path, old, new)
    moved = {ids[reference.name] for reference in references(old) if reference.name in ids}
    if moved and canonical(renamed(old, ids)) == canonical(new):
        names = ", ".join(sorted(moved))
        return verdict._replace(reason=f"{verdict.reason}; it refers to {names}, which is new")
    return verdict


def _without_path(metadata: object) -> object:
    """Return metadata without the construct path, which not every synthesis writes."""
    rest = {key: each for key, each in mapping(metadata).items() if key != "aws:cdk:path"}
    return rest or MISSING


def _dependencies(value: object) -> object:
    if isinstance(value, list | tuple):
        return sorted(str(each) for each in value) or MISSING
    return value if value is MISSING else [value]


def propagate(pairs: Iterable[Pair], volatile: Mapping[Reference, str]) -> None:
    """Add the changes that follow from other changes to the resources.

    `Ref` and `Fn::GetAtt` of a replaced resource have another value after the deployment, although
    the text of the template is the same.

    Args:
        pairs: The resources, with their direct changes.
        volatile: Other names whose value may change, and why.
    """
    causes = dict(volatile)
    pairs = list(pairs)
    for pair in pairs:
        _note_replacement(pair, causes)
        condition = pair.new.get("Condition")
        cause = causes.get(Reference("Condition", str(condition)))
        if cause is not None and condition == pair.old.get("Condition"):
            consequence, why = of_condition(pair.old)
            why = f"{why}; {cause}"
            change = PropertyChange("Condition", condition, condition, consequence, why)
            pair.changes.append(change)
    size = -1
    while size != len(causes):
        size = len(causes)
        for pair in pairs:
            _follow(pair, causes)
            _note_replacement(pair, causes)


def _note_replacement(pair: Pair, causes: dict[Reference, str]) -> None:
    if pair.consequence >= Consequence.REPLACEMENT:
        causes.setdefault(Reference("Ref", pair.name), f"{pair.name}, which is replaced")


def _follow(pair: Pair, causes: Mapping[Reference, str]) -> None:
    changed = {change.path for change in pair.changes}
    for path, value, names in pair.referring:
        place = dotted(("Properties", *path))
        reasons = sorted(causes[name] for name in names if name in causes)
        if reasons and place not in changed:
            # The new value is unknown, but it is not the old one.
            consequence, why = of_property(pair.old, pair.new, path, value, MISSING)
            why += f"; it refers to {', '.join(reasons)}"
            pair.changes.append(PropertyChange(place, value, value, consequence, why))
