"""The resource schemas that cfn-lint ships, loaded on first use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from serverless_stack.testing.review.compare.values import (
    Path,
    canonical,
    is_intrinsic,
    items,
    mapping,
)
from serverless_stack.testing.review.model import MISSING

# The first has nearly all types; the others have the rest.
_REGIONS: Final = ("us-east-1", "us-west-2", "eu-west-1", "us-gov-west-1", "cn-north-1")
# A type with such a property keeps something that its service can back up or protect.
_KEEPS_DATA: Final = re.compile(
    r"Final\w*Snapshot\w*|\w*SnapshotRetention\w*|SnapshotOptions|BackupRetention\w*|BackupPolicy"
    r"|PointInTimeRecovery\w*|DeletionProtection(Enabled)?"
)

Pointer = tuple[str, ...]


@dataclass(frozen=True)
class TypeSchema:
    """The schema of a resource type.

    Attributes:
        name: The type, such as `AWS::S3::Bucket`.
        schema: The schema; None for an unknown type.
    """

    name: str
    schema: Mapping[str, object] | None

    @cached_property
    def create_only(self) -> tuple[Pointer, ...]:
        """The properties that only a new resource can have, and those that identify it.

        The template sets the identifiers that are not read-only: another value is another resource.
        """
        read_only = set(self._pointers("readOnlyProperties"))
        identifiers = [p for p in self._pointers("primaryIdentifier") if p not in read_only]
        return tuple(dict.fromkeys([*self._pointers("createOnlyProperties"), *identifiers]))

    @cached_property
    def conditional(self) -> tuple[Pointer, ...]:
        """The properties for which some changes need a new resource."""
        return tuple(self._pointers("conditionalCreateOnlyProperties"))

    @cached_property
    def deletes_first(self) -> bool:
        """Whether a replacement removes the old resource before it creates the new one."""
        return mapping(self.schema).get("replacementStrategy") == "delete_then_create"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The properties that set the physical name of a resource."""
        primary = self._pointers("primaryIdentifier")
        tail = self.name.rsplit("::", 1)[-1]
        names = []
        for pointer in self.create_only:
            if len(pointer) != 1:
                continue
            (name,) = pointer
            stem = re.sub(r"(Name|Identifier|Id)$", "", name)
            if primary == [pointer] or (stem != name and tail.endswith(stem)):
                names.append(name)
        return tuple(names)

    @cached_property
    def keeps_data(self) -> bool:
        """Whether it has properties that back up or protect data."""
        return any(
            _KEEPS_DATA.fullmatch(name) for name in mapping(mapping(self.schema).get("properties"))
        )

    def has_property(self, name: str) -> bool:
        """Return whether the schema has a property, or accepts any."""
        schema = mapping(self.schema)
        return (
            name in mapping(schema.get("properties"))
            or "patternProperties" in schema
            or schema.get("additionalProperties") is not False
        )

    def is_unordered(self, path: Path) -> bool:
        """Return whether the order of the list at a path of the properties does not matter."""
        node = mapping(self.schema)
        for segment in path:
            node = self._resolved(node)
            if isinstance(segment, int):
                node = mapping(node.get("items"))
            else:
                node = mapping(mapping(node.get("properties")).get(segment))
        return self._resolved(node).get("insertionOrder") is False

    def _resolved(self, node: Mapping[str, object]) -> Mapping[str, object]:
        steps = 0
        while isinstance(target := node.get("$ref"), str) and steps < 10:
            node, steps = mapping(self.schema), steps + 1
            for part in target.removeprefix("#/").split("/"):
                node = mapping(node.get(part))
        return node

    def _pointers(self, key: str) -> list[Pointer]:
        return [
            tuple(str(pointer).removeprefix("/properties/").split("/"))
            for pointer in items(mapping(self.schema).get(key))
        ]


def touches(pointer: Pointer, path: Path, old: object, new: object) -> bool:
    """Return whether a difference in the properties changes what a pointer of a schema names.

    Args:
        pointer: Such as `("Policies", "*", "PolicyArn")`.
        path: The place of the difference, with the indexes of lists as numbers.
        old: The old value there.
        new: The new value there.
    """
    at = 0
    for segment in path:
        if at == len(pointer):
            return True
        if pointer[at] in ("*", "items") or pointer[at] == segment:
            at += 1
        elif not isinstance(segment, int):
            return False
    rest = pointer[at:]
    return not rest or sorted(_values_at(old, rest)) != sorted(_values_at(new, rest))


def _values_at(value: object, pointer: Sequence[str]) -> Iterator[str]:
    """Return the values that a pointer names below a value; an intrinsic function counts whole."""
    if value is MISSING:
        return
    if not pointer or is_intrinsic(value):
        yield canonical(value)
    elif isinstance(value, list | tuple):
        rest = pointer[1:] if pointer[0] in ("*", "items") else pointer
        for item in value:
            yield from _values_at(item, rest)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if pointer[0] in ("*", key):
                yield from _values_at(item, pointer[1:])


@cache
def type_schema(resource_type: str) -> TypeSchema:
    """Return the schema of a resource type.

    `Custom::X` has the schema of `AWS::CloudFormation::CustomResource`.
    """
    from cfnlint.schema import ResourceNotFoundError  # type: ignore[import-untyped]
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

    if resource_type.endswith("::MODULE"):
        return TypeSchema(resource_type, None)
    for region in _REGIONS:
        try:
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type)
        except ResourceNotFoundError:
            continue
        return TypeSchema(resource_type, schema.schema)
    return TypeSchema(resource_type, None)


@cache
def _stateful_types() -> frozenset[str]:
    import cfnlint.data.AdditionalSpecs  # type: ignore[import-untyped]
    from cfnlint.helpers import load_resource  # type: ignore[import-untyped]

    # The list of cfn-lint's rule I3011.
    listed = load_resource(cfnlint.data.AdditionalSpecs, "StatefulResources.json")
    return frozenset(listed["ResourceTypes"])


def is_stateful(resource_type: str, properties: Mapping[str, object]) -> bool:
    """Return whether a resource keeps data: by cfn-lint's list, or because it can be backed up.

    The instance of a database cluster keeps none; the cluster does.
    """
    if resource_type.endswith("::DBInstance") and "DBClusterIdentifier" in properties:
        return False
    return resource_type in _stateful_types() or type_schema(resource_type).keeps_data


def can_snapshot(resource_type: str) -> bool:
    """Return whether a type supports the policy `Snapshot`."""
    from cfnlint.helpers import valid_snapshot_types

    return resource_type in valid_snapshot_types
