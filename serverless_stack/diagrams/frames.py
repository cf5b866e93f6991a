"""The frames around boxes: stages, stacks, VPCs and their subnets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from serverless_stack.diagrams.folding import VPC, Folding
from serverless_stack.diagrams.kinds import words
from serverless_stack.diagrams.model import Frame, FrameKind, Node
from serverless_stack.diagrams.naming import title_of
from serverless_stack.diagrams.world import Resource, World

SUBNET: Final = "AWS::EC2::Subnet"
# What stands between a resource and its subnets.
_GROUPS: Final = ("SubnetGroup", "MountTarget", "VpcLink", "VPCEndpoint", "TaskDefinition")
_NETWORK: Final = ("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup")


class Frames:
    """The frames that boxes need, made on demand.

    Args:
        world: The resources.
        folding: The boxes.
    """

    def __init__(self, world: World, folding: Folding) -> None:
        self._world = world
        self._found: dict[str, Frame] = {}
        self._parts: dict[str, list[Resource]] = {}
        for resource in world.resources.values():
            if resource.type.endswith(_GROUPS):
                owner = folding.owner(resource)
                if owner is not None and owner != resource.id:
                    self._parts.setdefault(owner, []).append(resource)
        self._stacks = {resource.stack for resource in world.resources.values()}

    def around(self, resource: Resource) -> str | None:
        """Return the id of the frame around the box of a resource, made if needed."""
        stack = self._stack(resource.stack)
        subnets = self._subnets(resource)
        vpcs = {vpc.id: vpc for subnet in subnets for vpc in self._world.targets(subnet, "VpcId")}
        if not vpcs and resource.type.startswith("AWS::EC2::"):
            named = self._world.targets(resource, "VpcId")
            vpcs = {each.id: each for each in named if each.type == VPC}
        if len(vpcs) != 1:
            return stack
        ((_, vpc),) = vpcs.items()
        around = self._vpc(vpc, resource.stack, stack)
        names = {_subnet_name(subnet) for subnet in subnets}
        if len(names) != 1:
            return around
        (name,) = names
        count = sum(
            _subnet_name(each) == name and vpc in self._world.targets(each, "VpcId")
            for each in self._world.of_type(SUBNET)
        )
        several = f" \u00d7 {count}" if count > 1 else ""
        noun = "subnets" if count > 1 else "subnet"
        return self._add(f"{around}/{name}", f"{name} {noun}{several}", FrameKind.SUBNETS, around)

    def all(self) -> tuple[Frame, ...]:
        """Return the frames made so far; each comes after the one around it."""
        found: list[Frame] = []
        waiting = sorted(self._found.values(), key=lambda frame: frame.id)
        while waiting:
            known = {frame.id for frame in found} | {None}
            found += [frame for frame in waiting if frame.frame in known]
            waiting = [frame for frame in waiting if frame.frame not in known]
        return tuple(found)

    def without_outermost(self, nodes: Sequence[Node]) -> tuple[tuple[Frame, ...], list[Node]]:
        """Return frames and boxes without a stage around all of them, which says nothing."""
        frames = self.all()
        outer = [frame.id for frame in frames if frame.frame is None]
        only = outer[0] if len(outer) == 1 and frames[0].kind is FrameKind.STAGE else None
        if only is None or any(node.frame is None for node in nodes):
            return frames, list(nodes)
        inner = (replace(each, frame=_inner(each.frame, only)) for each in frames)
        return (
            tuple(each for each in inner if each.id != only),
            [replace(node, frame=_inner(node.frame, only)) for node in nodes],
        )

    def _add(self, id: str, title: str, kind: FrameKind, frame: str | None) -> str:
        self._found.setdefault(id, Frame(id, title, kind, frame))
        return id

    def _stack(self, name: str) -> str | None:
        if len(self._stacks) < 2 or not name:
            return None
        above, _, last = name.rpartition("/")
        if not above:
            return self._add(f"stack:{name}", name, FrameKind.STACK, None)
        parent = self._stack(above)
        if above not in self._stacks:
            stage = f"stack:{above}"
            title = above.rpartition("/")[2]
            self._found[stage] = Frame(stage, title, FrameKind.STAGE, self._found[stage].frame)
        return self._add(f"stack:{name}", last, FrameKind.STACK, parent)

    def _vpc(self, vpc: Resource, stack: str, around: str | None) -> str:
        title = "VPC" if title_of(vpc).lower() == "vpc" else f"VPC {title_of(vpc)}"
        if vpc.stack != stack:
            title += f", of {vpc.stack.rpartition('/')[2]}"
        return self._add(f"vpc:{stack}:{vpc.id}", title, FrameKind.VPC, around)

    def _subnets(self, resource: Resource) -> list[Resource]:
        found: dict[str, Resource] = {}
        for each in self._with_groups(resource):
            for target in self._world.targets(each):
                if target.type == SUBNET:
                    found[target.id] = target
        return list(found.values())

    def _with_groups(self, resource: Resource) -> Iterable[Resource]:
        yield resource
        yield from self._parts.get(resource.id, ())
        for target in self._world.targets(resource):
            if target.type.endswith("SubnetGroup"):
                yield target


def _inner(frame: str | None, removed: str) -> str | None:
    return None if frame == removed else frame


def _subnet_name(subnet: Resource) -> str:
    """Return the name that a subnet has in common with those in other availability zones."""
    tags = subnet.get("Tags")
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, dict) and tag.get("Key") == "aws-cdk:subnet-name":
            return words(str(tag.get("Value")))
    path = subnet.member.path.removesuffix("/Subnet").removesuffix("/Resource")
    name = path.rpartition("/")[2] or subnet.member.logical_id
    name = re.sub(r"\d+$|[A-Z0-9]$", "", name) or name
    return words(re.sub(r"[Ss]ubnets?$", "", name) or name)
