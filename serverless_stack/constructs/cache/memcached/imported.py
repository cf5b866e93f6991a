"""``MemcachedCache.from_attributes``: an existing cache, for ``connect`` and ``metric``."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.client import (
    memcached_client,
)
from serverless_stack.constructs.cache.imported import (
    ImportedCache,
    group_problems,
    port_of,
    required_name,
)
from serverless_stack.constructs.cache.monitoring.nodes import (
    CacheNode,
    memcached_node,
)


@check_types
def from_attributes(
    scope: Construct,
    construct_id: str,
    *,
    vpc: ec2.IVpc,
    security_groups: Sequence[ec2.ISecurityGroup],
    configuration_endpoint: str,
    port: int | None = None,
    tls: bool = True,
    cluster_name: str | None = None,
) -> ImportedCache:
    """Return an existing Memcached cache, for ``connect`` and ``metric``.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        vpc: The VPC of the cache.
        security_groups: The security groups of the cache.
        configuration_endpoint: ``host:port`` of the configuration endpoint.
        port: The port. Default: the one of the endpoint, which must be known at synthesis then.
        tls: Whether connections use TLS.
        cluster_name: The name of the cluster, for metrics. Default: unknown.

    Raises:
        ValueError: If an argument is missing or refused.
    """
    problems = Problems(path_of(scope), construct_id)
    used_port = port_of("configuration_endpoint", configuration_endpoint, port, problems)
    problems.add(group_problems(security_groups))
    problems.raise_if_any()

    def metric_node(label: str | None) -> CacheNode:
        return memcached_node(
            required_name(cluster_name, "cluster_name", scope, construct_id), label
        )

    return ImportedCache(
        scope,
        construct_id,
        vpc=vpc,
        security_groups=security_groups,
        ports=(used_port,),
        client=memcached_client("Memcached", configuration_endpoint, tls=tls),
        metric_node=metric_node,
    )
