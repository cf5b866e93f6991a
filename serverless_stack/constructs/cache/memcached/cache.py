"""MemcachedCache: an ElastiCache cluster of Memcached nodes that a function can be connected to."""

from collections.abc import Mapping, Sequence

import jsii
from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits import clusters as rules
from serverless_stack.checks.services.elasticache.limits import common
from serverless_stack.checks.services.elasticache.limits.memcached_parameters import (
    memcached_node_problems,
    memcached_parameter_problems,
)
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.connect import (
    Connectable,
    add_environment,
    function_of,
    require_vpc,
)
from serverless_stack.constructs.network.vpc import (
    PORT_IS_CLOSED,
    cache_network,
    cache_subnets,
    let_in,
    zone_of,
)
from serverless_stack.constructs.profiles.profile import Profile

_DEFAULT_PORT = 11211


@jsii.implements(ec2.IConnectable)
class MemcachedCache(Construct):
    """A Memcached cluster: nodes over availability zones, TLS, and auto discovery.

    It creates the cluster, a subnet group, a security group, and a parameter group if there are
    ``parameters``. Memcached keeps nothing on disk: deleting the stack, or a change that replaces
    the cluster, empties it. Adding or removing nodes changes nothing in a function that is
    connected: it asks the configuration endpoint for the nodes. Billed by the hour and node
    ("Amazon ElastiCache pricing"), idle or not.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the cache.
        vpc: The VPC of the cache. None makes one of two availability zones without NAT gateways.
        vpc_subnets: Subnets in that VPC. None takes the isolated ones, else the private ones.
        security_groups: Security groups of the cache. None makes one, closed until ``connect``.
        node_type: The node type, such as ``cache.t4g.micro``.
        engine_version: The version of Memcached; TLS needs 1.6.12 or later.
        num_cache_nodes: Nodes, 1-60; more than 40 only in accounts whose quota says so. None
            takes the profile's, which for production are two.
        az_mode: ``cross-az`` or ``single-az``. Empty spreads two nodes or more.
        availability_zones: The zone of each node, as many as there are nodes; a zone may come
            again. Empty takes those of the subnets in turn. Subnets whose zones are not known at
            synthesis leave them to ElastiCache; then another number of nodes replaces the cluster
            ("AWS::ElastiCache::CacheCluster").
        port: The port, 1-65535. None takes the profile's, which for production is 11211. Another
            one replaces the cluster.
        tls: Whether connections are encrypted.
        parameters: Parameters of Memcached that differ from the defaults, such as
            ``{"max_item_size": "10485760"}``; the family of the group follows the version.
        preferred_maintenance_window: The weekly range for maintenance in UTC, 60 minutes or
            more, such as ``sun:05:00-sun:06:00``. Empty leaves it to ElastiCache.
        notification_topic: A topic that ElastiCache tells of events, such as a node replaced.
        cluster_name: A name of 1-50 letters, digits and hyphens. Empty lets CloudFormation make
            one; a cluster with a name of its own cannot be replaced.

    Attributes:
        vpc: The VPC of the cache.
        cluster: The cluster, as the raw CloudFormation resource.
        subnet_group: Its subnet group.
        parameter_group: Its parameter group; None without ``parameters``.
        security_groups: Its security groups.
        connections: For ``allow_from`` and the like.

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
        engine_version: str = "1.6.22",
        num_cache_nodes: int | None = None,
        az_mode: str = "",
        availability_zones: Sequence[str] = (),
        port: int | None = None,
        tls: bool = True,
        parameters: Mapping[str, str] | None = None,
        preferred_maintenance_window: str = "",
        notification_topic: sns.ITopic | None = None,
        cluster_name: str = "",
    ) -> None:
        profile = Profile.of(scope)
        if num_cache_nodes is None:
            num_cache_nodes = profile.settings.memcached_nodes
        port = profile.settings.memcached_port if port is None else port
        problems = Problems(scope.node.path, construct_id)
        problems.add(common.node_type_problems(node_type))
        problems.add(rules.memcached_version_problems(engine_version))
        problems.add(rules.node_count_problems("memcached", num_cache_nodes))
        problems.add(
            rules.placement_problems("memcached", num_cache_nodes, az_mode, availability_zones)
        )
        problems.add(memcached_node_problems(node_type, engine_version))
        problems.add(memcached_parameter_problems(parameters or {}))
        problems.add(common.port_problems(port))
        problems.add(rules.memcached_tls_problems(tls, engine_version, node_type))
        problems.require(
            not parameters or not is_unresolved(engine_version),
            "`engine_version` must be known at synthesis with `parameters`, got: a token",
        )
        if preferred_maintenance_window:
            problems.add(common.maintenance_window_problems(preferred_maintenance_window))
        if notification_topic is not None:
            problems.add(common.topic_problems(notification_topic.topic_arn))
        if cluster_name:
            problems.add(common.name_problems(cluster_name, "cluster_name", longest=50))
        problems.raise_if_any()
        placed = az_mode or _az_mode(num_cache_nodes, availability_zones)
        if vpc is not None:
            min_zones = 2 if placed == "cross-az" else 1
            subnets = cache_subnets(vpc, vpc_subnets, min_zones=min_zones)
            problems.add(
                rules.zone_problems(availability_zones, [zone_of(subnet) for subnet in subnets])
            )
            problems.raise_if_any()

        super().__init__(scope, construct_id)
        self._port = port
        self._tls = tls
        network = cache_network(
            self,
            "Memcached",
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            port=port,
        )
        self.vpc = network.vpc
        self.subnet_group = network.subnet_group
        self.security_groups = network.security_groups
        self._connections = network.connections
        self.parameter_group: elasticache.CfnParameterGroup | None = None
        if parameters:
            self.parameter_group = elasticache.CfnParameterGroup(
                self,
                "ParameterGroup",
                cache_parameter_group_family=rules.memcached_family(engine_version),
                description=f"Memcached of {self.node.path}",
                properties=dict(parameters),
            )
        self.cluster = elasticache.CfnCacheCluster(
            self,
            "Cluster",
            cluster_name=cluster_name or None,
            engine="memcached",
            engine_version=engine_version,
            cache_node_type=node_type,
            num_cache_nodes=num_cache_nodes,
            az_mode=placed,
            preferred_availability_zones=(
                list(availability_zones) or _zones(num_cache_nodes, placed, network.subnets)
            ),
            port=port,
            cache_subnet_group_name=self.subnet_group.ref,
            cache_parameter_group_name=(
                None if self.parameter_group is None else self.parameter_group.ref
            ),
            vpc_security_group_ids=[group.security_group_id for group in self.security_groups],
            transit_encryption_enabled=tls,
            preferred_maintenance_window=preferred_maintenance_window or None,
            notification_topic_arn=(
                None if notification_topic is None else notification_topic.topic_arn
            ),
        )
        self.cluster.apply_removal_policy(RemovalPolicy.DESTROY)  # it keeps nothing on disk
        if port == _DEFAULT_PORT:
            acknowledge(self.cluster, "AEC5", PORT_IS_CLOSED, profile=profile)

    @property
    def connections(self) -> ec2.Connections:
        """The security groups and the port, for ``allow_from`` and the like."""
        return self._connections

    @property
    def configuration_endpoint(self) -> str:
        """``host:port`` that names the nodes to a client; a token until it is deployed."""
        cluster = self.cluster
        return (
            f"{cluster.attr_configuration_endpoint_address}"
            f":{cluster.attr_configuration_endpoint_port}"
        )

    def connect(self, function: Connectable, *, prefix: str = contract.MEMCACHED_PREFIX) -> None:
        """Give a function the network path and the environment for the cache.

        ``MemcachedStore.from_env()`` of the runtime reads that environment.

        Args:
            function: The function, or a construct that has one; it must be in the cache's VPC.
            prefix: Begins the names of the variables; another one for a second cache.

        Raises:
            ValueError: If the function is in no VPC or has a variable of such a name already.
        """
        target = function_of(function)
        require_vpc(target, self.node.path, self.vpc)
        add_environment(
            target,
            {
                contract.memcached_configuration_endpoint(prefix): self.configuration_endpoint,
                contract.memcached_tls(prefix): "true" if self._tls else "false",
            },
        )
        let_in(self.security_groups, self._port, target, f"Memcached from {target.node.path}")


def _az_mode(nodes: int, zones: Sequence[str]) -> str:
    apart = len(set(zones)) > 1 if zones else nodes > 1
    return "cross-az" if apart else "single-az"


def _zones(nodes: int, az_mode: str, subnets: Sequence[ec2.ISubnet]) -> list[str] | None:
    """Give each node a zone of the subnets; None if that is not known at synthesis.

    Without zones of its own a cluster is replaced, and emptied, for one node more.
    """
    known = [zone for subnet in subnets if (zone := zone_of(subnet)) is not None]
    apart = list(dict.fromkeys(known))[: 1 if az_mode == "single-az" else None]
    least = 2 if az_mode == "cross-az" else 1
    if is_unresolved(nodes) or is_unresolved(az_mode) or len(apart) < least:
        return None
    return [apart[position % len(apart)] for position in range(nodes)]
