"""ServerlessCache: an ElastiCache cache without nodes, which a function can be connected to."""

from collections.abc import Sequence

import jsii
from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits import common
from serverless_stack.checks.services.elasticache.limits import serverless as rules
from serverless_stack.constructs._internal.connect import (
    Connectable,
    add_environment,
    function_of,
    require_vpc,
)
from serverless_stack.constructs._internal.roles import grant_secret, grantee_of
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs.cache.serverless.parts import (
    serverless_subnets,
    unique_name,
    usage_limits,
)
from serverless_stack.constructs.network.vpc import closed_group, isolated_vpc, let_in
from serverless_stack.constructs.profiles.profile import Profile

_PORTS = {"memcached": (11211,), "redis": (6379, 6380), "valkey": (6379, 6380)}


@jsii.implements(ec2.IConnectable)
class ServerlessCache(Construct):
    """A serverless cache of Valkey, Redis or Memcached: no nodes to choose, replace or scale.

    It creates the cache and a security group. It is spread over two or three availability zones,
    always encrypted, in transit and at rest. Billed by what is stored and by ElastiCache
    processing units (ECPU), with a minimum of 100 MB of Valkey or 1 GB of the other engines at
    any time ("Amazon ElastiCache pricing"). The limits below bound the bill: at the storage limit
    entries are evicted, at the ECPU limit commands are throttled.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the cache.
        vpc: The VPC of the cache. None makes one of two availability zones without NAT gateways.
        vpc_subnets: Two or three subnets in that VPC, each in its own availability zone. None
            takes isolated ones, else private ones. Others replace the cache.
        security_groups: Security groups of the cache. None makes one, closed until ``connect``.
        engine: ``valkey``, ``redis`` or ``memcached``.
        engine_version: The major version: 7 or later for Valkey, 7 for Redis, 1.6 for Memcached.
            Empty takes 8, 7 and 1.6.
        cache_name: A name of 1-40 letters, digits and hyphens. Empty makes one of the stack's
            name and the path. What replaces a cache (its subnets, its key, what it is restored
            from) needs another name, or CloudFormation refuses it.
        description: What the cache is for, 255 characters at most. Empty gives the path.
        min_storage_gb: Storage that is kept ready and billed, 1-5,000 GB; 0 keeps none.
        max_storage_gb: The limit on storage, 1-5,000 GB; 0 sets none but AWS's.
        min_ecpu_per_second: ECPU that are kept ready and billed, 1,000-15,000,000 per second; 0
            keeps none.
        max_ecpu_per_second: The limit on ECPU, 1,000-15,000,000 per second; 0 sets none but
            AWS's.
        snapshot_retention_days: How many days a daily snapshot is kept, 0-35; 0 makes none.
        daily_snapshot_time: When it is made in UTC, such as ``03:00``. Empty leaves it to
            ElastiCache.
        snapshot_arns: Snapshots that the cache begins with.
        final_snapshot_name: The name of a last snapshot when the cache is deleted; 1-40 letters,
            digits and hyphens. Empty makes none.
        encryption_key: A KMS key for encryption at rest. None takes the profile's, which for
            production is the service's own.
        user_group_id: A group of users of Valkey or Redis; ``connect`` then needs a user's name.
            Empty lets everyone in whom the security groups let in.
        removal_policy: Whether the cache is kept when the stack is deleted: ``DESTROY``,
            ``RETAIN`` or ``RETAIN_ON_UPDATE_OR_DELETE``, which keep its security group, too, but
            not a VPC of the same stack, which AWS then refuses to delete.

    Attributes:
        vpc: The VPC of the cache.
        subnets: Its subnets.
        security_groups: Its security groups.
        connections: For ``allow_from`` and the like.
        serverless_cache: The cache, as the raw CloudFormation resource.

    Raises:
        ValueError: If an argument is out of range or the VPC has no subnets for it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        engine: str = "valkey",
        engine_version: str = "",
        cache_name: str = "",
        description: str = "",
        min_storage_gb: int = 0,
        max_storage_gb: int = 10,
        min_ecpu_per_second: int = 0,
        max_ecpu_per_second: int = 10_000,
        snapshot_retention_days: int = 0,
        daily_snapshot_time: str = "",
        snapshot_arns: Sequence[str] = (),
        final_snapshot_name: str = "",
        encryption_key: kms.IKey | None = None,
        user_group_id: str = "",
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        # It decides about ports and environment, so it has to be known now.
        problems.require(
            not is_unresolved(engine), "`engine` must be known at synthesis, got: a token"
        )
        problems.add(rules.engine_problems(engine, engine_version))
        for argument, name in (
            ("cache_name", cache_name),
            ("final_snapshot_name", final_snapshot_name),
        ):
            if name:
                problems.add(common.name_problems(name, argument))
        problems.add(rules.description_problems(description))
        problems.add(
            rules.limit_problems(
                min_storage_gb,
                max_storage_gb,
                rules.STORAGE_GB,
                "min_storage_gb",
                "max_storage_gb",
                "GB",
            )
        )
        problems.add(
            rules.limit_problems(
                min_ecpu_per_second,
                max_ecpu_per_second,
                rules.ECPU_PER_SECOND,
                "min_ecpu_per_second",
                "max_ecpu_per_second",
                "ECPU per second",
            )
        )
        problems.add(
            rules.snapshot_problems(snapshot_retention_days, daily_snapshot_time, snapshot_arns)
        )
        problems.add(rules.user_group_problems(engine, bool(user_group_id)))
        problems.require(
            removal_policy != RemovalPolicy.SNAPSHOT,
            "`removal_policy` must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, "
            "got: SNAPSHOT; `final_snapshot_name` takes a last snapshot",
        )
        chosen = None if vpc is None else serverless_subnets(vpc, vpc_subnets, problems)
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        key = encryption_key or key_of(self, Profile.of(self))
        self._engine = engine
        self._has_users = bool(user_group_id)
        self.vpc: ec2.IVpc = vpc or isolated_vpc(self, "Vpc", secrets=False)
        self.subnets = chosen or serverless_subnets(self.vpc, vpc_subnets, problems)
        self.security_groups = list(security_groups) or [
            closed_group(self, f"Serverless {engine}", self.vpc)
        ]
        ports = _PORTS[engine]
        self._connections = ec2.Connections(
            security_groups=self.security_groups,
            default_port=ec2.Port.tcp_range(ports[0], ports[-1]),
        )
        self.serverless_cache = elasticache.CfnServerlessCache(
            self,
            "Cache",
            engine=engine,
            major_engine_version=engine_version or rules.MAJOR_VERSIONS[engine],
            serverless_cache_name=_stored(cache_name) or unique_name(self),
            description=description or self.node.path[:255],
            cache_usage_limits=usage_limits(
                (min_storage_gb, max_storage_gb), (min_ecpu_per_second, max_ecpu_per_second)
            ),
            snapshot_retention_limit=snapshot_retention_days,
            daily_snapshot_time=daily_snapshot_time or None,
            snapshot_arns_to_restore=list(snapshot_arns) or None,
            final_snapshot_name=final_snapshot_name or None,
            kms_key_id=None if key is None else key.key_arn,
            user_group_id=user_group_id or None,
            subnet_ids=[subnet.subnet_id for subnet in self.subnets],
            security_group_ids=[group.security_group_id for group in self.security_groups],
        )
        self.serverless_cache.apply_removal_policy(removal_policy)
        if removal_policy != RemovalPolicy.DESTROY:  # it needs its own security group, too
            for own in () if security_groups else self.security_groups:
                own.apply_removal_policy(removal_policy)

    @property
    def connections(self) -> ec2.Connections:
        """The security groups and the ports, for ``allow_from`` and the like."""
        return self._connections

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

    def connect(
        self,
        function: Connectable,
        *,
        prefix: str = "",
        user_name: str = "",
        secret: secretsmanager.ISecret | None = None,
    ) -> None:
        """Give a function the network path, the permission and the environment for the cache.

        ``RedisStore.from_env()`` or ``MemcachedStore.from_env()`` of the runtime reads that
        environment.

        Args:
            function: The function, or a construct that has one; it must be in the cache's VPC.
            prefix: Begins the names of the variables; another one for a second cache. Empty
                takes ``REDIS`` or ``MEMCACHED``, as the engine is.
            user_name: The user of the cache's user group. Without a ``secret`` it authenticates
                with IAM: its id must be its name, and the function may connect as it.
            secret: The secret with that user's password, which the function may read. The VPC
                that a cache makes has no way to Secrets Manager: give one that does.

        Raises:
            ValueError: If the function is in no VPC, has a variable of such a name already, or
                the user does not go with the cache.
        """
        target = function_of(function)
        require_vpc(target, self.node.path, self.vpc)
        problems = Problems(self.node.path)
        problems.require(
            bool(user_name) == self._has_users,
            f"`user_name` must be given with a `user_group_id` and only then, got: {user_name!r}",
        )
        problems.require(
            secret is None or bool(user_name), "`secret` must go with a `user_name`, got: ''"
        )
        problems.raise_if_any()
        add_environment(target, self._environment(prefix, user_name, secret))
        for port in _PORTS[self._engine]:
            let_in(self.security_groups, port, target, f"{self._engine} from {target.node.path}")
        if secret is not None:
            grant_secret(secret, grantee_of(target))
        elif user_name:
            self._grant_connect(target, user_name)

    def _environment(
        self, prefix: str, user_name: str, secret: secretsmanager.ISecret | None
    ) -> dict[str, str]:
        if self._engine == "memcached":
            prefix = prefix or contract.MEMCACHED_PREFIX
            return {
                contract.memcached_configuration_endpoint(prefix): self.endpoint,
                contract.memcached_tls(prefix): "true",
            }
        prefix = prefix or contract.REDIS_PREFIX
        variables = {
            contract.redis_configuration_endpoint(prefix): self.endpoint,
            contract.redis_tls(prefix): "true",
            contract.redis_serverless(prefix): "true",
            contract.redis_cache_name(prefix): self.cache_name,
        }
        if user_name:
            variables[contract.redis_user(prefix)] = user_name
        if secret is not None:
            variables[contract.redis_secret_arn(prefix)] = secret.secret_arn
        return variables

    def _grant_connect(self, function: lambda_.Function, user_name: str) -> None:
        user_arn = Stack.of(self).format_arn(
            service="elasticache",
            resource="user",
            resource_name=user_name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        iam.Grant.add_to_principal(
            grantee=grantee_of(function),
            actions=["elasticache:Connect"],
            resource_arns=[self.serverless_cache.attr_arn, user_arn],
        )


def _stored(cache_name: str) -> str:
    """Give the name as ElastiCache keeps it and `Ref` has to give it, in small letters."""
    return cache_name if is_unresolved(cache_name) else cache_name.lower()
