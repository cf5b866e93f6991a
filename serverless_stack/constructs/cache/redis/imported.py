"""``RedisCache.from_attributes``: an existing Redis cache, for ``connect`` and ``metric``."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.client import ClientSettings, VariableName
from serverless_stack.constructs.cache.imported import (
    ImportedCache,
    group_problems,
    logged_in,
    port_of,
    required_name,
)
from serverless_stack.constructs.cache.monitoring.nodes import CacheNode, redis_node


@check_types
def from_attributes(
    scope: Construct,
    construct_id: str,
    *,
    vpc: ec2.IVpc,
    security_groups: Sequence[ec2.ISecurityGroup],
    primary_endpoint: str | None = None,
    reader_endpoint: str | None = None,
    configuration_endpoint: str | None = None,
    port: int | None = None,
    tls: bool = True,
    secret: secretsmanager.ISecret | secretsmanager.Secret | None = None,
    user_name: str | None = None,
    replication_group_id: str | None = None,
) -> ImportedCache:
    """Return an existing Redis cache, for ``connect`` and ``metric``.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        vpc: The VPC of the cache.
        security_groups: The security groups of the cache.
        primary_endpoint: ``host:port`` of the primary, without cluster mode.
        reader_endpoint: ``host:port`` of the replicas. Default: the primary's.
        configuration_endpoint: ``host:port`` of the shards, in cluster mode.
        port: The port. Default: the one of the endpoint, which must be known at synthesis then.
        tls: Whether connections use TLS.
        secret: The secret with the AUTH token, or with the password of ``user_name``. Default:
            none.
        user_name: The user that functions log in as; with IAM if there is no ``secret``, for
            which its id must be its name. Default: none.
        replication_group_id: The name of the cache, for IAM and for metrics. Default: unknown.

    Raises:
        ValueError: If an argument is missing or does not go with another one.
    """
    problems = Problems(path_of(scope), construct_id)
    sharded = configuration_endpoint is not None
    problems.require(
        sharded != (primary_endpoint is not None),
        "`primary_endpoint` or, in cluster mode, `configuration_endpoint` must be given, "
        f"got: {'both' if sharded else 'neither'}",
    )
    problems.require(
        reader_endpoint is None or not sharded,
        "`reader_endpoint` must be left out in cluster mode",
    )
    problems.require(
        user_name is None or secret is not None or replication_group_id is not None,
        "`replication_group_id` must be given for a `user_name` without a `secret`, which logs in "
        "with IAM",
    )
    problems.require(
        tls or (secret is None and user_name is None),
        "`tls` must be True for a `secret` or `user_name`, got: False",
    )
    endpoint = configuration_endpoint or primary_endpoint or ""
    argument = "configuration_endpoint" if sharded else "primary_endpoint"
    used_port = port_of(argument, endpoint, port, problems)
    problems.add(group_problems(security_groups))
    problems.raise_if_any()
    variables: dict[VariableName, str] = {contract.redis_tls: "true" if tls else "false"}
    if sharded:
        variables[contract.redis_configuration_endpoint] = endpoint
    else:
        variables[contract.redis_primary_endpoint] = endpoint
        variables[contract.redis_reader_endpoint] = reader_endpoint or endpoint
    client = logged_in(
        scope,
        ClientSettings("Redis", contract.REDIS_PREFIX, variables),
        secret,
        user_name,
        cache_name=replication_group_id,
        resource="replicationgroup",
    )
    first = "0001-001" if sharded else "001"

    def metric_node(label: str | None) -> CacheNode:
        name = required_name(replication_group_id, "replication_group_id", scope, construct_id)
        return redis_node(name, label or first)

    return ImportedCache(
        scope,
        construct_id,
        vpc=vpc,
        security_groups=security_groups,
        ports=(used_port,),
        client=client,
        metric_node=metric_node,
    )
