"""The replication groups of a template as plain values, for the limits."""

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup
from serverless_stack.checks.services.elasticache.rules.parameter_groups import cluster_enabled
from serverless_stack.checks.services.elasticache.rules.reading import (
    USER,
    USERS,
    is_given,
    known_text,
    referred,
    texts,
    version_text,
    whole,
)

_NAMES = {
    "replication_group_id": "ReplicationGroupId",
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "node_type": "CacheNodeType",
    "num_node_groups": "NumNodeGroups",
    "replicas": "ReplicasPerNodeGroup",
    "automatic_failover_enabled": "AutomaticFailoverEnabled",
    "multi_az_enabled": "MultiAZEnabled",
    "port": "Port",
    "transit_encryption_enabled": "TransitEncryptionEnabled",
    "at_rest_encryption_enabled": "AtRestEncryptionEnabled",
    "kms_key": "KmsKeyId",
    "auth_token": "AuthToken",
    "user_group": "UserGroupIds",
    "cache_parameter_group_name": "CacheParameterGroupName",
    "data_tiering_enabled": "DataTieringEnabled",
    "snapshot_retention_days": "SnapshotRetentionLimit",
    "snapshot_window": "SnapshotWindow",
    "snapshot_name": "SnapshotName",
    "snapshot_arns": "SnapshotArns",
    "final_snapshot": "DeletionPolicy",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
}


def group_of(resource: Resource) -> ReplicationGroup:
    """Return a replication group in plain values, built once per resource."""
    return resource.template.once(_group, resource)


def shards_of(resource: Resource) -> int | None:
    """Return the number of shards; None if it is not set or unknown."""
    listed = resource.items("NodeGroupConfiguration")
    return len(listed) or whole(resource, "NumNodeGroups")


def replicas_of(resource: Resource) -> int | None:
    """Return the replicas of each primary; None if they are not set or unknown."""
    nodes = whole(resource, "NumCacheClusters")
    item = whole(resource, "ReplicasPerNodeGroup")
    listed = {
        whole(resource, f"NodeGroupConfiguration.{number}.ReplicaCount")
        for number, _shard in enumerate(resource.items("NodeGroupConfiguration"))
    }
    if item is not None:
        return item
    if len(listed) == 1:
        return listed.pop()
    if nodes is not None:
        return nodes - 1
    sizing = ("NumCacheClusters", "NumNodeGroups", "NodeGroupConfiguration", "ReplicasPerNodeGroup")
    elsewhere = ("PrimaryClusterId", "GlobalReplicationGroupId", "PreferredCacheClusterAZs")
    return None if any(is_given(resource, path) for path in (*sizing, *elsewhere)) else 0


def cluster_mode_of(resource: Resource) -> bool | None:
    """Return whether a replication group has shards; None if it is unknown."""
    mode = known_text(resource, "ClusterMode")
    shards = shards_of(resource)
    if mode in ("enabled", "disabled"):
        return mode == "enabled"
    if shards is not None and shards > 1:
        return True
    if is_given(resource, "CacheParameterGroupName"):
        return cluster_enabled(resource)
    sizing = ("NumNodeGroups", "NodeGroupConfiguration", "ClusterMode", "GlobalReplicationGroupId")
    return None if any(is_given(resource, path) for path in sizing) else False


def _group(_: Template, resource: Resource) -> ReplicationGroup:
    mode = cluster_mode_of(resource)
    shards = shards_of(resource)
    engine = (known_text(resource, "Engine") or "redis").lower()
    if is_unresolved(resource.get("Engine")):
        engine = ""
    plain = engine == "redis" and not is_given(resource, "Engine")
    logs = {
        known_text(resource, f"LogDeliveryConfigurations.{number}.LogType")
        for number, _log in enumerate(resource.items("LogDeliveryConfigurations"))
    }
    failover = resource.boolean("AutomaticFailoverEnabled")
    if failover is None and not is_given(resource, "AutomaticFailoverEnabled") and mode is False:
        failover = False
    tls = resource.boolean("TransitEncryptionEnabled")
    if tls is None and not is_given(resource, "TransitEncryptionEnabled"):
        tls = (
            False
            if engine == "redis" and not is_given(resource, "GlobalReplicationGroupId")
            else None
        )
    one = "`NumCacheClusters` of 1" if is_given(resource, "NumCacheClusters") else ""
    if not is_given(resource, "NumCacheClusters") and not is_given(
        resource, "ReplicasPerNodeGroup"
    ):
        one = "no `NumCacheClusters`, which is 1"
    return ReplicationGroup(
        names={**_NAMES, **({"one_node": one} if one else {})},
        replication_group_id=known_text(resource, "ReplicationGroupId"),
        engine="redis" if plain else engine,
        engine_version=version_text(resource),
        node_type=known_text(resource, "CacheNodeType"),
        num_node_groups=None if mode is None else (shards or 1) if mode else 0,
        replicas=replicas_of(resource),
        automatic_failover_enabled=failover,
        multi_az_enabled=resource.boolean("MultiAZEnabled"),
        transit_encryption_enabled=tls,
        at_rest_encryption_enabled=resource.boolean("AtRestEncryptionEnabled"),
        kms_key=is_given(resource, "KmsKeyId"),
        auth_token=is_given(resource, "AuthToken"),
        user_group=is_given(resource, "UserGroupIds"),
        iam=_has_iam_user(resource),
        cache_parameter_group_name=known_text(resource, "CacheParameterGroupName"),
        data_tiering_enabled=_tiered(resource),
        slow_log="slow-log" in logs,
        engine_log="engine-log" in logs,
        snapshot_retention_days=whole(resource, "SnapshotRetentionLimit"),
        snapshot_window=known_text(resource, "SnapshotWindow"),
        snapshot_name="restored" if is_given(resource, "SnapshotName") else "",
        snapshot_arns=texts(resource, "SnapshotArns"),
        final_snapshot=resource.attributes.get("DeletionPolicy") == "Snapshot",
        preferred_maintenance_window=known_text(resource, "PreferredMaintenanceWindow"),
        secondary=is_given(resource, "GlobalReplicationGroupId"),
    )


def _tiered(resource: Resource) -> bool | None:
    if is_given(resource, "DataTieringEnabled") or is_given(resource, "GlobalReplicationGroupId"):
        return resource.boolean("DataTieringEnabled")
    return False


def _has_iam_user(resource: Resource) -> bool:
    return any(
        known_text(user, "AuthenticationMode.Type") == "iam"
        for group in referred(resource, "UserGroupIds", USERS)
        for user in referred(group, "UserIds", USER)
    )
