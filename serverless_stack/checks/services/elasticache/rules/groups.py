"""Rules on replication groups: what goes with what."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    REDACTED,
    Violation,
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
from serverless_stack.checks.services.elasticache.rules._groups import group_of
from serverless_stack.checks.services.elasticache.rules._views import (
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
    """The id has 1 to 40 letters, digits and single hyphens."""
    name = known_text(resource, "ReplicationGroupId")
    if name:
        nearest = {"ReplicationGroupId": nearest_name(name)}
        yield from findings_from(resource, name_problems(name, "ReplicationGroupId"), nearest)


@RULES.resource("ELASTICACHE-002", GROUP, page="Engine versions and upgrading in ElastiCache")
def engine_version(resource: Resource) -> Iterator[Violation]:
    """The engine, and the version of it, exist."""
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
    """The version has what is asked of it."""
    group = group_of(resource)
    if versions.engine_problems(group.engine, group.engine_version):
        return
    used = features_of(group)
    if is_given(resource, "TransitEncryptionMode"):
        used.append(_TLS_MODE)
    if known_text(resource, "ClusterMode") == "compatible":
        used.append(_COMPATIBLE)
    found = versions.feature_problems(group.engine, group.engine_version, used, "EngineVersion")
    yield from findings_from(resource, found)


@RULES.resource("ELASTICACHE-004", GROUP, page="Minimizing downtime by using Multi-AZ")
def failover(resource: Resource) -> Iterator[Violation]:
    """A replication group can fail over as it is told to."""
    yield from findings_from(resource, failover_problems(group_of(resource)))


@RULES.resource("ELASTICACHE-005", GROUP, page="At-Rest Encryption in ElastiCache")
def encryption(resource: Resource) -> Iterator[Violation]:
    """The nodes can encrypt."""
    yield from findings_from(resource, encryption_problems(group_of(resource)))


@RULES.resource("ELASTICACHE-006", GROUP, page="Supported node types", severity=Severity.WARNING)
def doubtful_encryption(resource: Resource) -> Iterator[Violation]:
    """Nodes of the generation of M3 and R3 may come without encryption at rest."""
    yield from findings_from(resource, doubtful_encryption_problems(group_of(resource)))


@RULES.resource(
    "ELASTICACHE-007", GROUP, page="Authenticating with the Valkey and Redis OSS AUTH command"
)
def authentication(resource: Resource) -> Iterator[Violation]:
    """Clients authenticate in one way, over TLS."""
    yield from findings_from(resource, authentication_problems(group_of(resource)))


@RULES.resource(
    "ELASTICACHE-008", GROUP, page="Authenticating with the Valkey and Redis OSS AUTH command"
)
def auth_token(resource: Resource) -> Iterator[Violation]:
    """The AUTH token has the length and the characters that ElastiCache takes."""
    token = known_text(resource, "AuthToken")
    if token:
        yield from findings_from(resource, auth_token_problems(token, "AuthToken"))


@RULES.resource("ELASTICACHE-009", GROUP, page="Data tiering in ElastiCache")
def nodes(resource: Resource) -> Iterator[Violation]:
    """The node type supports data tiering, and cluster mode, where they are on."""
    yield from findings_from(resource, node_problems(group_of(resource)))


@RULES.resource("ELASTICACHE-010", GROUP, page="Snapshot and restore")
def snapshots(resource: Resource) -> Iterator[Violation]:
    """Backups are kept up to 35 days, and restored from one source."""
    yield from check_range(resource, "SnapshotRetentionLimit", *backups.RETENTION_DAYS, "days")
    group = group_of(resource)
    low, high = backups.RETENTION_DAYS
    kept = group.snapshot_retention_days
    found = backups.backup_problems(
        group.name,
        retention_days=kept if kept is not None and low <= kept <= high else None,
        snapshot_name=group.snapshot_name,
        snapshot_arns=group.snapshot_arns,
        final_snapshot=group.final_snapshot,
        family=group.family,
    )
    yield from findings_from(resource, found)


@RULES.resource("ELASTICACHE-011", GROUP, page="Scheduling automatic backups")
def snapshot_window(resource: Resource) -> Iterator[Violation]:
    """Backups begin in a window of an hour or more, apart from maintenance."""
    group = group_of(resource)
    found = backups.backup_problems(
        group.name,
        snapshot_window=group.snapshot_window,
        maintenance_window=group.preferred_maintenance_window,
    )
    yield from findings_from(resource, found)


@RULES.resource("ELASTICACHE-012", GROUP, page="Managing maintenance")
def maintenance_window(resource: Resource) -> Iterator[Violation]:
    """Maintenance has a window of an hour or more."""
    window = known_text(resource, "PreferredMaintenanceWindow")
    if window:
        yield from findings_from(
            resource, maintenance_window_problems(window, "PreferredMaintenanceWindow")
        )


@RULES.resource("ELASTICACHE-013", GROUP, page="Role-Based Access Control (RBAC)")
def user_group(resource: Resource) -> Iterator[Violation]:
    """A replication group has one user group, of its engine or of redis."""
    listed = resource.items("UserGroupIds")
    if len(listed) > 1:
        yield violation("UserGroupIds", "have 1 user group at most", len(listed), 1)
    redis = group_of(resource).engine == "redis" and not is_unresolved(resource.get("Engine"))
    for each in referred(resource, "UserGroupIds", USERS):
        if redis and known_text(each, "Engine") == "valkey":
            yield violation(
                "UserGroupIds", "be of the engine redis, as the cache is", each.logical_id, "redis"
            )


@RULES.resource("ELASTICACHE-014", GROUP, page="ElastiCache in-transit encryption (TLS)")
def tls_mode(resource: Resource) -> Iterator[Violation]:
    """A mode of TLS goes with TLS."""
    mode = known_text(resource, "TransitEncryptionMode")
    if mode and resource.boolean("TransitEncryptionEnabled") is False:
        yield violation("TransitEncryptionMode", "go with `TransitEncryptionEnabled`", mode)


@RULES.resource("ELASTICACHE-015", GROUP, page="CreateReplicationGroup", severity=Severity.WARNING)
def secondary(resource: Resource) -> Iterator[Violation]:
    """A secondary of a global datastore takes from the primary what the primary decides."""
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
def tls_is_told(resource: Resource) -> Iterator[Violation]:
    """Valkey has no default for TLS in CloudFormation."""
    path = "TransitEncryptionEnabled"
    told_elsewhere = is_given(resource, "GlobalReplicationGroupId") or not is_whole(resource)
    missing = resource.get(path) is None and not told_elsewhere
    if missing and known_text(resource, "Engine") == "valkey":
        yield violation(path, "be told for valkey, which has no default for it", None, True)
