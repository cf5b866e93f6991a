"""Rules on the ElastiCache resources of a template; each module adds its own."""

from serverless_stack.checks.services.elasticache.rules import (
    clusters,
    common,
    datastores,
    group_shards,
    groups,
    logs_and_networks,
    parameters,
    scaling,
    serverless,
    users,
    vpcs,
)

__all__ = [
    "clusters",
    "common",
    "datastores",
    "group_shards",
    "groups",
    "logs_and_networks",
    "parameters",
    "scaling",
    "serverless",
    "users",
    "vpcs",
]
