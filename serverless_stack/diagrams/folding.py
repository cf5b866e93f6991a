"""Which resources are boxes, and which box each other resource is a part of."""

from __future__ import annotations

from collections.abc import Iterator

from serverless_stack.diagrams.kinds import REFERRING, Box, box_of, is_part_by_name, parts
from serverless_stack.diagrams.world import NESTED_STACK, Resource, World

VPC = "AWS::EC2::VPC"
FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_CUSTOM = "AWS::CloudFormation::CustomResource"
_CLUSTER_PARTS = {"AWS::RDS::DBInstance": "DBClusterIdentifier"}


class Folding:
    """The boxes of an application, and what is folded into them.

    Args:
        world: The resources.
        details: Whether to draw alarms, keys, log groups and the like as boxes.

    Attributes:
        boxes: How to draw each resource that is a box, by its id.
    """

    def __init__(self, world: World, details: bool) -> None:
        self._world = world
        self._providers = self._find_providers()
        self.boxes: dict[str, Box] = {}
        self._strong: dict[str, str | None] = {}
        self._owners: dict[str, str | None] = {}
        for resource in world.resources.values():
            if self._is_part(resource):
                continue
            box = box_of(resource.type)
            if details or not box.detail:
                self.boxes[resource.id] = box

    def target(self, resource: Resource) -> str | None:
        """Return the box that an edge to a resource leads to; None if there is none."""
        if resource.id not in self._strong:
            self._strong[resource.id] = self._find(resource, False, frozenset())
        return self._strong[resource.id]

    def owner(self, resource: Resource) -> str | None:
        """Return the box that a resource is a part of; None if there is none."""
        if resource.id not in self._owners:
            self._owners[resource.id] = self._find(resource, True, frozenset())
        return self._owners[resource.id]

    def holders(self, resource: Resource) -> list[str]:
        """Return all boxes that use a role or a security group, themselves or by their parts."""
        found: dict[str, None] = {}
        for other in self._world.referring(resource):
            about = other.type.startswith(("AWS::EC2::SecurityGroup", "AWS::IAM::", "AWS::KMS::"))
            if about and other.type != "AWS::IAM::InstanceProfile":
                continue
            if other.id in self.boxes:
                found.setdefault(other.id)
            elif (owner := self.owner(other)) is not None:
                found.setdefault(owner)
        return list(found)

    def _find_providers(self) -> dict[str, list[Resource]]:
        """Return the functions behind custom resources, each with the resources."""
        found: dict[str, list[Resource]] = {}
        for resource in self._world.resources.values():
            if resource.type.startswith("Custom::") or resource.type == _CUSTOM:
                for provider in self._world.targets(resource, "ServiceToken"):
                    if provider.type in FUNCTIONS:
                        found.setdefault(provider.id, []).append(resource)
        return found

    def _is_part(self, resource: Resource) -> bool:
        if resource.id in self._providers or resource.type in parts():
            return True
        if resource.type in _CLUSTER_PARTS:
            return bool(self._world.targets(resource, _CLUSTER_PARTS[resource.type]))
        if is_part_by_name(resource.type) and self._world.targets(resource):
            return True
        return resource.type == NESTED_STACK and self._world.child_of(resource) is not None

    def _find(self, resource: Resource, weak: bool, seen: frozenset[str]) -> str | None:
        if resource.id in self.boxes:
            return resource.id
        if resource.id in seen:
            return None
        candidates = sorted(
            self._candidates(resource, weak), key=lambda other: other.id not in self.boxes
        )
        found = (self._find(other, weak, seen | {resource.id}) for other in candidates)
        return next((id for id in found if id is not None), None)

    def _candidates(self, resource: Resource, weak: bool) -> Iterator[Resource]:
        world = self._world
        if resource.id in self._providers:
            if weak and len(self._providers[resource.id]) == 1:
                yield self._providers[resource.id][0]
            return
        if resource.type in _CLUSTER_PARTS:
            yield from world.targets(resource, _CLUSTER_PARTS[resource.type])
        properties = parts().get(resource.type)
        if is_part_by_name(resource.type):
            yield from world.targets(resource)
        elif properties is None or properties == (REFERRING,):  # a detail, such as a key
            if weak:
                yield from world.referring(resource)
        else:
            yield from world.targets(resource, *properties)
