"""Rules on the ElastiCache resources of a template."""

from serverless_stack.checks.services.elasticache.rules import (
    clusters,
    common,
    datastores,
    durability,
    group_shards,
    groups,
    logs_and_networks,
    parameters,
    scaling,
    serverless,
    users,
    vpcs,
)

RULES = [
    *clusters.RULES,
    *common.RULES,
    *datastores.RULES,
    *durability.RULES,
    *group_shards.RULES,
    *groups.RULES,
    *logs_and_networks.RULES,
    *parameters.RULES,
    *scaling.RULES,
    *serverless.RULES,
    *users.RULES,
    *vpcs.RULES,
]
