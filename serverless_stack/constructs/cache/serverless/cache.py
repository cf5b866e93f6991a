"""ServerlessCache: an ElastiCache cache without nodes that functions can be connected to."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.interfaces import aws_elasticache as refs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.connect import Connectable
from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.backup import Backup
from serverless_stack.constructs.cache.base import CacheBase, connect_function
from serverless_stack.constructs.cache.client import (
    SERVERLESS_PORTS,
    ClientSettings,
    elasticache_arn,
    serverless_client,
)
from serverless_stack.constructs.cache.monitoring.nodes import CacheNode, serverless_node
from serverless_stack.constructs.cache.network import CacheNetwork
from serverless_stack.constructs.cache.redis.auth import RedisAuth
from serverless_stack.constructs.cache.redis.user import create_own_user
from serverless_stack.constructs.cache.redis.user_group import CacheUsers
from serverless_stack.constructs.cache.retention import retain_dependencies
from serverless_stack.constructs.cache.serverless.arguments import (
    ServerlessArguments,
    argument_problems,
)
from serverless_stack.constructs.cache.serverless.engine import NetworkType, ServerlessEngine
from serverless_stack.constructs.cache.serverless.imported import from_attributes
from serverless_stack.constructs.cache.serverless.parts import (
    final_backup_name,
    serverless_subnet_problems,
    serverless_subnets,
    unique_name,
    usage_limits,
)
from serverless_stack.constructs.cache.values import stored_name
from serverless_stack.constructs.profiles.profile import Profile


class ServerlessCache(CacheBase):
    """A serverless cache of Valkey, Redis or Memcached: no nodes to choose, replace or scale.

    It creates the cache and a security group. The cache spans two or three availability zones and
    is always encrypted, in transit and at rest. Billed by the data stored and by ElastiCache
    processing units (ECPU), with a minimum of 100 MB of Valkey or 1 GB of the other engines at
    any time ("Amazon ElastiCache pricing"). The limits below bound the bill: at the storage limit
    entries are evicted, at the ECPU limit commands are throttled.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the cache.
        vpc: The VPC of the cache. Default: a new one with two availability zones and no NAT
            gateway.
        vpc_subnets: Two or three subnets in that VPC, each in its own availability zone. Changing
            them replaces the cache. Default: isolated ones, else private ones.
        security_groups: Security groups of the cache. Default: a new one, closed until
            ``connect``.
        engine: The engine and its major version.
        cache_name: A name of 1-40 letters, digits and hyphens. Changes that replace a cache (its
            subnets, its key, what it is restored from) need another name, or CloudFormation
            refuses them. Default: made from the stack's name and the path.
        description: What the cache is for, 255 characters at most. Default: the path.
        network_type: The IP protocol, which the subnets must have. Changing it replaces the
            cache. Default: chosen by ElastiCache, IPv4 in subnets with IPv4 addresses.
        min_storage_gb: Storage that is kept ready and billed, 1-5,000 GB. Default: none.
        max_storage_gb: The limit on storage, 1-5,000 GB; 0 leaves it to AWS. Default: 10.
        min_ecpu_per_second: ECPU per second that are kept ready and billed, 1,000-15,000,000.
            Default: none.
        max_ecpu_per_second: The limit on ECPU per second, 1,000-15,000,000; 0 leaves it to AWS.
            Default: 10,000.
        backup: Automatic backups, the final one, and what a new cache begins with. Default: daily
            backups, kept as long as the profile says (production: 7 days).
        encryption_key: A KMS key for encryption at rest. Default: set by the profile (production:
            the key of the service).
        auth: How clients of Valkey or Redis log in: ``RedisAuth.password()``,
            ``RedisAuth.iam()`` or ``RedisAuth.none()``. Default: ``RedisAuth.none()``: the
            security groups decide who connects.
        user_group: An existing user group instead; ``connect`` then needs the name of a user.
            Default: none.
        removal_policy: What happens when the stack is deleted. ``SNAPSHOT`` takes a final backup
            and deletes the cache. ``RETAIN`` retains its security group and users, too, but not a
            VPC of the same stack, which AWS then refuses to delete. Default: set by the profile
            (production: ``SNAPSHOT``).

    Attributes:
        network: Where the cache runs.
        serverless_cache: The cache, as the raw CloudFormation resource.
        user: The cache's own user for ``RedisAuth.password()`` and ``RedisAuth.iam()``, or None.
        users: The users that may log in.

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
        engine: ServerlessEngine = ServerlessEngine.VALKEY_8,
        cache_name: str | None = None,
        description: str | None = None,
        network_type: NetworkType | None = None,
        min_storage_gb: int | None = None,
        max_storage_gb: int | None = None,
        min_ecpu_per_second: int | None = None,
        max_ecpu_per_second: int | None = None,
        backup: Backup | None = None,
        encryption_key: kms.IKey | kms.Key | None = None,
        auth: RedisAuth | None = None,
        user_group: refs.IUserGroupRef | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        arguments = ServerlessArguments(
            profile=Profile.of(scope),
            engine=engine,
            cache_name=cache_name,
            description=description,
            network_type=network_type,
            storage_gb=(min_storage_gb or 0, 10 if max_storage_gb is None else max_storage_gb),
            ecpu_per_second=(
                min_ecpu_per_second or 0,
                10_000 if max_ecpu_per_second is None else max_ecpu_per_second,
            ),
            backup=backup or Backup(),
            auth=auth or RedisAuth.none(),
            user_group=user_group,
            removal_policy=removal_policy,
        )
        problems = Problems(path_of(scope), construct_id)
        problems.add(argument_problems(arguments, own_vpc=vpc is None))
        subnets = serverless_subnets(vpc, vpc_subnets)
        problems.add(serverless_subnet_problems(subnets, vpc, vpc_subnets))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self._arguments = arguments
        self.network = CacheNetwork.create(
            self,
            f"Serverless {engine.name}",
            vpc=vpc,
            subnets=subnets,
            security_groups=security_groups,
            ports=SERVERLESS_PORTS[engine.name],
            secrets=arguments.auth.has_secret,
        )
        key = encryption_key or key_of(self, arguments.profile)
        self.serverless_cache = elasticache.CfnServerlessCache(
            self,
            "ServerlessCache",
            engine=engine.name,
            major_engine_version=engine.major_version,
            serverless_cache_name=stored_name(cache_name) or unique_name(self),
            description=description or description_of(self),
            network_type=network_type.value if network_type else None,
            cache_usage_limits=usage_limits(arguments.storage_gb, arguments.ecpu_per_second),
            snapshot_retention_limit=arguments.retention.backup_days,
            daily_snapshot_time=arguments.daily_backup_time,
            snapshot_arns_to_restore=list(arguments.backup.restore_arns) or None,
            final_snapshot_name=self._final_backup_name(),
            kms_key_id=None if key is None else key.key_arn,
            user_group_id=user_group.user_group_ref.user_group_id if user_group else None,
            subnet_ids=[subnet.subnet_id for subnet in self.network.subnets.subnets],
            security_group_ids=[group.security_group_id for group in self.security_groups],
        )
        self.node.default_child = self.serverless_cache
        data = arguments.retention.data
        deleted = data in (RemovalPolicy.DESTROY, RemovalPolicy.SNAPSHOT)
        self.serverless_cache.apply_removal_policy(RemovalPolicy.DESTROY if deleted else data)
        self.users = self._describe_users()
        self.user = create_own_user(self.users)
        retain_dependencies(self, data)

    from_attributes = staticmethod(from_attributes)

    @property
    def cache_name(self) -> str:
        """The name of the cache; a token that CloudFormation resolves."""
        return self.serverless_cache.ref

    @property
    def endpoint(self) -> str:
        """``host:port`` for reads and writes; a token until it is deployed."""
        cache = self.serverless_cache
        return f"{cache.attr_endpoint_address}:{cache.attr_endpoint_port}"

    @property
    def reader_endpoint(self) -> str:
        """``host:port`` for reads that may be a little stale; a token until it is deployed."""
        cache = self.serverless_cache
        return f"{cache.attr_reader_endpoint_address}:{cache.attr_reader_endpoint_port}"

    @property
    def client(self) -> ClientSettings:
        """What ``connect`` gives a function."""
        return self.user.client if self.user else self.users.client

    @property
    def needs_user_name(self) -> bool:
        """Whether ``connect`` needs the name of a user of an existing user group."""
        return self._arguments.user_group is not None

    def metric_node(self, label: str | None) -> CacheNode:
        """Return the cache, for ``metric``.

        Args:
            label: Must be None: there are no nodes.
        """
        return serverless_node(self.cache_name, label)

    @check_types
    def connect(
        self,
        function: Connectable,
        *,
        env_prefix: str | None = None,
        user_name: str | None = None,
        secret: secretsmanager.ISecret | secretsmanager.Secret | None = None,
    ) -> None:
        """Connect a function: open the network path, grant the permission, set the variables.

        ``RedisStore.from_env()`` or ``MemcachedStore.from_env()`` of the runtime reads that
        environment.

        Args:
            function: The function, or a construct that has one; it must be in the cache's VPC.
            env_prefix: The prefix of the variables, such as ``SESSIONS`` for a second cache.
                Default: ``REDIS`` or ``MEMCACHED``.
            user_name: The user of an existing ``user_group`` to log in as; with IAM if there is
                no ``secret``, for which its id must be its name. Default: none.
            secret: The secret with that user's password. Default: none.

        Raises:
            ValueError: If the function is in no VPC, already has a variable of that name, or the
                user does not go with the cache.
        """
        problems = Problems(path_of(self))
        problems.require(
            (user_name is not None) == self.needs_user_name,
            "`user_name` must be given with a `user_group` and only then, "
            f"got: {user_name!r}; with `auth` the cache has a user of its own",
        )
        problems.require(
            secret is None or user_name is not None,
            "`secret` must go with a `user_name`, got: None",
        )
        problems.raise_if_any()
        client = self.client
        if user_name is not None:
            client = client.with_user(
                user_name,
                secret=secret,
                cache_name=self.cache_name,
                arns=(
                    self.serverless_cache.attr_arn,
                    elasticache_arn(self, "user", user_name),
                ),
            )
        connect_function(self, function, client, env_prefix)

    def _describe_users(self) -> CacheUsers:
        arguments = self._arguments
        return CacheUsers(
            cache=self,
            auth=arguments.auth,
            engine=arguments.redis_engine,
            retention=arguments.retention,
            client=serverless_client(arguments.engine.name, self.endpoint, self.cache_name),
            cache_name=self.cache_name,
            arn=self.serverless_cache.attr_arn,
            endpoint=self.endpoint,
            attach=self._attach,
        )

    def _attach(self, users: elasticache.CfnUserGroup) -> None:
        self.serverless_cache.user_group_id = users.ref

    def _final_backup_name(self) -> str | None:
        arguments = self._arguments
        if arguments.backup.final_name is not None or not arguments.retention.final_backup:
            return arguments.backup.final_name
        return final_backup_name(self)
