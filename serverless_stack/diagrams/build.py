"""From templates to a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from serverless_stack.diagrams.edges import access, requests, triggers
from serverless_stack.diagrams.edges.collector import Collector
from serverless_stack.diagrams.folding import VPC, Folding
from serverless_stack.diagrams.frames import Frames
from serverless_stack.diagrams.kinds import Box
from serverless_stack.diagrams.model import VIEWERS, Edge, Graph, Member, Node
from serverless_stack.diagrams.naming import title_of, unique_titles
from serverless_stack.diagrams.sources import StackTemplate
from serverless_stack.diagrams.world import Resource, World

_DATA: Final = {"Retain": "retained", "RetainExceptOnCreate": "retained", "Snapshot": "snapshot"}
# CloudFormation takes a snapshot of these unless the template says otherwise.
_SNAPSHOTS: Final = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
_ENGINES: Final = {"redis": "Redis", "valkey": "Valkey", "memcached": "Memcached"}


def graph(
    stacks: Sequence[StackTemplate], *, title: str | None = None, details: bool = False
) -> Graph:
    """Return the diagram of an application.

    Args:
        stacks: The templates of its stacks.
        title: The name of the application. Default: the names of its stacks.
        details: Whether to draw alarms, keys, log groups, endpoints and the like as well.

    Raises:
        ValueError: A template is too large, or two have the same name.
    """
    world = World(stacks)
    folding = Folding(world, details)
    edges = Collector(world, folding)
    requests.add(edges)
    triggers.add(edges)
    access.policies(edges)
    access.security_groups(edges)
    triggers.permissions(edges)
    access.references(edges)
    found = edges.edges()
    frames = Frames(world, folding)
    nodes = _nodes(world, folding, frames)
    framed = {frame.id.rpartition(":")[2] for frame in frames.all()}
    made, nodes = frames.without_outermost([*nodes, *_empty_vpcs(world, framed)])
    if any(VIEWERS in (edge.source, edge.target) for edge in found):
        nodes.insert(0, Node(VIEWERS, "Viewers", "Internet", "viewers"))
    return Graph(
        title=title or _title(stacks),
        nodes=tuple(nodes),
        frames=made,
        edges=tuple(edge for edge in found if _is_drawn(edge, nodes)),
        resources=len(world.resources),
    )


def _is_drawn(edge: Edge, nodes: Sequence[Node]) -> bool:
    ids = {node.id for node in nodes}
    return edge.source in ids and edge.target in ids


def _title(stacks: Sequence[StackTemplate]) -> str:
    names = sorted({stack.name.partition("/")[0] for stack in stacks} - {""})
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return ", ".join(names) or "Application"


def _nodes(world: World, folding: Folding, frames: Frames) -> list[Node]:
    members: dict[str, list[Member]] = {id: [] for id in folding.boxes}
    for resource in world.resources.values():
        owner = folding.owner(resource)
        if owner is not None and owner != resource.id:
            members[owner].append(resource.member)
    labels = {
        id: (world.resources[id], _label(world.resources[id], box))
        for id, box in folding.boxes.items()
    }
    titles = unique_titles(labels)
    return [
        Node(
            id=id,
            title=titles[id],
            label=label,
            category=folding.boxes[id].category,
            data=_data(resource, folding.boxes[id]),
            frame=frames.around(resource),
            members=(resource.member, *members[id]),
        )
        for id, (resource, label) in labels.items()
    ]


def _empty_vpcs(world: World, framed: set[str]) -> list[Node]:
    """Return boxes for the VPCs in which nothing is drawn."""
    return [
        Node(
            vpc.id,
            title_of(vpc),
            "VPC",
            "network",
            members=(vpc.member,),
        )
        for vpc in world.of_type(VPC)
        if vpc.id not in framed
    ]


def _label(resource: Resource, box: Box) -> str:
    """Return what a resource is, with what tells it from others of its type."""
    engine = resource.text("Engine").lower()
    if resource.type.startswith("AWS::ElastiCache::") and engine in _ENGINES:
        serverless = "Serverless" if resource.type.endswith("ServerlessCache") else ""
        return f"ElastiCache {serverless} {_ENGINES[engine]}".replace("  ", " ")
    if resource.type.startswith("AWS::RDS::DB") and engine:
        names = {"aurora-postgresql": "Aurora PostgreSQL", "aurora-mysql": "Aurora MySQL"}
        return names.get(engine, f"RDS {engine}")
    if resource.type == "AWS::Events::Rule" and resource.text("ScheduleExpression"):
        return resource.text("ScheduleExpression")
    if resource.type == "AWS::Scheduler::Schedule" and resource.text("ScheduleExpression"):
        return resource.text("ScheduleExpression")
    if resource.type == "AWS::SQS::Queue" and resource.get("FifoQueue") in (True, "true"):
        return "SQS FIFO queue"
    if resource.type == "AWS::ApiGatewayV2::Api" and resource.text("ProtocolType") == "WEBSOCKET":
        return "WebSocket API"
    return box.label


def _data(resource: Resource, box: Box) -> str:
    if not box.data or resource.text("Engine") == "memcached":
        return ""
    policy = resource.member.attributes.get("DeletionPolicy")
    if policy is None and resource.type in _SNAPSHOTS:
        return "snapshot"
    return _DATA.get(str(policy), "not retained")
