"""MemcachedCache: an ElastiCache cluster of Memcached nodes that a function can be connected to."""

from collections.abc import Sequence

import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
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
class MemcachedCache(Construct):
    """A Memcached cluster: nodes over availability zones, TLS, and auto discovery.

    It creates the cluster, a subnet group and a security group. Memcached keeps nothing on disk:
    deleting the stack, or a change that replaces the cluster, empties it. Billed by the hour and
    node ("Amazon ElastiCache pricing"), idle or not.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the cache.
        vpc: The VPC of the cache. None makes one of two availability zones without NAT gateways.
        vpc_subnets: Subnets in that VPC. None takes the isolated ones, else the private ones.
        security_groups: Security groups of the cache. None makes one, closed until ``connect``.
        node_type: The node type, such as ``cache.t4g.micro``.
        engine_version: The version of Memcached; TLS needs 1.6.12 or later.
        num_cache_nodes: Nodes, 1-60. Two or more are spread over availability zones.
        port: The port, 1-65535.

    Attributes:
        vpc: The VPC of the cache.
        cluster: The cluster, as the raw CloudFormation resource.
        subnet_group: Its subnet group.
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
        num_cache_nodes: int = 2,
        port: int = 11211,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        problems.between("num_cache_nodes", num_cache_nodes, *rules.MEMCACHED_NODES)
        problems.between("port", port, *rules.PORT)
        problems.raise_if_any()
        across = num_cache_nodes > 1
        if vpc is not None:
            cache_subnets(vpc, vpc_subnets, min_zones=2 if across else 1)

        super().__init__(scope, construct_id)
        self._port = port
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
        self.cluster = elasticache.CfnCacheCluster(
            self,
            "Cluster",
            engine="memcached",
            engine_version=engine_version,
            cache_node_type=node_type,
            num_cache_nodes=num_cache_nodes,
            az_mode="cross-az" if across else "single-az",
            port=port,
            cache_subnet_group_name=self.subnet_group.ref,
            vpc_security_group_ids=[group.security_group_id for group in self.security_groups],
            transit_encryption_enabled=True,
        )

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

    def connect(self, function: Connectable, *, prefix: str = _contract.MEMCACHED_PREFIX) -> None:
        """Give a function the network path and the environment for the cache.

        ``MemcachedStore.from_env()`` of the runtime reads that environment.

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
                _contract.memcached_configuration_endpoint(prefix): self.configuration_endpoint,
                _contract.memcached_tls(prefix): "true",
            },
        )
        let_in(self.security_groups, self._port, target, f"Memcached from {target.node.path}")
