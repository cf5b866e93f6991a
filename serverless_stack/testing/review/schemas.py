"""What the resource schemas that cfn-lint ships say about a type; loaded when first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from serverless_stack.testing.review.model import MISSING
from serverless_stack.testing.review.values import Path, canonical, is_intrinsic, items, mapping

# Every type but a few is in the first; a type that only others have is looked up there.
_REGIONS: Final = ("us-east-1", "us-west-2", "eu-west-1", "us-gov-west-1", "cn-north-1")
# A type with such a property keeps something that its service can back up or protect.
_KEEPS_DATA: Final = re.compile(
    r"Final\w*Snapshot\w*|\w*SnapshotRetention\w*|SnapshotOptions|BackupRetention\w*|BackupPolicy"
    r"|PointInTimeRecovery\w*|DeletionProtection(Enabled)?"
)

Pointer = tuple[str, ...]


@dataclass(frozen=True)
class TypeSchema:
    """What is known of one resource type.

    Attributes:
        name: The type, such as `AWS::S3::Bucket`.
        schema: Its schema; None if there is none.
    """

    name: str
    schema: Mapping[str, object] | None

    @cached_property
    def create_only(self) -> tuple[Pointer, ...]:
        """The properties that can be given at creation only, and those that identify it.

        What identifies a resource and is not read-only is given by the template: another value
        is another resource.
        """
        read_only = set(self._pointers("readOnlyProperties"))
        identifiers = [p for p in self._pointers("primaryIdentifier") if p not in read_only]
        return tuple(dict.fromkeys([*self._pointers("createOnlyProperties"), *identifiers]))

    @cached_property
    def conditional(self) -> tuple[Pointer, ...]:
        """The properties of which some changes are possible at creation only."""
        return tuple(self._pointers("conditionalCreateOnlyProperties"))

    @cached_property
    def deletes_first(self) -> bool:
        """Whether a replacement removes the old resource before it makes the new one."""
        return mapping(self.schema).get("replacementStrategy") == "delete_then_create"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The properties that give a resource a physical name of the user's choice."""
        primary = self._pointers("primaryIdentifier")
        tail = self.name.rsplit("::", 1)[-1]
        found = []
        for pointer in self.create_only:
            if len(pointer) != 1:
                continue
            (name,) = pointer
            stem = re.sub(r"(Name|Identifier|Id)$", "", name)
            if primary == [pointer] or (stem != name and tail.endswith(stem)):
                found.append(name)
        return tuple(found)

    @cached_property
    def keeps_data(self) -> bool:
        """Whether it has properties to back up or protect what it keeps."""
        return any(
            _KEEPS_DATA.fullmatch(name) for name in mapping(mapping(self.schema).get("properties"))
        )

    def has_property(self, name: str) -> bool:
        """Whether the schema knows a property, or takes any."""
        schema = mapping(self.schema)
        return (
            name in mapping(schema.get("properties"))
            or "patternProperties" in schema
            or schema.get("additionalProperties") is not False
        )

    def is_unordered(self, path: Path) -> bool:
        """Whether the order of the list at this path of the properties does not matter."""
        node = mapping(self.schema)
        for segment in path:
            node = self._resolved(node)
            if isinstance(segment, int):
                node = mapping(node.get("items"))
            else:
                node = mapping(mapping(node.get("properties")).get(segment))
        return self._resolved(node).get("insertionOrder") is False

    def _resolved(self, node: Mapping[str, object]) -> Mapping[str, object]:
        seen = 0
        while isinstance(target := node.get("$ref"), str) and seen < 10:
            node, seen = mapping(self.schema), seen + 1
            for part in target.removeprefix("#/").split("/"):
                node = mapping(node.get(part))
        return node

    def _pointers(self, key: str) -> list[Pointer]:
        return [
            tuple(str(pointer).removeprefix("/properties/").split("/"))
            for pointer in items(mapping(self.schema).get(key))
        ]


def touches(pointer: Pointer, path: Path, old: object, new: object) -> bool:
    """Whether a difference at a path of the properties changes what a pointer of a schema names.

    Args:
        pointer: Such as `("Policies", "*", "PolicyArn")`.
        path: Where the difference is, with the indexes of lists as numbers.
        old: The value there before.
        new: The value there after.
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
    return not rest or sorted(_at(old, rest)) != sorted(_at(new, rest))


def _at(value: object, pointer: Sequence[str]) -> Iterator[str]:
    """Find the values that a pointer names below a value; a function may hold any."""
    if value is MISSING:
        return
    if not pointer or is_intrinsic(value):
        yield canonical(value)
    elif isinstance(value, list | tuple):
        rest = pointer[1:] if pointer[0] in ("*", "items") else pointer
        for item in value:
            yield from _at(item, rest)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if pointer[0] in ("*", key):
                yield from _at(item, pointer[1:])


@cache
def type_schema(resource_type: str) -> TypeSchema:
    """Look a resource type up.

    `Custom::X` has the schema of `AWS::CloudFormation::CustomResource`; a type that cfn-lint does
    not know has none.
    """
    from cfnlint.schema import ResourceNotFoundError  # type: ignore[import-untyped]
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

    if resource_type.endswith("::MODULE"):
        return TypeSchema(resource_type, None)
    for region in _REGIONS:
        try:
            found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type)
        except ResourceNotFoundError:
            continue
        return TypeSchema(resource_type, found.schema)
    return TypeSchema(resource_type, None)


@cache
def _listed_as_stateful() -> frozenset[str]:
    import cfnlint.data.AdditionalSpecs  # type: ignore[import-untyped]
    from cfnlint.helpers import load_resource  # type: ignore[import-untyped]

    # What rule I3011 of cfn-lint reads.
    listed = load_resource(cfnlint.data.AdditionalSpecs, "StatefulResources.json")
    return frozenset(listed["ResourceTypes"])


def is_stateful(resource_type: str, properties: Mapping[str, object]) -> bool:
    """Whether resources of a type keep data: cfn-lint's list, and types with backups.

    An instance of a database cluster keeps none: its cluster does.
    """
    if resource_type.endswith("::DBInstance") and "DBClusterIdentifier" in properties:
        return False
    return resource_type in _listed_as_stateful() or type_schema(resource_type).keeps_data


def can_snapshot(resource_type: str) -> bool:
    """Whether the policy `Snapshot` is possible for a type."""
    from cfnlint.helpers import valid_snapshot_types

    return resource_type in valid_snapshot_types
