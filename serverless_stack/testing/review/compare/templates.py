"""The comparison of two templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from serverless_stack.testing.review.access import network, permissions
from serverless_stack.testing.review.compare import renames, sections
from serverless_stack.testing.review.compare.consequences import (
    CDK_METADATA,
    Resource,
    dropped_retention,
    name_clash,
    of_removal,
    stateful,
    type_of,
)
from serverless_stack.testing.review.compare.resources import (
    Pair,
    direct_changes,
    propagate,
    property_changes,
)
from serverless_stack.testing.review.compare.values import Reference, mapping
from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
    Review,
)


def review(
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    volatile: Mapping[Reference, str] | None = None,
) -> Review:
    """Return what changes between two templates, and what CloudFormation does because of it.

    Values that are equal to CloudFormation are no change: the order of keys and of `DependsOn`,
    `300` and `"300"`.

    Args:
        before: The deployed template.
        after: The new template.
        volatile: The parameters, and outputs of nested stacks, that get another value, with the
            reason. Default: none but parameters with another default.
    """
    return _Comparison(before, after).review(volatile or {})


class _Comparison:
    def __init__(self, before: Mapping[str, object], after: Mapping[str, object]) -> None:
        self.before, self.after = before, after
        self.old, self.new = _resources(before), _resources(after)
        self.renames = renames.find(self.old, self.new)
        self.ids = self.renames.all

    def review(self, volatile: Mapping[Reference, str]) -> Review:
        pairs = [
            Pair(name, old, self.new[name]) for name, old in self.old.items() if name in self.new
        ]
        for pair in pairs:
            pair.changes.extend(direct_changes(pair, self.ids))
        propagate(pairs, sections.volatile(self.before, self.after, volatile))
        kept, came = {*self.new, *self.ids}, {*self.old, *self.ids.values()}
        changes = [
            *(self._modified(pair) for pair in pairs if pair.changes),
            *(self._renamed(old, new) for old, new in self.renames.moved.items()),
            *(self._new_version(old, new) for old, new in self.renames.versions.items()),
            *(_removed(name, each) for name, each in self.old.items() if name not in kept),
            *(_added(name, each) for name, each in self.new.items() if name not in came),
            *sections.changes(self.before, self.after),
        ]
        changes.sort(key=lambda c: (-c.consequence, c.resource_type, c.logical_id))
        return Review(tuple(changes))

    def _modified(self, pair: Pair) -> ResourceChange:
        old = mapping(renames.renamed(pair.old, self.ids))
        return ResourceChange(
            Action.MODIFY,
            pair.name,
            None,
            type_of(pair.old),
            renames.construct_path(pair.new) or renames.construct_path(pair.old),
            _sorted(pair.changes),
            pair.consequence,
            (*pair.warnings, *_access(old, pair.new)),
        )

    def _renamed(self, old_name: str, new_name: str) -> ResourceChange:
        old, new = self.old[old_name], self.new[new_name]
        old_here = mapping(renames.renamed(old, self.ids))
        consequence, why = of_removal(old)
        if consequence is not Consequence.DATA_LOSS:
            consequence = Consequence.REPLACEMENT
        why = f"another logical id is another resource; the old one: {why}"
        differences = list(property_changes(Pair(new_name, old_here, new), {}))
        why_none = "a property of the new resource"
        properties = [
            PropertyChange("LogicalId", old_name, new_name, consequence, why),
            *(
                PropertyChange(each.path, each.old, each.new, Consequence.NONE, why_none)
                for each in differences
            ),
        ]
        path = renames.construct_path(new)
        replacing = [each for each in differences if each.consequence >= Consequence.REPLACEMENT]
        ambiguous = old_name in self.renames.ambiguous
        return ResourceChange(
            Action.RENAME,
            old_name,
            new_name,
            type_of(old),
            path,
            _sorted(properties),
            consequence,
            (*name_clash(old, new), *dropped_retention(old, new), *_access(old_here, new)),
            _advice(old_name, new_name, path, replacing, ambiguous),
        )

    def _new_version(self, old_name: str, new_name: str) -> ResourceChange:
        """Return the change of a resource that CDK recreates on purpose, such as a version."""
        old, new = self.old[old_name], self.new[new_name]
        if stateful(old):
            return self._renamed(old_name, new_name)
        consequence = Consequence.NO_INTERRUPTION
        why = "created anew for each content, before the old one is removed"
        change = PropertyChange("LogicalId", old_name, new_name, consequence, why)
        path = renames.construct_path(new)
        return ResourceChange(
            Action.RENAME, old_name, new_name, type_of(old), path, (change,), consequence
        )


def _advice(
    old: str,
    new: str,
    construct_path: str | None,
    replacing: Sequence[PropertyChange],
    ambiguous: bool,
) -> str:
    """Return the ways to keep a resource whose construct was moved.

    Args:
        old: The old logical id.
        new: The new logical id.
        construct_path: The new construct path, if known.
        replacing: The changes that would replace it under the old id as well.
        ambiguous: Whether other resources equal it.
    """
    stack, *children = construct_path.split("/") if construct_path else ["STACK"]
    entry = json.dumps({f"{stack}.{old}": f"{stack}.{new}"})
    calls = "".join(f".node.find_child({json.dumps(child)})" for child in children)
    construct = f"stack{calls}" if children else "resource"
    lines = [
        "To keep the resource, set its old logical id:",
        f"  {construct}.override_logical_id({json.dumps(old)})",
        "or rename it in the deployed stack with `cdk refactor --override-file`:",
        f'  "resources": {entry}',
    ]
    if ambiguous:
        lines.append("Other resources of the template equal it: check that this is its new place.")
    lines += [
        f"Under its old id it would still be replaced: {change.path} "
        f"{change.old!r} -> {change.new!r}, {change.reason}"
        for change in replacing
    ]
    return "\n".join(lines)


def _resources(template: Mapping[str, object]) -> dict[str, Resource]:
    resources = mapping(template.get("Resources"))
    return {name: each for name, each in resources.items() if isinstance(each, Mapping)}


def _removed(name: str, resource: Resource) -> ResourceChange:
    policy = resource.get("DeletionPolicy", MISSING)
    change = PropertyChange("DeletionPolicy", policy, MISSING, *of_removal(resource))
    return ResourceChange(
        Action.REMOVE,
        name,
        None,
        type_of(resource),
        renames.construct_path(resource),
        (change,),
        change.consequence,
        tuple(permissions.removed(resource)),
    )


def _added(name: str, resource: Resource) -> ResourceChange:
    resource_type = type_of(resource)
    none = resource_type == CDK_METADATA
    return ResourceChange(
        Action.ADD,
        name,
        None,
        resource_type,
        renames.construct_path(resource),
        (),
        Consequence.NONE if none else Consequence.NO_INTERRUPTION,
        tuple(_access({"Type": resource_type}, resource)),
    )


def _access(old: Resource, new: Resource) -> Iterator[str]:
    yield from permissions.widened(old, new)
    yield from network.opened(old, new)


def _sorted(changes: list[PropertyChange]) -> tuple[PropertyChange, ...]:
    return tuple(sorted(changes, key=lambda c: (-c.consequence, c.path != "LogicalId", c.path)))
