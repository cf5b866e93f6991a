"""A replication group in plain values, for the limits of Amazon ElastiCache."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.elasticache.limits.common import parse_node_type

SHARDS = (1, 500)


@dataclass(frozen=True)
class ReplicationGroup:
    """A replication group in plain values, of a construct or of a template.

    CDK tokens pass all checks, as do None and "", which stand for values that are unknown or that
    AWS chooses.

    Attributes:
        names: The caller's names for fields, for messages. Default: their names here.
        replication_group_id: The id.
        engine: ``redis`` or ``valkey``.
        engine_version: The version of the engine.
        node_type: The node type.
        num_node_groups: Shards in cluster mode; 0 without cluster mode.
        replicas: Replicas of each primary.
        automatic_failover_enabled: Whether a replica takes over.
        multi_az_enabled: Whether the nodes are in several availability zones.
        port: The port.
        transit_encryption_enabled: Whether connections use TLS.
        at_rest_encryption_enabled: Whether data on disk is encrypted.
        kms_key: Whether a KMS key is set.
        auth_token: Whether there is an AUTH token.
        user_group: Whether there is a user group.
        iam: Whether a user of that group authenticates with IAM.
        cache_parameter_group_name: The name of the parameter group.
        parameters: The values of a parameter group that is created for it.
        data_tiering_enabled: Whether data is tiered to SSD.
        slow_log: Whether the slow log is delivered.
        engine_log: Whether the engine log is delivered.
        snapshot_retention_days: Days that an automatic backup is kept.
        snapshot_window: When backups begin.
        snapshot_name: The backup to restore.
        snapshot_arns: RDB files in S3 to restore.
        final_snapshot: Whether its deletion takes a final snapshot.
        preferred_maintenance_window: The maintenance window.
        secondary: Whether it is a secondary of a global datastore.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    replication_group_id: str = ""
    engine: str = "redis"
    engine_version: str = ""
    node_type: str = ""
    num_node_groups: int | None = None
    replicas: int | None = None
    automatic_failover_enabled: bool | None = None
    multi_az_enabled: bool | None = None
    port: int | None = None
    transit_encryption_enabled: bool | None = None
    at_rest_encryption_enabled: bool | None = None
    kms_key: bool = False
    auth_token: bool = False
    user_group: bool = False
    iam: bool = False
    cache_parameter_group_name: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    data_tiering_enabled: bool | None = None
    slow_log: bool = False
    engine_log: bool = False
    snapshot_retention_days: int | None = None
    snapshot_window: str = ""
    snapshot_name: str = ""
    snapshot_arns: Sequence[str] = ()
    final_snapshot: bool = False
    preferred_maintenance_window: str = ""
    secondary: bool = False

    @property
    def family(self) -> str:
        """The family of the node type, such as ``r6gd``; "" if it is unknown."""
        parts = parse_node_type(self.node_type)
        return parts.family if parts else ""

    @property
    def cluster_mode(self) -> bool | None:
        """Whether cluster mode is on; None if that is unknown. A token is a number of shards."""
        if self.num_node_groups is None:
            return None
        return is_unresolved(self.num_node_groups) or self.num_node_groups > 0

    def name(self, attribute: str) -> str:
        """Return the caller's name for a field."""
        return self.names.get(attribute, attribute)
