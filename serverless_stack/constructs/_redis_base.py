"""What every part of a RedisCache has: its attributes, its names and its endpoints."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.checks.elasticache.model import ReplicationGroup
from serverless_stack.constructs._network import CacheNetwork
from serverless_stack.constructs._redis_endpoints import endpoints_of
from serverless_stack.constructs._redis_group import node_ids
from serverless_stack.constructs._redis_users import RedisUser


class RedisBase(Construct):
    """What a Redis is made of, and how it is reached; `RedisCache` makes it and documents it."""

    vpc: ec2.IVpc
    replication_group: elasticache.CfnReplicationGroup
    security_groups: Sequence[ec2.ISecurityGroup]
    user: RedisUser | None
    user_group: elasticache.CfnUserGroup | None
    rotation_function: lambda_.Function | None
    global_datastore: elasticache.CfnGlobalReplicationGroup | None
    _group: ReplicationGroup
    _network: CacheNetwork
    _own_vpc: bool
    _port: int
    _secret: secretsmanager.ISecret | None
    _log_retention: logs.RetentionDays
    _log_policy: RemovalPolicy
    _removal_policy: RemovalPolicy

    @property
    def connections(self) -> ec2.Connections:
        """The security groups and the port, for ``allow_from`` and the like."""
        return self._network.connections

    @property
    def secret(self) -> secretsmanager.ISecret:
        """The secret with the AUTH token or password.

        Raises:
            ValueError: If clients authenticate with IAM or not at all.
        """
        if self._secret is None:
            raise ValueError(f"`auth` must be token or password for a secret (in {self.node.path})")
        return self._secret

    @property
    def cache_name(self) -> str:
        """The name of the replication group, as metrics have it; a token until it is deployed."""
        return self.replication_group.ref

    @property
    def node_ids(self) -> list[str]:
        """The ids of the nodes, as metrics have them, before any scaling; tokens."""
        return node_ids(self._group, self.cache_name)

    @property
    def primary_endpoint(self) -> str:
        """``host:port`` of the primary, which takes writes; a token until it is deployed.

        Raises:
            ValueError: In cluster mode, which has a primary in each shard.
        """
        return endpoints_of(self._group, self.replication_group, cluster=False).primary

    @property
    def reader_endpoint(self) -> str:
        """``host:port`` that spreads reads over the replicas; a token until it is deployed.

        Raises:
            ValueError: In cluster mode, which has replicas in each shard.
        """
        return endpoints_of(self._group, self.replication_group, cluster=False).reader

    @property
    def configuration_endpoint(self) -> str:
        """``host:port`` that names the shards to a client; a token until it is deployed.

        Raises:
            ValueError: If cluster mode is off.
        """
        return endpoints_of(self._group, self.replication_group, cluster=True).configuration
