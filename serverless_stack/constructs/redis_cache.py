"""RedisCache: an ElastiCache replication group that a function can be connected to."""

from collections.abc import Sequence

import jsii
from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack import _contract
from serverless_stack.checks import elasticache as rules
from serverless_stack.checks.problems import Problems
from serverless_stack.constructs._connect import (
    Connectable,
    add_environment,
    function_of,
    require_vpc,
)
from serverless_stack.constructs._network import cache_network, cache_subnets, let_in


@jsii.implements(ec2.IConnectable)
class RedisCache(Construct):
    """A Redis replication group: a primary, its replicas, TLS, AUTH and encryption at rest.

    It creates the replication group, a subnet group, a security group, and a secret with a
    generated AUTH token. The token reaches ElastiCache by a dynamic reference: it stands in no
    template. Billed by the hour and node ("Amazon ElastiCache pricing"), idle or not.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the cache.
        vpc: The VPC of the cache. None makes one of two availability zones without NAT gateways.
        vpc_subnets: Subnets in that VPC. None takes the isolated ones, else the private ones.
        security_groups: Security groups of the cache. None makes one, closed until ``connect``.
        node_type: The node type, such as ``cache.t4g.micro``.
        engine_version: The version of Redis OSS; AUTH needs 3.2.6, TLS with AUTH rotation 5.0.6.
        replicas: Read replicas of the primary, 0-5. One or more turns Multi-AZ with automatic
            failover on.
        port: The port, 1-65535.
        snapshot_retention_days: How many days an automatic backup is kept, 0-35; 0 makes none.
        encryption_key: A KMS key for encryption at rest. None uses the service's own.
        removal_policy: What happens when the stack is deleted. ``SNAPSHOT`` keeps a last backup.
            ``RETAIN`` keeps what the cache needs, too, but not a VPC of the same stack, which
            AWS then refuses to delete.

    Attributes:
        vpc: The VPC of the cache.
        replication_group: The replication group, as the raw CloudFormation resource.
        subnet_group: Its subnet group.
        security_groups: Its security groups.
        connections: For ``allow_from`` and the like.
        secret: The secret with the AUTH token.

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
        node_type: str = "cache.t4g.micro",
        engine_version: str = "7.1",
        replicas: int = 1,
        port: int = 6379,
        snapshot_retention_days: int = 7,
        encryption_key: kms.IKey | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.SNAPSHOT,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        problems.between("replicas", replicas, *rules.REPLICAS)
        problems.between("port", port, *rules.PORT)
        problems.between(
            "snapshot_retention_days",
            snapshot_retention_days,
            *rules.SNAPSHOT_RETENTION_DAYS,
            "days",
        )
        problems.raise_if_any()
        if vpc is not None:
            cache_subnets(vpc, vpc_subnets, min_zones=2 if replicas else 1)

        super().__init__(scope, construct_id)
        self._port = port
        network = cache_network(
            self,
            "Redis",
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            port=port,
        )
        self.vpc = network.vpc
        self.subnet_group = network.subnet_group
        self.security_groups = network.security_groups
        self._connections = network.connections
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description=f"AUTH token of {self.node.path}",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
        )
        self.replication_group = elasticache.CfnReplicationGroup(
            self,
            "ReplicationGroup",
            replication_group_description=self.node.path,
            engine="redis",
            engine_version=engine_version,
            cache_node_type=node_type,
            num_cache_clusters=replicas + 1,
            automatic_failover_enabled=replicas > 0,
            multi_az_enabled=replicas > 0,
            port=port,
            cache_subnet_group_name=self.subnet_group.ref,
            security_group_ids=[group.security_group_id for group in self.security_groups],
            transit_encryption_enabled=True,
            at_rest_encryption_enabled=True,
            kms_key_id=None if encryption_key is None else encryption_key.key_arn,
            auth_token=self.secret.secret_value.unsafe_unwrap(),  # a reference, not the token
            snapshot_retention_limit=snapshot_retention_days,
        )
        self.replication_group.apply_removal_policy(removal_policy)
        if removal_policy in (RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE):
            self.secret.apply_removal_policy(removal_policy)
            self.subnet_group.apply_removal_policy(removal_policy)
            for own in () if security_groups else self.security_groups:
                own.apply_removal_policy(removal_policy)

    @property
    def connections(self) -> ec2.Connections:
        """The security groups and the port, for ``allow_from`` and the like."""
        return self._connections

    @property
    def primary_endpoint(self) -> str:
        """``host:port`` of the primary, which takes writes; a token until it is deployed."""
        group = self.replication_group
        return f"{group.attr_primary_end_point_address}:{group.attr_primary_end_point_port}"

    @property
    def reader_endpoint(self) -> str:
        """``host:port`` that spreads reads over the replicas; a token until it is deployed."""
        group = self.replication_group
        return f"{group.attr_reader_end_point_address}:{group.attr_reader_end_point_port}"

    def connect(self, function: Connectable, *, prefix: str = _contract.REDIS_PREFIX) -> None:
        """Give a function the network path, the permission and the environment for the cache.

        ``RedisStore.from_env()`` of the runtime reads that environment.

        Args:
            function: The function, or a construct that has one; it must be in the cache's VPC.
            prefix: Begins the names of the variables; another one for a second cache.

        Raises:
            ValueError: If the function is in no VPC or has a variable of such a name already.
        """
        target = function_of(function)
        require_vpc(target, self.node.path)
        add_environment(
            target,
            {
                _contract.redis_primary_endpoint(prefix): self.primary_endpoint,
                _contract.redis_reader_endpoint(prefix): self.reader_endpoint,
                _contract.redis_tls(prefix): "true",
                _contract.redis_secret_arn(prefix): self.secret.secret_arn,
            },
        )
        let_in(self.security_groups, self._port, target, f"Redis from {target.node.path}")
        self.secret.grant_read(target)
