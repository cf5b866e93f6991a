"""Existing caches, for ``connect`` and ``metric``: ``from_attributes`` of the three caches."""

from collections.abc import Callable, Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits.common import port_problems
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.cache.client import (
    ClientSettings,
    elasticache_arn,
)
from serverless_stack.constructs.cache.monitoring.nodes import (
    CacheNode,
)
from serverless_stack.constructs.cache.network import CacheNetwork, Subnets


class ImportedCache(CacheBase):
    """An existing cache; ``from_attributes`` of the three caches makes it.

    It creates nothing but the rules and permissions that ``connect`` needs.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        vpc: The VPC of the cache.
        security_groups: The security groups of the cache.
        ports: The ports of the cache.
        client: What ``connect`` gives a function.
        metric_node: Returns the node with a label, or the default one for None.

    Attributes:
        network: Where the cache runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_groups: Sequence[ec2.ISecurityGroup],
        ports: tuple[int, ...],
        client: ClientSettings,
        metric_node: Callable[[str | None], CacheNode],
    ) -> None:
        super().__init__(scope, construct_id)
        self.network = CacheNetwork.create(
            self,
            client.label,
            vpc=vpc,
            subnets=Subnets((), known=False),
            security_groups=security_groups,
            ports=ports,
        )
        self._client = client
        self._metric_node = metric_node

    @property
    def client(self) -> ClientSettings:
        """What ``connect`` gives a function."""
        return self._client

    def metric_node(self, label: str | None) -> CacheNode:
        """Return a node, for ``metric``.

        Args:
            label: The name of a node. Default: the whole cache, else its first node.
        """
        return self._metric_node(label)


def logged_in(
    scope: Construct,
    client: ClientSettings,
    secret: secretsmanager.ISecret | None,
    user_name: str | None,
    *,
    cache_name: str | None,
    resource: str,
) -> ClientSettings:
    """Return the settings of a cache with the login of its clients.

    Args:
        scope: The parent construct of the cache.
        client: The settings without a login.
        secret: The secret with the token or password, or None.
        user_name: The user, or None.
        cache_name: The name of the cache, or None.
        resource: The kind of the cache in ARNs, such as ``replicationgroup``.
    """
    if user_name is not None:
        arns = (
            elasticache_arn(scope, resource, cache_name or ""),
            elasticache_arn(scope, "user", user_name),
        )
        return client.with_user(user_name, secret=secret, cache_name=cache_name, arns=arns)
    return client.with_token(secret)


def port_of(argument: str, endpoint: str, port: int | None, problems: Problems) -> int:
    """Return the port of the argument ``port``, or of an endpoint that is known at synthesis.

    Args:
        argument: The argument with the endpoint.
        endpoint: The endpoint.
        port: The argument ``port``.
        problems: The problems of the call, to which those of the ports are added.
    """
    last = endpoint.rpartition(":")[2]
    shown = not is_unresolved(endpoint) and last.isdecimal()
    if shown and port_problems(int(last)):
        problems.fail(f"`{argument}` must have a port between 1 and 65535, got: {endpoint!r}")
    if port is not None:
        problems.add(port_problems(port))
        return port
    if not shown and endpoint:
        text = "a token" if is_unresolved(endpoint) else repr(endpoint)
        problems.fail(f"`port` must be given for an endpoint that does not show it, got: {text}")
    return int(last) if shown else 0


def group_problems(security_groups: Sequence[ec2.ISecurityGroup]) -> list[str]:
    """List whether the security groups of a cache are missing."""
    return [] if security_groups else ["`security_groups` must have the cache's groups, got: none"]


def required_name(name: str | None, argument: str, scope: Construct, construct_id: str) -> str:
    """Return the name of a cache.

    Raises:
        ValueError: If it was not given.
    """
    if name is None:
        raise ValueError(
            f"`{argument}` must be given to `from_attributes` for metrics, got: None "
            f"(in {path_of(scope)}/{construct_id})"
        )
    return name
