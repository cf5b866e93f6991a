"""vCPUs and connections of ElastiCache node types."""

import re
from typing import Final

from serverless_stack.checks.services.elasticache.limits.common import parse_node_type

_ONE_VCPU = {
    ("m1", "medium"),
    ("m1", "small"),
    ("m3", "medium"),
    ("t1", "micro"),
    ("t2", "micro"),
    ("t2", "small"),
}
_OLD_VCPUS = {
    ("c1", "xlarge"): 8,
    ("m2", "xlarge"): 2,
    ("m2", "2xlarge"): 4,
    ("m2", "4xlarge"): 8,
}
_SMALL_VCPUS = {"micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4}
MAX_CONNECTIONS: Final = 65_000
# "Valkey and Redis OSS parameters": `maxclients` of nodes that take fewer.
_FEWER_CONNECTIONS = {
    ("t2", "micro"): 20_000,
    ("t2", "small"): 20_000,
    ("t2", "medium"): 20_000,
    ("t3", "micro"): 20_000,
    ("t3", "small"): 46_000,
    ("t3", "medium"): 46_000,
    ("t4g", "micro"): 20_000,
}


def vcpus(node_type: str) -> int | None:
    """Return the number of vCPUs of a node.

    Args:
        node_type: The node type, such as ``cache.m7g.2xlarge``.

    Returns:
        The number; None for a CDK token and for a size that is not known.
    """
    node = parse_node_type(node_type)
    if node is None:
        return None
    kind = (node.family, node.size)
    if kind in _ONE_VCPU:
        return 1
    if kind in _OLD_VCPUS:
        return _OLD_VCPUS[kind]
    times = re.fullmatch(r"([0-9]{1,4})xlarge", node.size)
    return 4 * int(times[1]) if times else _SMALL_VCPUS.get(node.size)


def max_connections(engine: str, node_type: str) -> int:
    """Return the maximum number of connections of a node with a default parameter group.

    Args:
        engine: ``memcached``, ``redis`` or ``valkey``.
        node_type: The node type, such as ``cache.t4g.micro``.

    Returns:
        The number; that of most nodes for a type that is not known.
    """
    node = parse_node_type(node_type)
    if engine == "memcached" or node is None:
        return MAX_CONNECTIONS
    return _FEWER_CONNECTIONS.get((node.family, node.size), MAX_CONNECTIONS)
