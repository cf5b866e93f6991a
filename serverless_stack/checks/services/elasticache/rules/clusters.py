"""Rules on cache clusters: Memcached, or a single node of Redis OSS or Valkey."""

from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_range,
    findings_from,
    violation,
)
from serverless_stack.checks.services.elasticache.limits import clusters, versions
from serverless_stack.checks.services.elasticache.limits.backups import RETENTION_DAYS
from serverless_stack.checks.services.elasticache.limits.common import (
    arn_problems,
    maintenance_window_problems,
    name_problems,
    snapshot_window_problems,
    windows_overlap_problems,
)
from serverless_stack.checks.services.elasticache.rules.reading import (
    CLUSTER,
    is_given,
    known_text,
    nearest_name,
    texts,
    version_text,
    whole,
)

RULES = RuleList()

_ENGINES = ("memcached", "redis", "valkey")
_LONGEST_NAME = 50


@RULES.resource("ELASTICACHE-038", CLUSTER, page="CreateCacheCluster")
def name(resource: Resource) -> Iterator[Violation]:
    """`ClusterName` must have 1 to 50 letters, digits and single hyphens.

    ElastiCache refuses names that do not begin with a letter, end with a hyphen or have two in a
    row.
    """
    text = known_text(resource, "ClusterName")
    if text:
        nearest = {"ClusterName": nearest_name(text, _LONGEST_NAME)}
        yield from findings_from(
            resource, name_problems(text, "ClusterName", _LONGEST_NAME), nearest
        )


@RULES.resource("ELASTICACHE-039", CLUSTER, page="Supported engines and versions")
def engine(resource: Resource) -> Iterator[Violation]:
    """`Engine` and `EngineVersion` of a cluster must exist.

    ElastiCache refuses unknown engines, and versions that the engine does not have.
    """
    engine = known_text(resource, "Engine")
    version = version_text(resource)
    if engine and engine.lower() not in _ENGINES:
        yield violation("Engine", f"be one of {', '.join(_ENGINES)}", engine)
    elif engine.lower() == "memcached":
        messages = clusters.memcached_version_problems(version, "EngineVersion") if version else []
        yield from findings_from(resource, messages, {"EngineVersion": "1.6.22"})
    elif engine:
        messages = versions.engine_problems(engine.lower(), version, "Engine", "EngineVersion")
        yield from findings_from(
            resource, messages, {"EngineVersion": "7.2" if engine == "valkey" else "7.1"}
        )


@RULES.resource("ELASTICACHE-040", CLUSTER, page="CreateCacheCluster")
def nodes(resource: Resource) -> Iterator[Violation]:
    """`NumCacheNodes` must be 1 to 60 for Memcached, and 1 for other engines.

    ElastiCache refuses other numbers. Replicas and shards need a replication group.
    """
    engine, count = known_text(resource, "Engine"), resource.number("NumCacheNodes")
    if engine in _ENGINES and count is not None:
        low, high = clusters.MEMCACHED_NODES if engine == "memcached" else (1, 1)
        nearest = {"NumCacheNodes": int(min(max(count, low), high))}
        messages = clusters.node_count_problems(engine, count, "NumCacheNodes")
        yield from findings_from(resource, messages, nearest)


@RULES.resource("ELASTICACHE-041", CLUSTER, page="CreateCacheCluster")
def places(resource: Resource) -> Iterator[Violation]:
    """Availability zones must match the nodes and the `AZMode`.

    ElastiCache refuses another number of zones than nodes, and cross-az with a single node or zone.
    """
    engine = known_text(resource, "Engine")
    if engine not in _ENGINES:
        return
    count = resource.number("NumCacheNodes")
    messages = clusters.placement_problems(
        engine,
        -1e300 if count is None else count,  # what is known at deploy time only passes
        known_text(resource, "AZMode"),
        texts(resource, "PreferredAvailabilityZones"),
        "AZMode",
        "PreferredAvailabilityZones",
    )
    if known_text(resource, "AZMode") in ("", *clusters.AZ_MODES):
        yield from findings_from(
            resource, messages, {"AZMode": "single-az"} if count == 1 else None
        )
    if is_given(resource, "PreferredAvailabilityZone"):
        if is_given(resource, "PreferredAvailabilityZones"):
            shown = resource.get("PreferredAvailabilityZone")
            requirement = "be absent with `PreferredAvailabilityZones`"
            yield violation("PreferredAvailabilityZone", requirement, shown)
        elif known_text(resource, "AZMode") == "cross-az":
            requirement = "be single-az with `PreferredAvailabilityZone`, which is for all nodes"
            yield violation("AZMode", requirement, "cross-az", "single-az")


@RULES.resource("ELASTICACHE-042", CLUSTER, page="ElastiCache in-transit encryption (TLS)")
def tls(resource: Resource) -> Iterator[Violation]:
    """TLS for Memcached requires version 1.6.12 and a VPC.

    ElastiCache refuses encryption in transit on older versions and node types.
    """
    if known_text(resource, "Engine") != "memcached":
        return
    messages = clusters.memcached_tls_problems(
        resource.boolean("TransitEncryptionEnabled") is True,
        version_text(resource),
        known_text(resource, "CacheNodeType"),
        tls_argument="TransitEncryptionEnabled",
    )
    yield from findings_from(resource, messages)


@RULES.resource("ELASTICACHE-043", CLUSTER, page="Snapshot and restore")
def snapshots(resource: Resource) -> Iterator[Violation]:
    """Snapshots must be kept at most 35 days; Memcached clusters must have none.

    ElastiCache refuses snapshot properties of Memcached, longer retention, and several sources to
    restore from.
    """
    engine = known_text(resource, "Engine")
    if engine != "memcached":
        yield from check_range(resource, "SnapshotRetentionLimit", *RETENTION_DAYS, "days")
        for number, arn in enumerate(texts(resource, "SnapshotArns")):
            yield from findings_from(resource, arn_problems(arn, f"SnapshotArns.{number}", ["s3"]))
        if len(resource.items("SnapshotArns")) > 1:
            yield violation("SnapshotArns", "be one file", len(resource.items("SnapshotArns")), 1)
        if is_given(resource, "SnapshotArns") and is_given(resource, "SnapshotName"):
            yield violation(
                "SnapshotName", "be absent with `SnapshotArns`", resource.get("SnapshotName")
            )
        return
    for path in ("SnapshotArns", "SnapshotName", "SnapshotRetentionLimit", "SnapshotWindow"):
        unknown = path == "SnapshotRetentionLimit" and whole(resource, path) is None
        if is_given(resource, path) and whole(resource, path) != 0 and not unknown:
            requirement = "be absent for memcached, which has no snapshots"
            yield violation(path, requirement, resource.get(path))


@RULES.resource("ELASTICACHE-044", CLUSTER, page="Managing maintenance")
def windows(resource: Resource) -> Iterator[Violation]:
    """Maintenance and snapshot windows must last an hour or more, and not overlap.

    ElastiCache refuses other windows. Both are in UTC.
    """
    weekly = known_text(resource, "PreferredMaintenanceWindow")
    daily = known_text(resource, "SnapshotWindow")
    if weekly:
        yield from findings_from(
            resource, maintenance_window_problems(weekly, "PreferredMaintenanceWindow")
        )
    if daily and known_text(resource, "Engine") != "memcached":
        yield from findings_from(resource, snapshot_window_problems(daily, "SnapshotWindow"))
        messages = windows_overlap_problems(
            daily, weekly, "SnapshotWindow", "PreferredMaintenanceWindow"
        )
        yield from findings_from(resource, messages)
