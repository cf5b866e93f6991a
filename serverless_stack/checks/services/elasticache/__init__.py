"""Amazon ElastiCache: limits on values, and rules on templates.

This module has the limits of a replication group as a whole.
"""

from serverless_stack.checks.services.elasticache.limits.model import SHARDS, ReplicationGroup
from serverless_stack.checks.services.elasticache.limits.replication_groups import (
    NODES,
    PORT,
    REPLICAS,
    SNAPSHOT_RETENTION_DAYS,
    replication_group_problems,
)

__all__ = [
    "NODES",
    "PORT",
    "REPLICAS",
    "SHARDS",
    "SNAPSHOT_RETENTION_DAYS",
    "ReplicationGroup",
    "replication_group_problems",
]
