"""What the arguments of a Redis cache mean together, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk.interfaces import aws_elasticache as refs

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache import (
    ReplicationGroup,
    replication_group_problems,
)
from serverless_stack.checks.services.elasticache.limits.common import topic_problems
from serverless_stack.checks.services.elasticache.limits.durability import durability_problems
from serverless_stack.checks.services.elasticache.limits.parameters import parameter_group_family
from serverless_stack.checks.services.elasticache.limits.scaling import global_datastore_problems
from serverless_stack.checks.services.elasticache.limits.versions import ENGINES
from serverless_stack.constructs.cache.backup import Backup, retention_problems
from serverless_stack.constructs.cache.redis.auth import RedisAuth, auth_problems
from serverless_stack.constructs.cache.redis.engine import RedisEngine
from serverless_stack.constructs.cache.redis.logs import Logs, logs_problems
from serverless_stack.constructs.cache.redis.scaling import autoscale_problems
from serverless_stack.constructs.cache.redis.topology import Durability, RedisTopology
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.retention import Retention

NAMES = {
    "engine": "engine.name",
    "engine_version": "engine.version",
    "num_node_groups": "topology.shards",
    "replicas": "topology.replicas",
    "one_node": "a topology without replicas",
    "automatic_failover_enabled": "topology.automatic_failover",
    "multi_az_enabled": "topology.multi_az",
    "transit_encryption_enabled": "tls",
    "at_rest_encryption_enabled": "encryption_at_rest",
    "kms_key": "encryption_key",
    "auth_token": "auth",
    "user_group": "auth",
    "cache_parameter_group_name": "parameter_group",
    "data_tiering_enabled": "data_tiering",
    "snapshot_retention_days": "backup.retention",
    "snapshot_window": "backup.window",
    "snapshot_name": "backup.restore_name",
    "snapshot_arns": "backup.restore_arns",
    "final_snapshot": "removal_policy",
    "preferred_maintenance_window": "maintenance_window",
}
"""The arguments for the properties that the rules name."""


class GlobalDatastoreRef(Protocol):
    """A global datastore: a ``GlobalDatastore``, or a reference of CDK."""

    @property
    def global_replication_group_ref(self) -> refs.GlobalReplicationGroupReference:
        """The reference."""
        ...


@dataclass(frozen=True)
class RedisArguments:
    """The arguments of a Redis cache; see there.

    Attributes:
        profile: The profile of the cache.
    """

    profile: Profile
    replication_group_id: str | None
    engine: RedisEngine
    node_type: str
    topology: RedisTopology
    durability: Durability | None
    port: int | None
    tls: bool
    encryption_at_rest: bool
    encryption_key: kms.IKey | None
    auth: RedisAuth
    parameters: Mapping[str, str] | None
    parameter_group: refs.IParameterGroupRef | None
    data_tiering: bool | None
    logs: Logs
    backup: Backup
    maintenance_window: str | None
    notification_topic: sns.ITopic | None
    global_datastore: GlobalDatastoreRef | None
    removal_policy: RemovalPolicy | None

    @cached_property
    def retention(self) -> Retention:
        """How long data, backups and logs are kept."""
        return self.profile.retention(
            self.removal_policy,
            log_retention=self.logs.retention,
            backup_days=self.backup.days,
            snapshots=True,
        )

    @property
    def needs_own_key(self) -> bool:
        """Whether the profile asks for a KMS key of the stack."""
        key_of_stack = self.encryption_at_rest and self.profile.settings.customer_key
        return self.encryption_key is None and key_of_stack

    @property
    def is_durable(self) -> bool:
        """Whether writes outlive the loss of all nodes."""
        return self.durability in (Durability.SYNC, Durability.ASYNC)

    @property
    def family(self) -> str:
        """The family of parameter groups; "" if the version is known at deployment only."""
        return parameter_group_family(self.engine.name, self.engine.version)

    @cached_property
    def group(self) -> ReplicationGroup:
        """The replication group as the rules see it, with every default filled in."""
        settings, topology = self.profile.settings, self.topology
        replicas = settings.redis_replicas if topology.replicas is None else topology.replicas
        failover, zones = topology.automatic_failover, topology.multi_az
        by_node_type = self.node_type.startswith("cache.r6gd.")
        existing = self.parameter_group
        return ReplicationGroup(
            names=NAMES,
            replication_group_id=self.replication_group_id or "",
            engine=self.engine.name,
            engine_version=self.engine.version,
            node_type=self.node_type,
            num_node_groups=topology.shards or 0,
            replicas=replicas,
            automatic_failover_enabled=(
                replicas != 0 or topology.shards is not None if failover is None else failover
            ),
            multi_az_enabled=replicas != 0 if zones is None else zones,
            port=settings.redis_port if self.port is None else self.port,
            transit_encryption_enabled=self.tls,
            at_rest_encryption_enabled=self.encryption_at_rest,
            kms_key=self.encryption_key is not None or self.needs_own_key,
            auth_token=self.auth.kind == "token",
            user_group=self.auth.has_user,
            iam=self.auth.kind == "iam",
            cache_parameter_group_name=(
                existing.parameter_group_ref.cache_parameter_group_name if existing else ""
            ),
            parameters=self.parameters or {},
            data_tiering_enabled=by_node_type if self.data_tiering is None else self.data_tiering,
            slow_log=self.logs.slow is not False,
            engine_log=self.logs.engine is not False,
            snapshot_retention_days=self.retention.backup_days,
            snapshot_window=self.backup.window or "",
            snapshot_name=self.backup.restore_name or "",
            snapshot_arns=self.backup.restore_arns,
            final_snapshot=self.retention.final_backup,
            preferred_maintenance_window=self.maintenance_window or "",
            secondary=self.global_datastore is not None,
        )


def argument_problems(arguments: RedisArguments) -> list[str]:
    """List what is wrong with the arguments of a Redis cache.

    Args:
        arguments: The arguments.
    """
    group, topology = arguments.group, arguments.topology
    problems = Problems()
    problems.require(
        topology.shards != 0,
        "`topology.shards` must be between 1 and 500, got: 0",
    )
    problems.add(replication_group_problems(group))
    problems.add(auth_problems(arguments.auth, arguments.engine))
    problems.add(logs_problems(arguments.logs))
    problems.add(retention_problems(arguments.backup))
    problems.require(
        arguments.backup.final_name is None,
        "`backup.final_name` must be left out for a RedisCache, whose final backup CloudFormation "
        "names",
    )
    if arguments.notification_topic is not None:
        problems.add(topic_problems(arguments.notification_topic.topic_arn))
    if arguments.durability is not None:
        problems.add(
            durability_problems(
                group, arguments.durability.value, in_global_datastore=group.secondary
            )
        )
    problems.add(autoscale_problems(topology.autoscale, group))
    problems.add(_family_problems(arguments))
    if group.secondary:
        problems.add(_secondary_problems(arguments))
    return problems.messages


def _family_problems(arguments: RedisArguments) -> list[str]:
    group = arguments.group
    derived = group.cluster_mode or group.parameters
    if group.engine not in ENGINES or arguments.parameter_group or group.secondary or not derived:
        return []
    if arguments.family:
        return []
    return [
        "`engine.version` must be known at synthesis for `parameters` and cluster mode without "
        f"`parameter_group`, got: {group.engine_version!r}"
    ]


def _secondary_problems(arguments: RedisArguments) -> list[str]:
    problems = Problems()
    problems.add(global_datastore_problems(arguments.group))
    of_primary: dict[str, object] = {
        "parameters": arguments.group.parameters,
        "parameter_group": arguments.parameter_group,
        "backup.restore_name": arguments.backup.restore_name,
        "backup.restore_arns": arguments.backup.restore_arns,
    }
    for argument, value in of_primary.items():
        problems.require(
            not value, f"`{argument}` must be left to the primary of the global datastore"
        )
    problems.require(
        arguments.auth.kind != "token" or arguments.auth.secret is not None,
        "`auth.secret` must be a replica of the primary's secret for a secondary with an AUTH "
        "token, got: None",
    )
    return problems.messages
