"""What the three caches have in common: network, connecting functions, metrics."""

from abc import abstractmethod

import jsii
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.connect import (
    Connectable,
    add_environment,
    function_of,
)
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.places import require_vpc, security_groups_of
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.client import ClientSettings
from serverless_stack.constructs.cache.monitoring.metrics import metric_of
from serverless_stack.constructs.cache.monitoring.nodes import CacheNode
from serverless_stack.constructs.cache.network import CacheNetwork, allow_ingress
from serverless_stack.constructs.cache.services import SECRETS_MANAGER
from serverless_stack.constructs.network.reachability import open_way


@jsii.implements(ec2.IConnectable)
class CacheBase(Construct):
    """A cache that functions can be connected to: created by this library, or existing.

    Attributes:
        network: Where the cache runs.
    """

    network: CacheNetwork

    @property
    @abstractmethod
    def client(self) -> ClientSettings:
        """What ``connect`` gives a function."""

    @abstractmethod
    def metric_node(self, label: str | None) -> CacheNode:
        """Return the source of metrics that ``metric(node=label)`` means.

        Args:
            label: The name of a node. Default: the whole cache, else its first node.

        Raises:
            ValueError: If there is no such node.
        """

    @property
    def vpc(self) -> ec2.IVpc:
        """The VPC of the cache."""
        return self.network.vpc

    @property
    def security_groups(self) -> list[ec2.ISecurityGroup]:
        """The security groups of the cache."""
        return list(self.network.security_groups)

    @property
    def connections(self) -> ec2.Connections:
        """The security groups and ports, for ``allow_from`` and the like."""
        return self.network.connections

    @check_types
    def connect(self, function: Connectable, *, env_prefix: str | None = None) -> None:
        """Connect a function: open the network path, grant the permission, set the variables.

        ``RedisStore.from_env()`` or ``MemcachedStore.from_env()`` of the runtime reads that
        environment.

        Args:
            function: The function, or a construct that has one; it must be in the cache's VPC.
            env_prefix: The prefix of the variables, such as ``SESSIONS`` for a second cache.
                Default: ``REDIS`` or ``MEMCACHED``.

        Raises:
            ValueError: If the function is in no VPC, cannot reach that of the cache, or has a
                variable of that name.
        """
        connect_function(self, function, self.client, env_prefix)

    @check_types
    def metric(
        self,
        metric_name: str,
        *,
        node: str | None = None,
        statistic: str | None = None,
        period: Duration | None = None,
    ) -> cloudwatch.Metric:
        """Return a CloudWatch metric of the cache.

        Args:
            metric_name: The name of the metric, such as ``CPUUtilization``.
            node: The node, such as ``002``, or ``0001-002`` in cluster mode. Default: the whole
                cache for Memcached and serverless caches; for Redis, whose metrics are of nodes,
                the first node, which is the primary until a failover.
            statistic: The statistic. Default: the one that suits the metric, else ``Average``.
            period: The period. Default: one minute, in which ElastiCache publishes.

        Raises:
            ValueError: If there is no such node, or the period is no whole number of seconds.
        """
        if period is not None:
            problems = Problems(path_of(self))
            problems.add(seconds_problems("period", period))
            problems.raise_if_any()
        return metric_of(self.metric_node(node), metric_name, statistic=statistic, period=period)


def connect_function(
    cache: CacheBase, function: Connectable, settings: ClientSettings, prefix: str | None
) -> None:
    """Connect a function: open the network path, grant the permission, set the variables.

    Args:
        cache: The cache.
        function: The function, or a construct that has one.
        settings: What the function is given.
        prefix: The prefix of the variables. Default: the one of the settings.

    Raises:
        ValueError: If the function is in no VPC, cannot reach that of the cache, or has a
            variable of that name.
    """
    target = function_of(function)
    require_vpc(target, path_of(cache), cache.vpc)
    add_environment(target, settings.environment(prefix))
    groups = security_groups_of(target)
    allow_ingress(cache.network, groups, description_of(target, f"{settings.label} from"))
    settings.grant(target)
    if settings.secret is not None:
        open_way(target, cache.network.vpc, SECRETS_MANAGER, groups)
