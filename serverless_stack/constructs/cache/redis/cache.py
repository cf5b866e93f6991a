"""RedisCache: an ElastiCache replication group that a function can be connected to."""

from collections.abc import Mapping, Sequence

import jsii
from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import elasticache as rules
from serverless_stack.checks.services.elasticache.limits import scaling as scaling_rules
from serverless_stack.constructs._internal.acknowledge import acknowledge, acknowledge_while
from serverless_stack.constructs._internal.connect import (
    Connectable,
    add_environment,
    function_of,
    require_vpc,
)
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs.cache.redis.arguments import (
    NAMES,
    VERSIONS,
    other_problems,
    rotation_problems,
    tiers_data,
    user_problems,
    warn_of_quota,
)
from serverless_stack.constructs.cache.redis.endpoints import endpoints_of, environment
from serverless_stack.constructs.cache.redis.logs import LogTarget, deliver
from serverless_stack.constructs.cache.redis.replication_group import (
    global_datastore,
    keep_what_it_needs,
    node_ids,
    parameter_group,
    replication_group,
)
from serverless_stack.constructs.cache.redis.rotation import (
    password_of,
    rotation_function,
    token_of,
)
from serverless_stack.constructs.cache.redis.scaling import REPLICAS, SHARDS, is_scaled, scale
from serverless_stack.constructs.cache.redis.users import (
    EVERYTHING,
    RedisAuth,
    RedisUser,
    generated_secret,
    grant_login,
    make_user,
    make_user_group,
)
from serverless_stack.constructs.network.vpc import (
    PORT_IS_CLOSED,
    add_endpoint,
    cache_network,
    cache_subnets,
    let_in,
)
from serverless_stack.constructs.profiles.profile import Profile

_DEFAULT_PORT = 6379
_ROTATION = "`add_rotation` rotates the secret by a function and an endpoint, which are billed"


@jsii.implements(ec2.IConnectable)
class RedisCache(Construct):
    """A Redis or Valkey replication group: primaries, replicas, TLS, AUTH, encryption at rest.

    It creates the replication group, a subnet group, a security group, and a secret with a
    generated AUTH token. The token reaches ElastiCache by a dynamic reference: it stands in no
    template. Billed by the hour and node ("Amazon ElastiCache pricing"), idle or not.

    Every combination of arguments that ElastiCache is known to refuse is refused here, too.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the cache.
        vpc: The VPC of the cache. None makes one of two availability zones without NAT gateways.
        vpc_subnets: Subnets in that VPC. None takes the isolated ones, else the private ones.
        security_groups: Security groups of the cache. None makes one, closed until ``connect``.
        replication_group_id: The name of the cache, 1-40 letters, digits and single hyphens.
            None lets CloudFormation make one. Changing it replaces the cache.
        node_type: The node type, such as ``cache.t4g.micro``.
        engine: ``redis`` or ``valkey``.
        engine_version: The version of the engine. None takes 7.1 of redis, 8.1 of valkey.
        num_node_groups: Shards in cluster mode, 1-500, with 500 nodes in all at most (90 before
            AWS raises a quota); 0 turns cluster mode off. Changing it later moves the data
            online; between 0 and a number the cache has to be made anew.
        replicas: Read replicas of each primary, 0-5. None takes the profile's, which for
            production is one.
        automatic_failover_enabled: Whether a replica takes over. None turns it on with a replica,
            and in cluster mode.
        multi_az_enabled: Whether nodes are in different availability zones. None turns it on with
            a replica.
        port: The port, 1-65535. None takes the profile's, which for production is 6379. Changing
            it replaces the cache.
        transit_encryption_enabled: Whether connections use TLS; authentication needs it.
        at_rest_encryption_enabled: Whether what is on disk is encrypted. Changing it replaces the
            cache.
        encryption_key: A KMS key for encryption at rest. None takes the profile's, which for
            production is the service's own.
        auth: ``token`` for an AUTH token, ``password`` for a user with a generated password,
            ``iam`` for a user that logs in with the function's own role, and needs no Secrets
            Manager, or ``none``. Users need version 6.0, IAM 7.0. Changing it replaces the cache
            in most cases.
        secret: A secret whose string is the token or password. None generates one.
        access_string: What the user of ``password`` and ``iam`` may do.
        parameters: Values that differ from AWS's own, such as
            ``{"maxmemory-policy": "allkeys-lru"}``, in a parameter group of the family that fits
            the engine and cluster mode.
        cache_parameter_group_name: A parameter group of yours, instead. None takes AWS's own.
        data_tiering_enabled: Whether values that are seldom read move to SSD, which r6gd nodes do
            and others cannot. None decides by the node type.
        slow_log: Where slow commands are logged: True makes a log group; a log group, or the name
            of a Firehose stream. Needs version 6.0.
        engine_log: Where the engine's own log goes, likewise. Needs version 6.2.
        log_retention: How long log groups that are made keep their logs. None takes the profile's.
        snapshot_retention_days: How many days an automatic backup is kept, 0-35; 0 makes none.
            None takes the profile's, which for production is 7.
        snapshot_window: When backups begin, ``hh:mm-hh:mm`` in UTC, an hour or more. None lets
            AWS choose.
        snapshot_name: A backup that a new cache begins with. Changing it replaces the cache.
        snapshot_arns: RDB files in S3 that a new cache begins with, as ARNs, which ElastiCache
            must be allowed to read. Changing them replaces the cache.
        preferred_maintenance_window: When AWS may maintain it, ``ddd:hh:mm-ddd:hh:mm`` in UTC, an
            hour or more. None lets AWS choose.
        notification_topic: An SNS topic that is told of events.
        global_replication_group_id: A global datastore that the cache joins as a secondary. What
            the primary decides (engine, node type, shards, encryption, parameters) has to be said
            as for the primary and is left to ElastiCache. None joins none.
        removal_policy: What happens when the stack is deleted. ``SNAPSHOT`` keeps a last backup.
            ``RETAIN`` keeps what the cache needs, too, but not a VPC of the same stack, which
            AWS then refuses to delete. Users that are kept keep their names, which the same stack
            needs when it is deployed again. None takes the profile's, which for production is
            ``SNAPSHOT``.

    Attributes:
        vpc: The VPC of the cache.
        replication_group: The replication group, as the raw CloudFormation resource.
        subnet_group: Its subnet group.
        security_groups: Its security groups.
        parameter_group: Its own parameter group, or None.
        user: The user of ``password`` and ``iam``, or None.
        user_group: The users that may log in, or None.
        slow_log_group: The log group of the slow log, or None.
        engine_log_group: The log group of the engine log, or None.
        rotation_function: The function that rotates the cache's own secret, or None.
        global_datastore: The global datastore; None before ``add_global_datastore``.
        connections: For ``allow_from`` and the like.
        secret: The secret with the AUTH token or password.

    Raises:
        ValueError: If ElastiCache refuses an argument or the VPC has no subnets for it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        replication_group_id: str | None = None,
        node_type: str = "cache.t4g.micro",
        engine: str = "redis",
        engine_version: str | None = None,
        num_node_groups: int = 0,
        replicas: int | None = None,
        automatic_failover_enabled: bool | None = None,
        multi_az_enabled: bool | None = None,
        port: int | None = None,
        transit_encryption_enabled: bool = True,
        at_rest_encryption_enabled: bool = True,
        encryption_key: kms.IKey | None = None,
        auth: RedisAuth = "token",
        secret: secretsmanager.ISecret | None = None,
        access_string: str = EVERYTHING,
        parameters: Mapping[str, str] | None = None,
        cache_parameter_group_name: str | None = None,
        data_tiering_enabled: bool | None = None,
        slow_log: LogTarget = False,
        engine_log: LogTarget = False,
        log_retention: logs.RetentionDays | None = None,
        snapshot_retention_days: int | None = None,
        snapshot_window: str | None = None,
        snapshot_name: str | None = None,
        snapshot_arns: Sequence[str] = (),
        preferred_maintenance_window: str | None = None,
        notification_topic: sns.ITopic | None = None,
        global_replication_group_id: str | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        profile = Profile.of(scope)
        wants_key = at_rest_encryption_enabled and profile.settings.customer_key
        replicas = profile.settings.redis_replicas if replicas is None else replicas
        port = profile.settings.redis_port if port is None else port
        retention = profile.retention(
            removal_policy,
            log_retention=log_retention,
            backup_days=snapshot_retention_days,
            snapshots=True,
        )
        snapshot_retention_days = retention.backup_days
        removal_policy = retention.data
        alone = replicas == 0
        group = rules.ReplicationGroup(
            names=NAMES,
            replication_group_id=replication_group_id or "",
            engine=engine,
            engine_version=VERSIONS.get(engine, "") if engine_version is None else engine_version,
            node_type=node_type,
            num_node_groups=num_node_groups,
            replicas=replicas,
            automatic_failover_enabled=(
                not alone or num_node_groups != 0
                if automatic_failover_enabled is None
                else automatic_failover_enabled
            ),
            multi_az_enabled=not alone if multi_az_enabled is None else multi_az_enabled,
            port=port,
            transit_encryption_enabled=transit_encryption_enabled,
            at_rest_encryption_enabled=at_rest_encryption_enabled,
            kms_key=encryption_key is not None or wants_key,
            auth_token=auth == "token",
            user_group=auth in ("password", "iam"),
            iam=auth == "iam",
            cache_parameter_group_name=cache_parameter_group_name or "",
            parameters=parameters or {},
            data_tiering_enabled=(
                tiers_data(node_type) if data_tiering_enabled is None else data_tiering_enabled
            ),
            slow_log=slow_log is not False,
            engine_log=engine_log is not False,
            snapshot_retention_days=snapshot_retention_days,
            snapshot_window=snapshot_window or "",
            snapshot_name=snapshot_name or "",
            snapshot_arns=snapshot_arns,
            final_snapshot=removal_policy == RemovalPolicy.SNAPSHOT,
            preferred_maintenance_window=preferred_maintenance_window or "",
            secondary=global_replication_group_id is not None,
        )
        problems = Problems(scope.node.path, construct_id)
        problems.add(rules.replication_group_problems(group))
        problems.add(
            other_problems(
                group,
                auth=auth,
                has_secret=secret is not None,
                access_string=access_string,
                log_targets={"slow_log": slow_log, "engine_log": engine_log},
                topic_arn=notification_topic.topic_arn if notification_topic else "",
            )
        )
        problems.raise_if_any()
        if vpc is not None:
            cache_subnets(vpc, vpc_subnets, min_zones=2 if group.multi_az_enabled else 1)

        super().__init__(scope, construct_id)
        self._group = group
        self._port = port
        self._own_vpc = vpc is None
        self._log_retention = retention.log_days
        self._log_policy = retention.logs
        self._network = cache_network(
            self,
            "Redis",
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            port=port,
            secrets=auth in ("token", "password"),
        )
        self.vpc = self._network.vpc
        self.subnet_group = self._network.subnet_group
        self.security_groups = self._network.security_groups
        self._secret = secret
        self.user: RedisUser | None = None
        self.user_group: elasticache.CfnUserGroup | None = None
        if auth == "token" and secret is None:
            self._secret = generated_secret(self, f"AUTH token of {self.node.path}")
        elif group.user_group:
            self.user = make_user(self, engine, auth, access_string, secret)
            self.user_group = make_user_group(self, engine, self.user)
            self._secret = self.user.secret
        self.parameter_group = parameter_group(self, group) if group.parameters else None
        slow, core = (
            deliver(
                self,
                name,
                kind,
                target,
                profile,
                retention=self._log_retention,
                removal_policy=self._log_policy,
            )
            for name, kind, target in (
                ("SlowLog", "slow-log", slow_log),
                ("EngineLog", "engine-log", engine_log),
            )
        )
        self.slow_log_group = slow and slow.log_group
        self.engine_log_group = core and core.log_group
        self.replication_group = replication_group(
            self,
            group,
            network=self._network,
            parameters=self.parameter_group,
            encryption_key=encryption_key or (key_of(self, profile) if wants_key else None),
            auth_token=self.secret.secret_value.unsafe_unwrap() if group.auth_token else None,
            user_group=self.user_group,
            logs=[delivery.request for delivery in (slow, core) if delivery],
            notification_topic=notification_topic,
            global_replication_group_id=global_replication_group_id,
        )
        self.rotation_function: lambda_.Function | None = None
        self.global_datastore: elasticache.CfnGlobalReplicationGroup | None = None
        warn_of_quota(self, group)
        self.replication_group.apply_removal_policy(removal_policy)
        self._removal_policy = removal_policy
        if self._group.port == _DEFAULT_PORT:
            acknowledge(self.replication_group, "AEC5", PORT_IS_CLOSED, profile=profile)
        if secret is None and self._secret is not None:
            self._rotate_by_profile(self._secret, profile)
        keep_what_it_needs(self, removal_policy)

    def _rotate_by_profile(self, secret: secretsmanager.ISecret, profile: Profile) -> None:
        days = profile.settings.rotation_days
        every = Duration.days(days or 30)
        if days and not rotation_problems(self._group, True, every):
            self.add_rotation(automatically_after=every)
        else:
            home = self.user.scope if self.user else self
            acknowledge_while(
                secret,
                "SMG4",
                _ROTATION,
                open_still=lambda: home.node.try_find_child("Rotation") is None,
            )

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

    def connect(
        self,
        function: Connectable,
        *,
        prefix: str = contract.REDIS_PREFIX,
        user: RedisUser | None = None,
    ) -> None:
        """Give a function the network path, the permission and the environment for the cache.

        ``RedisStore.from_env()`` of the runtime reads that environment.

        Args:
            function: The function, or a construct that has one; it must be in the cache's VPC.
            prefix: Begins the names of the variables; another one for a second cache.
            user: Whom it logs in as, of ``add_user``. None takes the cache's own user or token.

        Raises:
            ValueError: If the function is in no VPC or has a variable of such a name already.
        """
        target = function_of(function)
        require_vpc(target, self.node.path, self.vpc)
        who = user or self.user
        secret = who.secret if who else self._secret
        add_environment(
            target, environment(prefix, self._group, self.replication_group, who, secret)
        )
        let_in(self.security_groups, self._port, target, f"Redis from {target.node.path}")
        grant_login(target, self.replication_group, who, secret)

    def add_user(
        self,
        construct_id: str,
        *,
        access_string: str,
        auth: RedisAuth = "password",
        secret: secretsmanager.ISecret | None = None,
    ) -> RedisUser:
        """Let one more user log in, for ``connect(function, user=...)``.

        Args:
            construct_id: The id of the user in the cache.
            access_string: What it may do, such as ``on ~app:* +@read``.
            auth: ``password`` or ``iam``.
            secret: A secret with its password. None generates one.

        Returns:
            The user.

        Raises:
            ValueError: If the cache has no users, or ElastiCache refuses the access string.
        """
        problems = Problems(self.node.path, construct_id)
        problems.add(user_problems(self._group, auth, access_string, has_secret=secret is not None))
        problems.raise_if_any()
        home = Construct(self, construct_id)
        made = make_user(home, self._group.engine, auth, access_string, secret)
        if self.user_group is not None:
            self.user_group.user_ids = [*self.user_group.user_ids, made.user.ref]
        if self._own_vpc and made.secret is not None:
            service = ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER
            add_endpoint(self.vpc, "SecretsManager", service)
        keep_what_it_needs(home, self._removal_policy)
        return made

    def add_rotation(
        self,
        *,
        automatically_after: Duration = Duration.days(30),
        user: RedisUser | None = None,
    ) -> lambda_.Function:
        """Rotate the AUTH token, or the password of a user.

        The one before keeps working until the next rotation, so that no client is locked out. It
        costs the calls of a small function and, in a VPC that the cache made, an interface
        endpoint for ElastiCache in two availability zones ("AWS PrivateLink pricing"); in a VPC
        of yours the function needs a way to ElastiCache and Secrets Manager.

        Args:
            automatically_after: How often, 1-1000 days. The first time is after that time.
            user: Whose password, of ``add_user``. None takes the cache's own user or token.

        Returns:
            The function that Secrets Manager calls.

        Raises:
            ValueError: If there is nothing to rotate, or it is rotated already.
        """
        who = user or self.user
        secret = who.secret if who else self._secret
        home = who.scope if who else self
        problems = Problems(home.node.path)
        problems.require(
            home.node.try_find_child("Rotation") is None,
            "`add_rotation` must be called once for a secret, got: again",
        )
        problems.add(rotation_problems(self._group, secret is not None, automatically_after))
        problems.raise_if_any()
        if self._own_vpc:
            service = ec2.InterfaceVpcEndpointAwsService.ELASTICACHE
            add_endpoint(self.vpc, "ElastiCache", service)
        cluster = self._group.cluster_mode
        function = rotation_function(
            Construct(home, "Rotation"),
            secret or self.secret,
            token_of(self.replication_group) if who is None else password_of(who),
            endpoint=self.configuration_endpoint if cluster else self.primary_endpoint,
            network=self._network,
            automatically_after=automatically_after,
            log_retention=self._log_retention,
            removal_policy=self._log_policy,
        )
        let_in(self.security_groups, self._port, function, "Rotation of the secret")
        if home is self:
            self.rotation_function = function
        return function

    def add_shard_scaling(
        self,
        *,
        max_capacity: int,
        min_capacity: int = 1,
        target_utilization: float = 60,
        metric: str = scaling_rules.SHARD_METRICS[0],
    ) -> scaling.CfnScalableTarget:
        """Let AWS add and remove shards, in cluster mode on nodes up to 2xlarge.

        Args:
            max_capacity: The most shards, 1-500.
            min_capacity: The fewest shards, 1-500.
            target_utilization: The percentage of the metric that is aimed at, 35-70.
            metric: A predefined metric of "Target tracking scaling policies".

        Returns:
            The scalable target.

        Raises:
            ValueError: If the cache cannot be scaled, or not so.
        """
        return scale(
            self,
            SHARDS,
            self._group,
            self.replication_group,
            in_global_datastore=self._in_global_datastore,
            min_capacity=min_capacity,
            max_capacity=max_capacity,
            target_utilization=target_utilization,
            metric=metric,
        )

    def add_replica_scaling(
        self,
        *,
        max_capacity: int = 5,
        min_capacity: int = 1,
        target_utilization: float = 60,
    ) -> scaling.CfnScalableTarget:
        """Let AWS add and remove replicas of each shard by the load of their CPUs.

        Args:
            max_capacity: The most replicas, 1-5.
            min_capacity: The fewest replicas, 1-5.
            target_utilization: The percentage of the CPU that is aimed at, 35-70.

        Returns:
            The scalable target.

        Raises:
            ValueError: If the cache cannot be scaled, or not so.
        """
        return scale(
            self,
            REPLICAS,
            self._group,
            self.replication_group,
            in_global_datastore=self._in_global_datastore,
            min_capacity=min_capacity,
            max_capacity=max_capacity,
            target_utilization=target_utilization,
            metric=scaling_rules.REPLICA_METRICS[0],
        )

    def add_global_datastore(
        self, *, global_replication_group_id_suffix: str
    ) -> elasticache.CfnGlobalReplicationGroup:
        """Make the cache the primary of a global datastore, which others join as secondaries.

        Args:
            global_replication_group_id_suffix: Ends the id of the global datastore, which begins
                with letters that AWS chooses by the region.

        Returns:
            The global datastore; its ``attr_global_replication_group_id`` is what others join.

        Raises:
            ValueError: If the cache cannot be in one, or is in one already.
        """
        problems = Problems(self.node.path)
        problems.require(
            not self._in_global_datastore,
            "`add_global_datastore` must be called once and not on a secondary, got: again",
        )
        problems.require(
            not is_scaled(self), "a global datastore must not have auto scaling, got: both"
        )
        problems.add(
            scaling_rules.global_datastore_problems(self._group, global_replication_group_id_suffix)
        )
        problems.raise_if_any()
        self.global_datastore = global_datastore(
            self, self.replication_group, global_replication_group_id_suffix
        )
        return self.global_datastore

    @property
    def _in_global_datastore(self) -> bool:
        return self._group.secondary or self.global_datastore is not None
