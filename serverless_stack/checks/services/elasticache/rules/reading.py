"""Reading the properties of resources in the form that the limits take."""

import re

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.services.elasticache.limits.common import parse_node_type

GROUP = "AWS::ElastiCache::ReplicationGroup"
CLUSTER = "AWS::ElastiCache::CacheCluster"
SERVERLESS = "AWS::ElastiCache::ServerlessCache"
PARAMETERS = "AWS::ElastiCache::ParameterGroup"
SUBNETS = "AWS::ElastiCache::SubnetGroup"
USER = "AWS::ElastiCache::User"
USERS = "AWS::ElastiCache::UserGroup"
GLOBAL = "AWS::ElastiCache::GlobalReplicationGroup"
SECURITY = "AWS::ElastiCache::SecurityGroup"


def known_text(resource: Resource, path: str) -> str:
    """Return a text, or a number as a text; "" if it is absent or known only at deploy time."""
    value = resource.get(path)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return "" if is_unresolved(value) else str(value)


def version_text(resource: Resource, path: str = "EngineVersion") -> str:
    """Return the version of an engine; "" for a major version alone, which is not checked."""
    found = known_text(resource, path)
    return "" if found.isdecimal() else found


def whole(resource: Resource, path: str) -> int | None:
    """Return a whole number; None if it is absent, another one or known only at deploy time."""
    value = resource.number(path)
    return int(value) if value is not None and value == int(value) else None


def is_given(resource: Resource, path: str) -> bool:
    """Return whether a property is there and not empty, known or not."""
    return resource.get(path) not in (None, "", [], {})


def texts(resource: Resource, path: str) -> list[str]:
    """Return the texts of a list, tokens among them."""
    return [item for item in resource.items(path) if isinstance(item, str)]


def referred(resource: Resource, path: str, type_: str) -> list[Resource]:
    """Return the resources of a type that a property, or each item of it, refers to."""
    value = resource.get(path)
    values = value if isinstance(value, list) else [value]
    found = (resource.template.referred(entry) for entry in values)
    return [entry for entry in found if entry is not None and entry.type == type_]


def name_of(value: object) -> str:
    """Return the name of a value in messages: the logical id that it refers to, or the value."""
    return value.logical_id if isinstance(value, Reference) else str(value)


def nearest_name(name: str, longest: int = 40) -> str:
    """Return the nearest name that ElastiCache accepts."""
    mended = re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9-]", "-", name))
    mended = re.sub(r"^[^A-Za-z]+", "", mended)[:longest].rstrip("-")
    return mended or "cache"


def family_of(resource: Resource, path: str = "CacheNodeType") -> str:
    """Return the family of the node type, such as ``r6gd``; "" if it is not known."""
    parts = parse_node_type(known_text(resource, path))
    return parts.family if parts else ""


def is_whole(resource: Resource) -> bool:
    """Return whether all properties are in the template, and none comes from a macro."""
    resources = resource.template.source.get("Resources")
    source = resources.get(resource.logical_id) if isinstance(resources, dict) else None
    properties = source.get("Properties") if isinstance(source, dict) else None
    return properties is None or (
        isinstance(properties, dict) and not any(str(key).startswith("Fn::") for key in properties)
    )
