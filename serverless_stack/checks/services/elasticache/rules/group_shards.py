"""Rules on the shards, replicas and availability zones of replication groups."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, check_range, violation
from serverless_stack.checks.services.elasticache.limits.model import SHARDS
from serverless_stack.checks.services.elasticache.limits.replication_groups import (
    NODES,
    REPLICAS,
)
from serverless_stack.checks.services.elasticache.rules.models import (
    cluster_mode_of,
    replicas_of,
    shards_of,
)
from serverless_stack.checks.services.elasticache.rules.reading import (
    GROUP,
    is_given,
    known_text,
    texts,
    whole,
)

RULES = RuleList()

_SLOTS = 16384
_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_LISTED = "NodeGroupConfiguration"


@RULES.resource("ELASTICACHE-016", GROUP, page="Quotas for ElastiCache")
def counts(resource: Resource) -> Iterator[Violation]:
    """Shards, replicas and nodes must be within ElastiCache's quotas.

    ElastiCache refuses more than 500 shards, 5 replicas per shard, 6 nodes without shards, and 500
    nodes in total.
    """
    yield from check_range(resource, "NumNodeGroups", *SHARDS)
    yield from check_range(resource, "ReplicasPerNodeGroup", *REPLICAS)
    yield from check_range(resource, "NumCacheClusters", 1, 1 + REPLICAS[1])
    for number, _shard in enumerate(resource.items(_LISTED)):
        yield from check_range(resource, f"{_LISTED}.{number}.ReplicaCount", *REPLICAS)
    shards, replicas = whole(resource, "NumNodeGroups"), whole(resource, "ReplicasPerNodeGroup")
    if shards is None or replicas is None or replicas > REPLICAS[1] or shards > SHARDS[1]:
        return
    nodes = shards * (1 + replicas)
    if nodes > NODES:
        requirement = f"be at most {NODES} nodes, with their replicas"
        yield violation("NumNodeGroups", requirement, nodes, NODES // (1 + replicas))


@RULES.resource("ELASTICACHE-017", GROUP, page="CreateReplicationGroup", severity=Severity.WARNING)
def one_way_to_count(resource: Resource) -> Iterator[Violation]:
    """`NumCacheClusters` must not be combined with shards.

    The number of nodes is ignored or refused beside `NumNodeGroups` and `ReplicasPerNodeGroup`.
    Leave it out.
    """
    shards = shards_of(resource)
    nodes = resource.number("NumCacheClusters")
    if nodes is None:
        return
    if shards is not None and shards > 1:
        yield violation("NumCacheClusters", f"be absent for {shards} shards", int(nodes))
    elif is_given(resource, "ReplicasPerNodeGroup"):
        yield violation("NumCacheClusters", "be absent with `ReplicasPerNodeGroup`", int(nodes))


@RULES.resource("ELASTICACHE-018", GROUP, page="CreateReplicationGroup")
def listed_shards(resource: Resource) -> Iterator[Violation]:
    """`NodeGroupConfiguration` must match the number of shards and replicas.

    ElastiCache refuses another number of shards than `NumNodeGroups`, ids without 1 to 4 digits,
    and another number of zones than replicas.
    """
    listed = resource.items(_LISTED)
    shards = whole(resource, "NumNodeGroups")
    if listed and shards is not None and len(listed) != shards:
        yield violation(_LISTED, "list each of `NumNodeGroups` shards", len(listed), shards)
    for number, _shard in enumerate(listed):
        path = f"{_LISTED}.{number}"
        name = known_text(resource, f"{path}.NodeGroupId")
        if name and not re.fullmatch(r"\d{1,4}", name):
            yield violation(
                f"{path}.NodeGroupId", "be between 1 and 4 digits", name, f"{number + 1:04}"
            )
        zones = resource.items(f"{path}.ReplicaAvailabilityZones")
        count = whole(resource, f"{path}.ReplicaCount")
        if zones and count is not None and len(zones) != count:
            requirement = f"name a zone for each of {count} replicas"
            yield violation(f"{path}.ReplicaAvailabilityZones", requirement, len(zones), count)


@RULES.resource("ELASTICACHE-019", GROUP, page="CreateReplicationGroup")
def slots(resource: Resource) -> Iterator[Violation]:
    """`Slots` must cover 0 to 16383 exactly once.

    ElastiCache refuses gaps, overlaps, slots for some shards only, and restoring several shards
    without slots.
    """
    listed = resource.items(_LISTED)
    paths = [f"{_LISTED}.{number}.Slots" for number, _shard in enumerate(listed)]
    given = [path for path in paths if is_given(resource, path)]
    if not given:
        seeded = is_given(resource, "SnapshotArns") and cluster_mode_of(resource)
        if seeded and (shards_of(resource) or 0) > 1:
            yield violation(_LISTED, "set the `Slots` of each shard for `SnapshotArns`", None)
        return
    taken: list[tuple[int, int]] = []
    for path in given:
        text = known_text(resource, path)
        if not text:
            return
        ranges = [_RANGE.fullmatch(part.strip()) for part in text.split(",")]
        bounds = [(int(item[1]), int(item[2])) for item in ranges if item]
        if len(bounds) < len(ranges) or any(not 0 <= a <= b < _SLOTS for a, b in bounds):
            yield violation(path, "be ranges such as 0-5460, up to 16383", text)
            return
        taken += bounds
    if len(given) < len(paths):
        missing = next(path for path in paths if path not in given)
        yield violation(missing, "be set for every shard or for none", None)
        return
    taken.sort()
    begins = [first for first, _last in taken]
    if begins != [0] + [last + 1 for _first, last in taken[:-1]] or taken[-1][1] != _SLOTS - 1:
        shown = ",".join(f"{first}-{last}" for first, last in taken)
        yield violation(
            given[0], "cover 0-16383 together with the other shards, each slot once", shown
        )


@RULES.resource("ELASTICACHE-020", GROUP, page="CreateReplicationGroup")
def zones(resource: Resource) -> Iterator[Violation]:
    """`PreferredCacheClusterAZs` must name a zone per node, two for Multi-AZ.

    ElastiCache refuses another number of zones than nodes, and Multi-AZ in a single zone.
    """
    path = "PreferredCacheClusterAZs"
    named = resource.items(path)
    nodes = whole(resource, "NumCacheClusters")
    if named and nodes is not None and len(named) != nodes:
        yield violation(path, f"name a zone for each of {nodes} nodes", len(named), nodes)
    known = texts(resource, path)
    alone = len(set(known)) == 1 and 1 < len(known) == len(named) and not is_unresolved(known[0])
    if alone and resource.boolean("MultiAZEnabled"):
        yield violation(path, "be at least two zones for `MultiAZEnabled`", known)


@RULES.resource("ELASTICACHE-021", GROUP, page="Working with cluster mode")
def cluster_mode(resource: Resource) -> Iterator[Violation]:
    """`ClusterMode` must not be disabled with several shards.

    ElastiCache refuses several shards without cluster mode. Set it to enabled.
    """
    shards = shards_of(resource)
    if known_text(resource, "ClusterMode") == "disabled" and shards is not None and shards > 1:
        yield violation("ClusterMode", f"be enabled for {shards} shards", "disabled", "enabled")


@RULES.resource("ELASTICACHE-022", GROUP, page="Restoring from a backup into a new cache")
def one_dump_a_shard(resource: Resource) -> Iterator[Violation]:
    """`SnapshotArns` must be one file without cluster mode.

    ElastiCache fills one shard from one file, and refuses more.
    """
    files = resource.items("SnapshotArns")
    if len(files) > 1 and cluster_mode_of(resource) is False and replicas_of(resource) is not None:
        yield violation("SnapshotArns", "be one file without cluster mode", len(files), 1)
