"""MemcachedCache: an ElastiCache cluster of Memcached nodes that functions can be connected to."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits import clusters as rules
from serverless_stack.checks.services.elasticache.limits import common
from serverless_stack.checks.services.elasticache.limits.memcached_parameters import (
    memcached_node_problems,
    memcached_parameter_problems,
)
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.tree import node_of, path_of
from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.cache.client import ClientSettings, memcached_client
from serverless_stack.constructs.cache.memcached.imported import from_attributes
from serverless_stack.constructs.cache.monitoring.nodes import (
    CacheNode,
    find_node,
    memcached_node,
    nodes_of,
)
from serverless_stack.constructs.cache.network import (
    DEFAULT_PORT_REASON,
    CacheNetwork,
    Subnets,
    choose_subnets,
    create_subnet_group,
    subnet_problems,
)
from serverless_stack.constructs.cache.retention import retain_dependencies
from serverless_stack.constructs.profiles.profile import Profile

_DEFAULT_PORT = 11211
AzMode = Literal["single-az", "cross-az"]


class MemcachedCache(CacheBase):
    """A Memcached cluster: nodes over availability zones, TLS, and auto discovery.

    It creates the cluster, a subnet group, a security group, and a parameter group if there are
    ``parameters``. Memcached keeps nothing on disk: deleting the stack, or a change that replaces
    the cluster, empties it. Adding or removing nodes changes nothing in a connected function,
    which asks the configuration endpoint for the nodes. Billed per node and hour ("Amazon
    ElastiCache pricing"), busy or not.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the cache.
        vpc: The VPC of the cache. Default: a new one with two availability zones and no NAT
            gateway.
        vpc_subnets: Subnets in that VPC. Default: the isolated ones, else the private ones.
        security_groups: Security groups of the cache. Default: a new one, closed until
            ``connect``.
        node_type: The node type, such as ``cache.t4g.micro``.
        engine_version: The version of Memcached; TLS needs 1.6.12 or later.
        num_cache_nodes: The number of nodes, 1-60; more than 40 need a higher quota. Default: set
            by the profile (production: 2).
        az_mode: ``cross-az`` or ``single-az``. Default: ``cross-az`` for two nodes or more.
        availability_zones: The zone of each node, as many as there are nodes; zones may repeat.
            Default: the zones of the subnets in turn. If those are known at deployment only,
            ElastiCache chooses, and changing the number of nodes replaces the cluster
            ("AWS::ElastiCache::CacheCluster").
        port: The port, 1-65535. Changing it replaces the cluster. Default: set by the profile
            (production: 11211).
        tls: Whether connections use TLS.
        parameters: Parameters that differ from AWS's defaults, such as
            ``{"max_item_size": "10485760"}``; the family of the group follows the version.
            Default: none.
        maintenance_window: When AWS may maintain the cache, ``ddd:hh:mm-ddd:hh:mm`` in UTC, an
            hour or more. Default: chosen by ElastiCache.
        notification_topic: A standard SNS topic for events of the cache. Default: none.
        cluster_name: A name of 1-50 letters, digits and hyphens; a cluster with a name of its own
            cannot be replaced. Default: made by CloudFormation.
        removal_policy: What happens to the cluster when the stack is deleted. Default:
            ``DESTROY`` in every profile, for Memcached keeps nothing on disk.

    Attributes:
        network: Where the cache runs.
        subnet_group: The subnet group.
        cluster: The cluster, as the raw CloudFormation resource.
        parameter_group: The parameter group; None without ``parameters``.

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
        node_type: str = "cache.t4g.micro",
        engine_version: str = "1.6.22",
        num_cache_nodes: int | None = None,
        az_mode: AzMode | None = None,
        availability_zones: Sequence[str] | None = None,
        port: int | None = None,
        tls: bool = True,
        parameters: Mapping[str, str] | None = None,
        maintenance_window: str | None = None,
        notification_topic: sns.ITopic | sns.Topic | None = None,
        cluster_name: str | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        profile = Profile.of(scope)
        nodes = profile.settings.memcached_nodes if num_cache_nodes is None else num_cache_nodes
        port = profile.settings.memcached_port if port is None else port
        zones = list(availability_zones or ())
        placement = az_mode or _default_az_mode(nodes, zones)
        problems = Problems(path_of(scope), construct_id)
        problems.add(common.node_type_problems(node_type))
        problems.add(rules.memcached_version_problems(engine_version))
        problems.add(rules.node_count_problems("memcached", nodes))
        problems.add(rules.placement_problems("memcached", nodes, az_mode or "", zones))
        problems.add(memcached_node_problems(node_type, engine_version))
        problems.add(memcached_parameter_problems(parameters or {}))
        problems.add(common.port_problems(port))
        problems.add(rules.memcached_tls_problems(tls, engine_version, node_type))
        problems.require(
            not parameters or not is_unresolved(engine_version),
            "`engine_version` must be known at synthesis with `parameters`, got: a token",
        )
        if maintenance_window is not None:
            problems.add(
                common.maintenance_window_problems(maintenance_window, "maintenance_window")
            )
        if notification_topic is not None:
            problems.add(common.topic_problems(notification_topic.topic_arn))
        if cluster_name is not None:
            problems.add(common.name_problems(cluster_name, "cluster_name", longest=50))
        problems.require(
            removal_policy != RemovalPolicy.SNAPSHOT,
            "`removal_policy` must not be SNAPSHOT for Memcached, which has no backups",
        )
        subnets = choose_subnets(vpc, vpc_subnets)
        problems.add(
            subnet_problems(subnets, vpc, vpc_subnets, 2 if placement == "cross-az" else 1)
        )
        if subnets is not None and subnets.known:
            problems.add(rules.zone_problems(zones, subnets.zones))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self._tls = tls
        self.network = CacheNetwork.create(
            self,
            "Memcached",
            vpc=vpc,
            subnets=subnets,
            security_groups=security_groups,
            ports=(port,),
        )
        self.subnet_group = create_subnet_group(self, "Memcached", self.network)
        self.parameter_group: elasticache.CfnParameterGroup | None = None
        if parameters:
            self.parameter_group = elasticache.CfnParameterGroup(
                self,
                "ParameterGroup",
                cache_parameter_group_family=rules.memcached_family(engine_version),
                description=description_of(self, "Memcached of"),
                properties=dict(parameters),
            )
        self.cluster = elasticache.CfnCacheCluster(
            self,
            "Cluster",
            cluster_name=cluster_name,
            engine="memcached",
            engine_version=engine_version,
            cache_node_type=node_type,
            num_cache_nodes=nodes,
            az_mode=placement,
            preferred_availability_zones=(
                zones or _default_zones(nodes, placement, self.network.subnets)
            ),
            port=port,
            cache_subnet_group_name=self.subnet_group.ref,
            cache_parameter_group_name=self.parameter_group.ref if self.parameter_group else None,
            vpc_security_group_ids=[group.security_group_id for group in self.security_groups],
            transit_encryption_enabled=tls,
            preferred_maintenance_window=maintenance_window,
            notification_topic_arn=notification_topic.topic_arn if notification_topic else None,
        )
        node_of(self).default_child = self.cluster
        policy = removal_policy or RemovalPolicy.DESTROY
        self.cluster.apply_removal_policy(policy)
        retain_dependencies(self, policy)
        if port == _DEFAULT_PORT:
            acknowledge(self.cluster, "AEC5", DEFAULT_PORT_REASON, profile=profile)

    from_attributes = staticmethod(from_attributes)

    @property
    def cache_name(self) -> str:
        """The name of the cluster; a token until it is deployed."""
        return self.cluster.ref

    @property
    def configuration_endpoint(self) -> str:
        """``host:port`` that names the nodes to a client; a token until it is deployed."""
        cluster = self.cluster
        return (
            f"{cluster.attr_configuration_endpoint_address}"
            f":{cluster.attr_configuration_endpoint_port}"
        )

    @cached_property
    def client(self) -> ClientSettings:
        """What ``connect`` gives a function."""
        return memcached_client("Memcached", self.configuration_endpoint, tls=self._tls)

    def metric_node(self, label: str | None) -> CacheNode:
        """Return a node, for ``metric``.

        Args:
            label: The name of a node. Default: the whole cluster.
        """
        if label is None:
            return memcached_node(self.cache_name, None)
        return find_node(nodes_of(self.cluster), label, path_of(self))


def _default_az_mode(nodes: int, zones: Sequence[str]) -> str:
    apart = len(set(zones)) > 1 if zones else nodes > 1
    return "cross-az" if apart else "single-az"


def _default_zones(nodes: int, az_mode: str, subnets: Subnets) -> list[str] | None:
    """Return a zone of the subnets for each node; None if the zones are not known at synthesis.

    CloudFormation replaces, and so empties, a cluster without zones to change its number of nodes.
    """
    named = [zone for zone in subnets.zones if zone is not None] if subnets.known else []
    distinct = list(dict.fromkeys(named))[: 1 if az_mode == "single-az" else None]
    needed = 2 if az_mode == "cross-az" else 1
    if is_unresolved(nodes) or is_unresolved(az_mode) or len(distinct) < needed:
        return None
    return [distinct[position % len(distinct)] for position in range(nodes)]
