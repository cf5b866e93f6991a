"""Limits of Amazon ElastiCache on parameter groups of Memcached, and on its node types."""

import re
from collections.abc import Mapping

from serverless_stack.checks.engine.problems import is_unresolved, whole_number
from serverless_stack.checks.services.elasticache.limits.common import (
    parse_node_type,
    version_of,
)

_GRAVITON_VERSION = (1, 5, 16)
_NOT_MODIFIABLE = (
    "backlog_queue_limit",
    "large_memory_pages",
    "lock_down_paged_memory",
    "max_simultaneous_connections",
    "maximize_core_file_limit",
    "requests_per_event",
)
_SWITCHES = (
    "cas_disabled",
    "disable_flush_all",
    "error_on_memory_exhausted",
    "maxconns_fast",
    "slab_reassign",
)
_WHOLE_NUMBERS = {  # the smallest and the greatest value
    "chunk_size": (1, 1024),
    "hashpower_init": (12, 32),
    "max_item_size": (1024, 1024**3),
    "memcached_connections_overhead": (0, None),
    "slab_automove": (0, 2),
}


def memcached_parameter_problems(
    parameters: Mapping[str, str], argument: str = "parameters"
) -> list[str]:
    """List what ElastiCache refuses in the parameters of Memcached; unknown ones pass.

    Source: "Memcached specific parameters".
    """
    wanted = ((name, value, _wanted(name, value)) for name, value in parameters.items())
    return [
        f"`{argument}` must {rule}, got: {name}={value!r}" for name, value, rule in wanted if rule
    ]


def memcached_node_problems(node_type: str, version: str, argument: str = "node_type") -> list[str]:
    """List why nodes of a type cannot run Memcached ("Supported node types")."""
    node, parts = parse_node_type(node_type), version_of(version)
    if node is None:
        return []
    if node.family == "r6gd":
        return [
            f"`{argument}` must not be of the family r6gd, whose data tiering Memcached does not "
            f"have, got: {node_type!r}"
        ]
    if parts and parts < _GRAVITON_VERSION and re.match(r"[a-z]\d+g", node.family):
        return [
            f"`{argument}` must be one without Graviton before version 1.5.16, "
            f"got: {node_type!r} with {version}"
        ]
    return []


def _wanted(name: str, value: str) -> str:
    """Return the requirement that a parameter violates; "" if there is none."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return "have names of lowercase letters, digits and underscores"
    if name in _NOT_MODIFIABLE:
        return f"not set {name}, which ElastiCache sets itself"
    if is_unresolved(value):
        return ""
    if name in _SWITCHES and value not in ("0", "1"):
        return f"have 0 or 1 for {name}"
    if name == "binding_protocol" and value not in ("auto", "ascii"):
        return "have auto or ascii for binding_protocol"
    if name in _WHOLE_NUMBERS:
        low, high = _WHOLE_NUMBERS[name]
        number = whole_number(value)
        if number is None or number < low or (high is not None and number > high):
            bounds = f"{low} or more" if high is None else f"{low} to {high}"
            return f"have a whole number, {bounds}, for {name}"
    return ""
