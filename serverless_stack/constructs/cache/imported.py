"""Existing caches, for ``connect`` and ``metric``: ``from_attributes`` of the three caches."""

from collections.abc import Callable, Sequence
from functools import partial

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits.common import port_problems
from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.cache.client import (
    SERVERLESS_PORTS,
    ClientSettings,
    elasticache_arn,
    memcached_client,
    serverless_client,
)
from serverless_stack.constructs.cache.monitoring.nodes import (
    CacheNode,
    memcached_node,
    serverless_node,
)
from serverless_stack.constructs.cache.network import CacheNetwork, Subnets
from serverless_stack.constructs.cache.serverless.engine import ServerlessEngine


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


def import_memcached(
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
    problems = Problems(scope.node.path, construct_id)
    used_port = port_of(configuration_endpoint, port, problems)
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


def import_serverless(
    scope: Construct,
    construct_id: str,
    *,
    vpc: ec2.IVpc,
    security_groups: Sequence[ec2.ISecurityGroup],
    endpoint: str,
    cache_name: str,
    engine: ServerlessEngine = ServerlessEngine.VALKEY_8,
    secret: secretsmanager.ISecret | None = None,
    user_name: str | None = None,
) -> ImportedCache:
    """Return an existing serverless cache, for ``connect`` and ``metric``.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        vpc: The VPC of the cache.
        security_groups: The security groups of the cache.
        endpoint: ``host:port`` of the cache.
        cache_name: The name of the cache.
        engine: The engine.
        secret: The secret with the password of ``user_name``. Default: none.
        user_name: The user that functions log in as; with IAM if there is no ``secret``, for
            which its id must be its name. Default: none.

    Raises:
        ValueError: If an argument is missing or does not go with another one.
    """
    problems = Problems(scope.node.path, construct_id)
    problems.add(group_problems(security_groups))
    ports = SERVERLESS_PORTS.get(engine.name, ())
    problems.require(
        bool(ports),
        f"`engine.name` must be one of {', '.join(SERVERLESS_PORTS)}, got: {engine.name!r}",
    )
    problems.require(
        user_name is None or engine.name != "memcached",
        "`user_name` must be left out for memcached, which has no users",
    )
    problems.require(
        secret is None or user_name is not None, "`secret` must go with a `user_name`, got: None"
    )
    problems.raise_if_any()
    client = logged_in(
        scope,
        serverless_client(engine.name, endpoint, cache_name),
        secret,
        user_name,
        cache_name=cache_name,
        resource="serverlesscache",
    )
    return ImportedCache(
        scope,
        construct_id,
        vpc=vpc,
        security_groups=security_groups,
        ports=ports,
        client=client,
        metric_node=partial(serverless_node, cache_name),
    )


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
    return client if secret is None else client.with_token(secret)


def port_of(endpoint: str, port: int | None, problems: Problems) -> int:
    """Return the port of the argument, or of an endpoint that is known at synthesis."""
    if port is not None:
        problems.add(port_problems(port))
        return port
    last = endpoint.rpartition(":")[2]
    if not is_unresolved(endpoint) and last.isdecimal():
        return int(last)
    if endpoint:
        shown = "a token" if is_unresolved(endpoint) else repr(endpoint)
        problems.add([f"`port` must be given for an endpoint that does not show it, got: {shown}"])
    return 0


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
            f"(in {scope.node.path}/{construct_id})"
        )
    return name
