"""Rules on serverless caches."""

from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    check_range,
    findings_from,
    violation,
)
from serverless_stack.checks.services.elasticache.limits import serverless
from serverless_stack.checks.services.elasticache.limits.common import name_problems
from serverless_stack.checks.services.elasticache.rules.reading import (
    SERVERLESS,
    USERS,
    is_given,
    known_text,
    nearest_name,
    referred,
    texts,
)

RULES = RuleList()

_STORAGE = "CacheUsageLimits.DataStorage"
_ECPU = "CacheUsageLimits.ECPUPerSecond"
_MOST_GROUPS = 5


@RULES.resource("ELASTICACHE-045", SERVERLESS, page="CreateServerlessCache")
def name(resource: Resource) -> Iterator[Violation]:
    """Serverless caches must have a valid name and a short description.

    ElastiCache refuses names of more than 40 characters or with others than letters, digits and
    single hyphens, and descriptions of more than 255 characters.
    """
    text = known_text(resource, "ServerlessCacheName")
    if text:
        nearest = {"ServerlessCacheName": nearest_name(text)}
        yield from findings_from(resource, name_problems(text, "ServerlessCacheName"), nearest)
    description = known_text(resource, "Description")
    yield from findings_from(resource, serverless.description_problems(description, "Description"))


@RULES.resource("ELASTICACHE-046", SERVERLESS, page="CreateServerlessCache")
def engine(resource: Resource) -> Iterator[Violation]:
    """`MajorEngineVersion` must be a major version of the engine.

    ElastiCache Serverless has Valkey 7 and later, Redis OSS 7 and Memcached 1.6, without minor
    versions.
    """
    engine = known_text(resource, "Engine").lower()
    if engine:
        messages = serverless.engine_problems(
            engine, known_text(resource, "MajorEngineVersion"), "Engine", "MajorEngineVersion"
        )
        nearest = serverless.MAJOR_VERSIONS.get(engine)
        yield from findings_from(
            resource, messages, {"MajorEngineVersion": nearest} if nearest else None
        )


@RULES.resource("ELASTICACHE-047", SERVERLESS, page="Scaling ElastiCache Serverless")
def limits(resource: Resource) -> Iterator[Violation]:
    """`CacheUsageLimits` must be within ElastiCache's limits, and in order.

    ElastiCache refuses storage outside 1 to 5,000 GB, processing outside 1,000 to 15,000,000 ECPU
    per second, and minimums above maximums.
    """
    unit = known_text(resource, f"{_STORAGE}.Unit")
    if unit and unit != "GB":
        yield violation(f"{_STORAGE}.Unit", "be GB", unit, "GB")
        return
    for path, bounds, shown in (
        (_STORAGE, serverless.STORAGE_GB, "GB"),
        (_ECPU, serverless.ECPU_PER_SECOND, "ECPU per second"),
    ):
        for end in ("Minimum", "Maximum"):
            yield from check_range(resource, f"{path}.{end}", *bounds, shown)
        low, high = resource.number(f"{path}.Minimum"), resource.number(f"{path}.Maximum")
        if low is not None and high is not None and low > high:
            yield violation(f"{path}.Minimum", "be at most `Maximum`", int(low), int(high))


@RULES.resource("ELASTICACHE-048", SERVERLESS, page="Snapshot and restore")
def snapshots(resource: Resource) -> Iterator[Violation]:
    """Snapshots must be kept at most 35 days, and made at a valid time.

    ElastiCache refuses longer retention, times that are not `hh:mm`, a time without retention, and
    invalid ARNs and names.
    """
    low, high = serverless.SNAPSHOT_RETENTION_DAYS
    yield from check_range(resource, "SnapshotRetentionLimit", low, high, "days")
    kept = resource.number("SnapshotRetentionLimit")
    messages = serverless.snapshot_problems(
        kept if kept is not None and low <= kept <= high else high,
        known_text(resource, "DailySnapshotTime"),
        texts(resource, "SnapshotArnsToRestore"),
        "SnapshotRetentionLimit",
        "DailySnapshotTime",
        "SnapshotArnsToRestore",
    )
    yield from findings_from(resource, messages)
    final = known_text(resource, "FinalSnapshotName")
    if final:
        nearest = {"FinalSnapshotName": nearest_name(final, 255)}
        yield from findings_from(resource, name_problems(final, "FinalSnapshotName", 255), nearest)


@RULES.resource("ELASTICACHE-049", SERVERLESS, page="CreateServerlessCache")
def places(resource: Resource) -> Iterator[Violation]:
    """`SubnetIds` must be 2 or 3 subnets in different zones.

    ElastiCache Serverless creates a VPC endpoint, which takes one subnet per availability zone, and
    refuses more than 5 security groups.
    """
    subnets = resource.items("SubnetIds")
    if subnets:
        zones = [
            known_text(item, "AvailabilityZone") or None
            for item in referred(resource, "SubnetIds", "AWS::EC2::Subnet")
        ]
        yield from findings_from(
            resource, serverless.subnet_problems(len(subnets), zones, "SubnetIds")
        )
    yield from check_count(resource, "SecurityGroupIds", _MOST_GROUPS, "groups")


@RULES.resource("ELASTICACHE-050", SERVERLESS, page="Role-Based Access Control (RBAC)")
def users(resource: Resource) -> Iterator[Violation]:
    """`UserGroupId` must be a user group of the cache's engine.

    ElastiCache refuses users for Memcached, and groups of the engine valkey for Redis OSS caches.
    """
    engine = known_text(resource, "Engine").lower()
    given = is_given(resource, "UserGroupId")
    yield from findings_from(resource, serverless.user_group_problems(engine, given, "UserGroupId"))
    for group in referred(resource, "UserGroupId", USERS):
        if engine == "redis" and known_text(group, "Engine") == "valkey":
            requirement = "have the engine redis, like the cache"
            yield violation("UserGroupId", requirement, group.logical_id, "redis")
