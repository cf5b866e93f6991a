"""RedisCache: an ElastiCache replication group that functions can be connected to."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk.interfaces import aws_elasticache as refs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.raw import ref_of
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs._internal.tree import node_of, path_of
from serverless_stack.constructs.cache.backup import Backup
from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.cache.client import ClientSettings, elasticache_arn
from serverless_stack.constructs.cache.monitoring.nodes import CacheNode, find_node, nodes_of
from serverless_stack.constructs.cache.network import (
    CacheNetwork,
    choose_subnets,
    create_subnet_group,
    subnet_problems,
)
from serverless_stack.constructs.cache.redis.arguments import (
    GlobalDatastoreRef,
    RedisArguments,
    argument_problems,
)
from serverless_stack.constructs.cache.redis.auth import RedisAuth, secret_value, token_secret
from serverless_stack.constructs.cache.redis.endpoints import RedisEndpoints
from serverless_stack.constructs.cache.redis.engine import RedisEngine
from serverless_stack.constructs.cache.redis.imported import from_attributes
from serverless_stack.constructs.cache.redis.logs import Logs, deliver_logs
from serverless_stack.constructs.cache.redis.replication_group import (
    DEFAULT_PORT,
    create_parameter_group,
    create_replication_group,
)
from serverless_stack.constructs.cache.redis.rotation import rotate, token_of
from serverless_stack.constructs.cache.redis.topology import Durability, RedisTopology
from serverless_stack.constructs.cache.redis.user import create_own_user
from serverless_stack.constructs.cache.redis.user_group import CacheUsers
from serverless_stack.constructs.cache.retention import retain_dependencies
from serverless_stack.constructs.profiles.profile import Profile


class RedisCache(CacheBase):
    """A Redis or Valkey replication group: primaries, replicas, TLS, AUTH, encryption at rest.

    It creates the replication group, a subnet group, a security group, and a secret with a
    generated AUTH token. ElastiCache gets the token by a dynamic reference, so that it never
    appears in a template. Billed per node and hour ("Amazon ElastiCache pricing"), busy or not.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the cache.
        vpc: The VPC of the cache. Default: a new one with two availability zones and no NAT
            gateway.
        vpc_subnets: Subnets in that VPC. Default: the isolated ones, else the private ones.
        security_groups: Security groups of the cache. Default: a new one, closed until
            ``connect``.
        replication_group_id: The name of the cache, 1-40 letters, digits and single hyphens.
            Changing it replaces the cache. Default: made by CloudFormation.
        engine: The engine and its version.
        node_type: The node type, such as ``cache.t4g.micro``.
        topology: Shards and replicas. Default: ``RedisTopology.replicated`` with the replicas of
            the profile (production: 1).
        durability: When a write counts as done; Valkey 9.0 or later in cluster mode. Default:
            decided by ElastiCache, which keeps data in memory only.
        port: The port, 1-65535. Changing it replaces the cache. Default: set by the profile
            (production: 6379).
        tls: Whether connections use TLS; authentication requires it.
        encryption_at_rest: Whether data on disk is encrypted. Changing it replaces the cache.
        encryption_key: A KMS key for encryption at rest. Default: set by the profile (production:
            the key of the service).
        auth: How clients log in. Users need version 6.0, IAM 7.0. Changing it replaces the cache
            in most cases. Default: ``RedisAuth.token()``.
        parameters: Parameters that differ from AWS's defaults, such as
            ``{"maxmemory-policy": "allkeys-lru"}``, in a new parameter group of the family that
            fits the engine and cluster mode. Default: none.
        parameter_group: An existing parameter group instead. Default: AWS's own.
        data_tiering: Whether rarely read values move to SSD, which r6gd nodes do and others
            cannot. Default: as the node type does it.
        logs: Where the slow log and the engine log go. Default: nowhere.
        backup: Automatic backups, and the backup that a new cache begins with. Default: daily
            backups, kept as long as the profile says (production: 7 days).
        maintenance_window: When AWS may maintain the cache, ``ddd:hh:mm-ddd:hh:mm`` in UTC, an
            hour or more. Default: chosen by ElastiCache.
        notification_topic: A standard SNS topic for events of the cache. Default: none.
        global_datastore: A global datastore that the cache joins as a secondary. The arguments
            that the primary decides (engine, node type, shards, encryption, parameters) must be
            the same as the primary's. Default: none.
        removal_policy: What happens when the stack is deleted. ``SNAPSHOT`` takes a final backup.
            ``RETAIN`` retains what the cache depends on, too, but not a VPC of the same stack,
            which AWS then refuses to delete; retained users keep their names, which the same
            stack needs when it is deployed again. Default: set by the profile (production:
            ``SNAPSHOT``).

    Attributes:
        replication_group: The replication group, as the raw CloudFormation resource.
        network: Where the cache runs.
        subnet_group: The subnet group.
        parameter_group: The new parameter group, or None.
        user: The cache's own user for ``RedisAuth.password()`` and ``RedisAuth.iam()``, or None.
        users: The users that may log in.
        slow_log_group: The log group of the slow log, or None.
        engine_log_group: The log group of the engine log, or None.
        rotation_function: The function that rotates the AUTH token or password, or None.
        arguments: The arguments, with the defaults of the profile.
        in_global_datastore: Whether the cache is part of a global datastore.

    Raises:
        ValueError: If ElastiCache refuses an argument, or the VPC has no subnets for the cache.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        replication_group_id: str | None = None,
        engine: RedisEngine = RedisEngine.REDIS_7_1,
        node_type: str = "cache.t4g.micro",
        topology: RedisTopology | None = None,
        durability: Durability | None = None,
        port: int | None = None,
        tls: bool = True,
        encryption_at_rest: bool = True,
        encryption_key: kms.IKey | kms.Key | None = None,
        auth: RedisAuth | None = None,
        parameters: Mapping[str, str] | None = None,
        parameter_group: refs.IParameterGroupRef | None = None,
        data_tiering: bool | None = None,
        logs: Logs | None = None,
        backup: Backup | None = None,
        maintenance_window: str | None = None,
        notification_topic: sns.ITopic | sns.Topic | None = None,
        global_datastore: GlobalDatastoreRef | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        problems = Problems(path_of(scope), construct_id)
        arguments = RedisArguments(
            profile=Profile.of(scope),
            replication_group_id=replication_group_id,
            engine=engine,
            node_type=node_type,
            topology=topology or RedisTopology(),
            durability=durability,
            port=port,
            tls=tls,
            encryption_at_rest=encryption_at_rest,
            encryption_key=encryption_key,
            auth=auth or RedisAuth.token(),
            parameters=parameters,
            parameter_group=parameter_group,
            data_tiering=data_tiering,
            logs=logs or Logs(),
            backup=backup or Backup(),
            maintenance_window=maintenance_window,
            notification_topic=notification_topic,
            global_datastore=global_datastore,
            removal_policy=removal_policy,
        )
        group, retention = arguments.group, arguments.retention
        problems.add(argument_problems(arguments))
        subnets = choose_subnets(vpc, vpc_subnets)
        problems.add(subnet_problems(subnets, vpc, vpc_subnets, 2 if group.multi_az_enabled else 1))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self.arguments = arguments
        self.in_global_datastore = group.secondary
        self.network = CacheNetwork.create(
            self,
            "Redis",
            vpc=vpc,
            subnets=subnets,
            security_groups=security_groups,
            ports=(group.port or DEFAULT_PORT,),
            secrets=arguments.auth.has_secret,
        )
        self.subnet_group = create_subnet_group(self, "Redis", self.network)
        self._token = token_secret(self, arguments.auth)
        self.parameter_group = create_parameter_group(self, arguments)
        slow, core = deliver_logs(self, arguments.logs, retention)
        self.slow_log_group = slow and slow.log_group
        self.engine_log_group = core and core.log_group
        key = key_of(self, arguments.profile) if arguments.needs_own_key else encryption_key
        self.replication_group = create_replication_group(
            self,
            arguments,
            network=self.network,
            subnet_group=self.subnet_group,
            parameter_group=self.parameter_group,
            key_arn=None if key is None else key.key_arn,
            auth_token=None if self._token is None else secret_value(self._token),
            logs=[delivery.request for delivery in (slow, core) if delivery],
        )
        node_of(self).default_child = self.replication_group
        self._endpoints = RedisEndpoints(self.replication_group, bool(group.cluster_mode))
        self.users = CacheUsers(
            cache=self,
            auth=arguments.auth,
            engine=engine,
            retention=retention,
            client=self._endpoints.client(tls=tls),
            cache_name=self.cache_name,
            arn=elasticache_arn(self, "replicationgroup", self.cache_name),
            endpoint=self._endpoints.writable,
            attach=self._attach,
        )
        self.user = create_own_user(self.users)
        self.rotation_function = self.user.rotation_function if self.user else None
        if self._token is not None:
            subject = token_of(self.replication_group)
            self.rotation_function = rotate(
                self, self._token, subject, auth=arguments.auth, users=self.users
            )
        retain_dependencies(self, retention.data)

    from_attributes = staticmethod(from_attributes)

    @property
    def cache_name(self) -> str:
        """The name of the replication group; a token until it is deployed."""
        return ref_of(self.replication_group)

    @property
    def secret(self) -> secretsmanager.ISecret:
        """The secret with the AUTH token or password.

        Raises:
            ValueError: If clients log in with IAM or not at all.
        """
        secret = self.user.secret if self.user else self._token
        if secret is None:
            raise ValueError(
                "`auth` must be RedisAuth.token() or RedisAuth.password() for a secret, "
                f"got: RedisAuth.{self.arguments.auth.kind}() (in {path_of(self)})"
            )
        return secret

    @property
    def primary_endpoint(self) -> str:
        """``host:port`` of the primary, which takes writes; a token until it is deployed.

        Raises:
            ValueError: In cluster mode, which has a primary in each shard.
        """
        return self._endpoints.primary

    @property
    def reader_endpoint(self) -> str:
        """``host:port`` that spreads reads over the replicas; a token until it is deployed.

        Raises:
            ValueError: In cluster mode, which has replicas in each shard.
        """
        return self._endpoints.reader

    @property
    def configuration_endpoint(self) -> str:
        """``host:port`` that names the shards to a client; a token until it is deployed.

        Raises:
            ValueError: Without cluster mode.
        """
        return self._endpoints.configuration

    @cached_property
    def client(self) -> ClientSettings:
        """What ``connect`` gives a function."""
        return self.user.client if self.user else self.users.client.with_token(self._token)

    @property
    def node_labels(self) -> list[str]:
        """The names of the nodes for ``metric(node=…)``, before any scaling."""
        return [node.label for node in nodes_of(self.replication_group)]

    def metric_node(self, label: str | None) -> CacheNode:
        """Return a node, for ``metric``.

        Args:
            label: The name of a node. Default: the first, which is the primary until a failover.
        """
        return find_node(nodes_of(self.replication_group), label, path_of(self))

    def _attach(self, users: elasticache.CfnUserGroup) -> None:
        self.replication_group.user_group_ids = [users.ref]
