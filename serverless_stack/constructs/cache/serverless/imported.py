"""``ServerlessCache.from_attributes``: an existing cache, for ``connect`` and ``metric``."""

from collections.abc import Sequence
from functools import partial

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.client import (
    SERVERLESS_PORTS,
    serverless_client,
)
from serverless_stack.constructs.cache.imported import (
    ImportedCache,
    group_problems,
    logged_in,
    port_of,
)
from serverless_stack.constructs.cache.monitoring.nodes import (
    serverless_node,
)
from serverless_stack.constructs.cache.serverless.engine import ServerlessEngine


@check_types
def from_attributes(
    scope: Construct,
    construct_id: str,
    *,
    vpc: ec2.IVpc,
    security_groups: Sequence[ec2.ISecurityGroup],
    endpoint: str,
    cache_name: str,
    engine: ServerlessEngine = ServerlessEngine.VALKEY_8,
    secret: secretsmanager.ISecret | secretsmanager.Secret | None = None,
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
    problems = Problems(path_of(scope), construct_id)
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
    port_of("endpoint", endpoint, ports[0] if ports else None, problems)
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
