"""Rules on replication groups."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    REDACTED,
    Violation,
    check_count,
    check_range,
    findings_from,
    violation,
)
from serverless_stack.checks.services.elasticache.limits import backups, versions
from serverless_stack.checks.services.elasticache.limits.common import (
    maintenance_window_problems,
    name_problems,
)
from serverless_stack.checks.services.elasticache.limits.replication_groups import (
    failover_problems,
    features_of,
    node_problems,
)
from serverless_stack.checks.services.elasticache.limits.security import (
    auth_token_problems,
    authentication_problems,
    doubtful_encryption_problems,
    encryption_problems,
)
from serverless_stack.checks.services.elasticache.rules.models import group_of
from serverless_stack.checks.services.elasticache.rules.reading import (
    GROUP,
    USERS,
    is_given,
    is_whole,
    known_text,
    nearest_name,
    referred,
    version_text,
)

RULES = RuleList()

_TLS_MODE = versions.Feature("`TransitEncryptionMode`", (7, 0))
_COMPATIBLE = versions.Feature("the cluster mode `compatible`", (7, 0))


@RULES.resource("ELASTICACHE-001", GROUP, page="CreateReplicationGroup")
def replication_group_id(resource: Resource) -> Iterator[Violation]:
    """`ReplicationGroupId` must have 1 to 40 letters, digits and single hyphens.

    ElastiCache refuses names that do not begin with a letter, end with a hyphen or have two in a
    row. Leave the name out to let CloudFormation generate it.
    """
    name = known_text(resource, "ReplicationGroupId")
    if name:
        nearest = {"ReplicationGroupId": nearest_name(name)}
        yield from findings_from(resource, name_problems(name, "ReplicationGroupId"), nearest)


@RULES.resource("ELASTICACHE-002", GROUP, page="Engine versions and upgrading in ElastiCache")
def engine_version(resource: Resource) -> Iterator[Violation]:
    """`Engine` and `EngineVersion` must be a combination that exists.

    ElastiCache refuses unknown engines and versions. Redis OSS ends at 7.1; later versions are
    Valkey.
    """
    if is_unresolved(resource.get("Engine")):
        return
    engine, version = group_of(resource).engine, version_text(resource)
    nearest = {"EngineVersion": "7.2" if engine == "valkey" else "7.1"}
    if version.startswith(("1", "2")) and engine == "redis":
        nearest = {}
    yield from findings_from(
        resource,
        versions.engine_problems(engine, version, "Engine", "EngineVersion"),
        nearest,
    )


@RULES.resource("ELASTICACHE-003", GROUP, page="Supported engines and versions")
def features(resource: Resource) -> Iterator[Violation]:
    """`EngineVersion` must support the features in use.

    ElastiCache refuses cluster mode, encryption, users, data tiering and log delivery on versions
    that do not have them. Move to the version that the finding names.
    """
    group = group_of(resource)
    if versions.engine_problems(group.engine, group.engine_version):
        return
    used = features_of(group)
    if is_given(resource, "TransitEncryptionMode"):
        used.append(_TLS_MODE)
    if known_text(resource, "ClusterMode") == "compatible":
        used.append(_COMPATIBLE)
    messages = versions.feature_problems(group.engine, group.engine_version, used, "EngineVersion")
    yield from findings_from(resource, messages)


@RULES.resource("ELASTICACHE-004", GROUP, page="Minimizing downtime by using Multi-AZ")
def failover(resource: Resource) -> Iterator[Violation]:
    """Automatic failover and Multi-AZ require a second node.

    ElastiCache refuses them for a single node and on nodes that do not support them, and requires
    failover in cluster mode. Add a replica.
    """
    yield from findings_from(resource, failover_problems(group_of(resource)))


@RULES.resource("ELASTICACHE-005", GROUP, page="At-Rest Encryption in ElastiCache")
def encryption(resource: Resource) -> Iterator[Violation]:
    """Encryption must be supported by the node type, and keys require it.

    ElastiCache refuses encryption on old node types, and a KMS key without encryption at rest.
    """
    yield from findings_from(resource, encryption_problems(group_of(resource)))


@RULES.resource("ELASTICACHE-006", GROUP, page="Supported node types", severity=Severity.WARNING)
def doubtful_encryption(resource: Resource) -> Iterator[Violation]:
    """Encryption at rest on M3 and R3 nodes must be verified.

    AWS's pages disagree on whether these nodes encrypt at rest, so the deployment may fail. Use a
    current node type.
    """
    yield from findings_from(resource, doubtful_encryption_problems(group_of(resource)))


@RULES.resource(
    "ELASTICACHE-007", GROUP, page="Authenticating with the Valkey and Redis OSS AUTH command"
)
def authentication(resource: Resource) -> Iterator[Violation]:
    """AUTH tokens and user groups require TLS, and exclude each other.

    ElastiCache refuses either of them without `TransitEncryptionEnabled`, and both together.
    """
    yield from findings_from(resource, authentication_problems(group_of(resource)))


@RULES.resource(
    "ELASTICACHE-008", GROUP, page="Authenticating with the Valkey and Redis OSS AUTH command"
)
def auth_token(resource: Resource) -> Iterator[Violation]:
    """`AuthToken` must have 16 to 128 characters of those accepted.

    ElastiCache refuses other lengths, and special characters other than `! & # $ ^ < > -`.
    """
    token = known_text(resource, "AuthToken")
    if token:
        yield from findings_from(resource, auth_token_problems(token, "AuthToken"))


@RULES.resource("ELASTICACHE-009", GROUP, page="Data tiering in ElastiCache")
def nodes(resource: Resource) -> Iterator[Violation]:
    """Data tiering and cluster mode must be supported by the node type.

    ElastiCache has data tiering on r6gd nodes only, requires it there, and has no cluster mode on
    the oldest nodes.
    """
    yield from findings_from(resource, node_problems(group_of(resource)))


@RULES.resource("ELASTICACHE-010", GROUP, page="Snapshot and restore")
def snapshots(resource: Resource) -> Iterator[Violation]:
    """Backups must be kept at most 35 days, and restored from one source.

    ElastiCache refuses longer retention, both `SnapshotName` and `SnapshotArns`, ARNs that are no
    objects in S3, and backups of t1 nodes.
    """
    yield from check_range(resource, "SnapshotRetentionLimit", *backups.RETENTION_DAYS, "days")
    group = group_of(resource)
    low, high = backups.RETENTION_DAYS
    kept = group.snapshot_retention_days
    messages = backups.backup_problems(
        group.name,
        retention_days=kept if kept is not None and low <= kept <= high else None,
        snapshot_name=group.snapshot_name,
        snapshot_arns=group.snapshot_arns,
        final_snapshot=group.final_snapshot,
        family=group.family,
    )
    yield from findings_from(resource, messages)


@RULES.resource("ELASTICACHE-011", GROUP, page="Scheduling automatic backups")
def snapshot_window(resource: Resource) -> Iterator[Violation]:
    """`SnapshotWindow` must last an hour or more, apart from maintenance.

    ElastiCache refuses other windows and those that overlap with the maintenance window. Write
    `03:00-04:00`, in UTC.
    """
    group = group_of(resource)
    messages = backups.backup_problems(
        group.name,
        snapshot_window=group.snapshot_window,
        maintenance_window=group.preferred_maintenance_window,
    )
    yield from findings_from(resource, messages)


@RULES.resource("ELASTICACHE-012", GROUP, page="Managing maintenance")
def maintenance_window(resource: Resource) -> Iterator[Violation]:
    """`PreferredMaintenanceWindow` must last 60 minutes to 24 hours.

    ElastiCache refuses other windows. Write `sun:05:00-sun:06:00`, in UTC.
    """
    window = known_text(resource, "PreferredMaintenanceWindow")
    if window:
        yield from findings_from(
            resource, maintenance_window_problems(window, "PreferredMaintenanceWindow")
        )


@RULES.resource("ELASTICACHE-013", GROUP, page="Role-Based Access Control (RBAC)")
def user_group(resource: Resource) -> Iterator[Violation]:
    """`UserGroupIds` must be one user group of the cache's engine.

    ElastiCache refuses several groups, and groups of the engine valkey for Redis OSS caches.
    """
    yield from check_count(resource, "UserGroupIds", 1, "user group")
    redis = group_of(resource).engine == "redis" and not is_unresolved(resource.get("Engine"))
    for item in referred(resource, "UserGroupIds", USERS):
        if redis and known_text(item, "Engine") == "valkey":
            yield violation(
                "UserGroupIds", "have the engine redis, like the cache", item.logical_id, "redis"
            )


@RULES.resource("ELASTICACHE-014", GROUP, page="ElastiCache in-transit encryption (TLS)")
def tls_mode(resource: Resource) -> Iterator[Violation]:
    """`TransitEncryptionMode` requires `TransitEncryptionEnabled`.

    ElastiCache refuses a mode for a cache without encryption in transit.
    """
    mode = known_text(resource, "TransitEncryptionMode")
    if mode and resource.boolean("TransitEncryptionEnabled") is False:
        yield violation("TransitEncryptionMode", "be used with `TransitEncryptionEnabled`", mode)


@RULES.resource("ELASTICACHE-015", GROUP, page="CreateReplicationGroup", severity=Severity.WARNING)
def secondary(resource: Resource) -> Iterator[Violation]:
    """Secondary replication groups must not set what their primary decides.

    The global datastore ignores or refuses engine, node type, shards, encryption and snapshots of a
    secondary. Leave them out.
    """
    if not is_given(resource, "GlobalReplicationGroupId"):
        return
    for path in (
        "AtRestEncryptionEnabled",
        "AuthToken",
        "CacheNodeType",
        "CacheParameterGroupName",
        "DataTieringEnabled",
        "Engine",
        "EngineVersion",
        "NumNodeGroups",
        "SnapshotArns",
        "SnapshotName",
        "TransitEncryptionEnabled",
    ):
        if is_given(resource, path):
            shown = REDACTED if path == "AuthToken" else resource.get(path)
            yield violation(path, "be left to the primary of the global datastore", shown)


@RULES.resource("ELASTICACHE-072", GROUP, page="AWS::ElastiCache::ReplicationGroup")
def tls_is_set(resource: Resource) -> Iterator[Violation]:
    """`TransitEncryptionEnabled` must be set for Valkey.

    CloudFormation has no default for it with Valkey, and the deployment fails. Set it to true.
    """
    path = "TransitEncryptionEnabled"
    set_elsewhere = is_given(resource, "GlobalReplicationGroupId") or not is_whole(resource)
    missing = resource.get(path) is None and not set_elsewhere
    if missing and known_text(resource, "Engine") == "valkey":
        yield violation(path, "be set for valkey, which has no default for it", None, True)
