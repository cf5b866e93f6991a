"""Where a Redis is reached, and how a function is told."""

from dataclasses import dataclass

from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack._shared import contract
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup
from serverless_stack.constructs.cache.redis.users import RedisUser


@dataclass(frozen=True)
class Endpoints:
    """``host:port`` of each endpoint, tokens until they are deployed.

    Attributes:
        primary: Of the primary, without cluster mode.
        reader: Of the replicas, without cluster mode.
        configuration: Of the shards, in cluster mode.
    """

    primary: str
    reader: str
    configuration: str


def endpoints_of(
    asked: ReplicationGroup, made: elasticache.CfnReplicationGroup, *, cluster: bool
) -> Endpoints:
    """Give the endpoints of a replication group.

    Args:
        asked: What was asked for.
        made: The replication group.
        cluster: Whether the one that is wanted is of cluster mode.

    Raises:
        ValueError: There is none of that kind.
    """
    if bool(asked.cluster_mode) != cluster:
        wanted, other = ("1 or more", "a primary") if cluster else ("0", "a configuration")
        raise ValueError(
            f"`num_node_groups` must be {wanted} for this endpoint, got: {asked.num_node_groups}; "
            f"the cache has {other} endpoint (in {made.node.path})"
        )
    return Endpoints(
        f"{made.attr_primary_end_point_address}:{made.attr_primary_end_point_port}",
        f"{made.attr_reader_end_point_address}:{made.attr_reader_end_point_port}",
        f"{made.attr_configuration_end_point_address}:{made.attr_configuration_end_point_port}",
    )


def environment(
    prefix: str,
    asked: ReplicationGroup,
    made: elasticache.CfnReplicationGroup,
    user: RedisUser | None,
    secret: secretsmanager.ISecret | None,
) -> dict[str, str]:
    """Give the variables that ``RedisStore.from_env()`` reads.

    Args:
        prefix: Begins their names.
        asked: What was asked for.
        made: The replication group.
        user: Whom the function logs in as, if not by an AUTH token.
        secret: The secret with the token or password; None for a user means IAM.
    """
    cluster = bool(asked.cluster_mode)
    endpoints = endpoints_of(asked, made, cluster=cluster)
    tls = "true" if asked.transit_encryption_enabled else "false"
    variables = {contract.redis_tls(prefix): tls}
    if cluster:
        variables[contract.redis_configuration_endpoint(prefix)] = endpoints.configuration
    else:
        variables[contract.redis_primary_endpoint(prefix)] = endpoints.primary
        variables[contract.redis_reader_endpoint(prefix)] = endpoints.reader
    if user is not None:
        variables[contract.redis_user(prefix)] = user.user_name
    if secret is not None:
        variables[contract.redis_secret_arn(prefix)] = secret.secret_arn
    elif user is not None:
        variables[contract.redis_cache_name(prefix)] = made.ref
    return variables
