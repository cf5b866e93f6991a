"""Compares two templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serverless_stack.testing.review import hints, network, permissions, renames, sections
from serverless_stack.testing.review.advice import advice_for
from serverless_stack.testing.review.consequences import (
    CDK_METADATA,
    Resource,
    of_removal,
    stateful,
    type_of,
)
from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
    Review,
)
from serverless_stack.testing.review.pairs import Pair, direct_changes, property_changes
from serverless_stack.testing.review.propagation import propagate
from serverless_stack.testing.review.values import mapping


def review(before: Mapping[str, object], after: Mapping[str, object]) -> Review:
    """Compare two templates: what changes, and what CloudFormation does because of it.

    Values that CloudFormation takes for equal are no change: the order of keys and of
    `DependsOn`, `300` and `"300"`.

    Args:
        before: The template that is deployed.
        after: The template that would be.
    """
    return _Comparison(before, after).review()


class _Comparison:
    def __init__(self, before: Mapping[str, object], after: Mapping[str, object]) -> None:
        self.before, self.after = before, after
        self.old, self.new = _resources(before), _resources(after)
        self.renames = renames.find(self.old, self.new)
        self.ids = self.renames.all

    def review(self) -> Review:
        pairs = [
            Pair(name, old, self.new[name]) for name, old in self.old.items() if name in self.new
        ]
        for pair in pairs:
            pair.changes.extend(direct_changes(pair, self.ids))
        propagate(pairs, sections.volatile(self.before, self.after))
        changes = [
            *(self._modified(pair) for pair in pairs if pair.changes),
            *(self._renamed(old, new) for old, new in self.renames.moved.items()),
            *(self._new_version(old, new) for old, new in self.renames.versions.items()),
            *(_removed(n, r) for n, r in self.old.items() if n not in {*self.new, *self.ids}),
            *(
                _added(n, r)
                for n, r in self.new.items()
                if n not in {*self.old, *self.ids.values()}
            ),
            *sections.changes(self.before, self.after),
        ]
        changes.sort(key=lambda c: (-c.consequence, c.resource_type, c.logical_id))
        return Review(tuple(changes))

    def _modified(self, pair: Pair) -> ResourceChange:
        path = renames.construct_path(pair.new) or renames.construct_path(pair.old)
        old = mapping(renames.renamed(pair.old, self.ids))
        return ResourceChange(
            action=Action.MODIFY,
            logical_id=pair.name,
            new_logical_id=None,
            resource_type=type_of(pair.old),
            construct_path=path,
            properties=_sorted(pair.changes),
            consequence=pair.consequence,
            warnings=(*hints.of_modified(pair), *_access(old, pair.new)),
            advice=None,
        )

    def _renamed(self, old_name: str, new_name: str) -> ResourceChange:
        old, new = self.old[old_name], self.new[new_name]
        kept = mapping(renames.renamed(old, self.ids))
        consequence, why = of_removal(old)
        if consequence is not Consequence.DATA_LOSS:
            consequence = Consequence.REPLACEMENT
        why = f"another logical id is another resource; the old one: {why}"
        identity = PropertyChange("LogicalId", old_name, new_name, consequence, why)
        rest = list(property_changes(Pair(new_name, kept, new), {}))
        seen = [
            PropertyChange(c.path, c.old, c.new, Consequence.NONE, "the new resource has it")
            for c in rest
        ]
        path = renames.construct_path(new)
        advice = advice_for(
            old_name,
            new_name,
            path,
            [change for change in rest if change.consequence >= Consequence.REPLACEMENT],
            old_name in self.renames.ambiguous,
        )
        warnings = (
            *hints.name_clash(old, new),
            *hints.dropped_retention(old, new),
            *_access(kept, new),
        )
        return ResourceChange(
            action=Action.RENAME,
            logical_id=old_name,
            new_logical_id=new_name,
            resource_type=type_of(old),
            construct_path=path,
            properties=_sorted([identity, *seen]),
            consequence=consequence,
            warnings=warnings,
            advice=advice,
        )

    def _new_version(self, old_name: str, new_name: str) -> ResourceChange:
        """Tell of what CDK makes anew on purpose, such as a version of a function."""
        old, new = self.old[old_name], self.new[new_name]
        if stateful(old):
            return self._renamed(old_name, new_name)
        consequence = Consequence.NO_INTERRUPTION
        why = "made anew for each content, before the old one is removed"
        return ResourceChange(
            action=Action.RENAME,
            logical_id=old_name,
            new_logical_id=new_name,
            resource_type=type_of(old),
            construct_path=renames.construct_path(new),
            properties=(PropertyChange("LogicalId", old_name, new_name, consequence, why),),
            consequence=consequence,
            warnings=(),
            advice=None,
        )


def _resources(template: Mapping[str, object]) -> dict[str, Resource]:
    found = mapping(template.get("Resources"))
    return {name: each for name, each in found.items() if isinstance(each, Mapping)}


def _removed(name: str, resource: Resource) -> ResourceChange:
    policy = resource.get("DeletionPolicy", MISSING)
    change = PropertyChange("DeletionPolicy", policy, MISSING, *of_removal(resource))
    return ResourceChange(
        action=Action.REMOVE,
        logical_id=name,
        new_logical_id=None,
        resource_type=type_of(resource),
        construct_path=renames.construct_path(resource),
        properties=(change,),
        consequence=change.consequence,
        warnings=tuple(permissions.removed(resource)),
        advice=None,
    )


def _added(name: str, resource: Resource) -> ResourceChange:
    is_metadata = type_of(resource) == CDK_METADATA
    return ResourceChange(
        action=Action.ADD,
        logical_id=name,
        new_logical_id=None,
        resource_type=type_of(resource),
        construct_path=renames.construct_path(resource),
        properties=(),
        consequence=Consequence.NONE if is_metadata else Consequence.NO_INTERRUPTION,
        warnings=tuple(_access({"Type": type_of(resource)}, resource)),
        advice=None,
    )


def _access(old: Resource, new: Resource) -> Iterator[str]:
    yield from permissions.widened(old, new)
    yield from network.opened(old, new)


def _sorted(changes: list[PropertyChange]) -> tuple[PropertyChange, ...]:
    return tuple(sorted(changes, key=lambda c: (-c.consequence, c.path != "LogicalId", c.path)))
