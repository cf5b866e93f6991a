"""Rules of Amazon ElastiCache on durability: writes that outlive the loss of all nodes."""

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.elasticache.limits.common import (
    parse_node_type,
    version_of,
)
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup

DURABILITIES = ("default", "async", "sync", "disabled")
_FIRST_VERSION = (9, 0)
_FAMILIES = ("c7gn", "c8gn", "m6g", "m7g", "m8g", "r6g", "r7g", "r8g")
_KNOWN_GENERATION = 8  # AWS adds families every year


def durability_problems(
    group: ReplicationGroup,
    durability: str,
    *,
    in_global_datastore: bool = False,
    argument: str = "durability",
) -> list[str]:
    """List why a replication group cannot have durable writes.

    Args:
        group: The replication group.
        durability: ``default``, ``async``, ``sync`` or ``disabled``; a CDK token passes.
        in_global_datastore: Whether it is in a global datastore.
        argument: The caller's name for ``durability``, used in the messages.

    Returns:
        One message for each rule that is broken ("Limitations" of durability).
    """
    if is_unresolved(durability):
        return []
    if durability not in DURABILITIES:
        return [f"`{argument}` must be one of {', '.join(DURABILITIES)}, got: {durability!r}"]
    if durability not in ("async", "sync"):
        return []
    node, version = parse_node_type(group.node_type), version_of(group.engine_version)
    engine = f"{group.engine} {group.engine_version}".rstrip()
    name = group.name
    rules = [
        (
            group.engine not in ("valkey", "")
            or (version is not None and version < _FIRST_VERSION),
            f"`{name('engine')}` must be Valkey 9.0 or later for `{argument}`, got: {engine}",
        ),
        (
            node is not None
            and node.family not in _FAMILIES
            and node.generation <= _KNOWN_GENERATION,
            f"`{name('node_type')}` must be of {', '.join(_FAMILIES)} for `{argument}`, "
            f"got: {group.node_type!r}",
        ),
        (
            group.cluster_mode is False,
            f"`{name('num_node_groups')}` must be 1 or more for `{argument}`, got: none; "
            "durability needs cluster mode",
        ),
        (
            group.replicas == 0,
            f"`{name('replicas')}` must be 1 or more for `{argument}`, got: 0",
        ),
        (
            bool(group.replicas) and group.multi_az_enabled is False,
            f"`{name('multi_az_enabled')}` must be True for `{argument}`, got: False",
        ),
        (
            group.transit_encryption_enabled is False,
            f"`{name('transit_encryption_enabled')}` must be True for `{argument}`, got: False",
        ),
        (
            group.at_rest_encryption_enabled is False,
            f"`{name('at_rest_encryption_enabled')}` must be True for `{argument}`, got: False",
        ),
        (
            in_global_datastore,
            f"`{argument}` must be left out in a global datastore, got: {durability!r}",
        ),
    ]
    return [message for broken, message in rules if broken]
