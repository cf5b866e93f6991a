"""How a RedisCache grows: shards and replicas by load, and copies in other regions."""

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_elasticache as elasticache

from serverless_stack.checks.elasticache import scaling as scaling_rules
from serverless_stack.checks.problems import Problems
from serverless_stack.constructs._redis_base import RedisBase
from serverless_stack.constructs._redis_group import global_datastore
from serverless_stack.constructs._redis_scaling import REPLICAS, SHARDS, is_scaled, scale


class RedisGrowth(RedisBase):
    """How the nodes of a Redis become more and fewer."""

    def add_shard_scaling(
        self,
        *,
        max_capacity: int,
        min_capacity: int = 1,
        target_utilization: float = 60,
        metric: str = scaling_rules.SHARD_METRICS[0],
    ) -> scaling.CfnScalableTarget:
        """Let AWS add and remove shards, in cluster mode on nodes up to 2xlarge.

        Args:
            max_capacity: The most shards, 1-500.
            min_capacity: The fewest shards, 1-500.
            target_utilization: The percentage of the metric that is aimed at, 35-70.
            metric: A predefined metric of "Target tracking scaling policies".

        Returns:
            The scalable target.

        Raises:
            ValueError: If the cache cannot be scaled, or not so.
        """
        return scale(
            self,
            SHARDS,
            self._group,
            self.replication_group,
            in_global_datastore=self._in_global_datastore,
            min_capacity=min_capacity,
            max_capacity=max_capacity,
            target_utilization=target_utilization,
            metric=metric,
        )

    def add_replica_scaling(
        self,
        *,
        max_capacity: int = 5,
        min_capacity: int = 1,
        target_utilization: float = 60,
    ) -> scaling.CfnScalableTarget:
        """Let AWS add and remove replicas of each shard by the load of their CPUs.

        Args:
            max_capacity: The most replicas, 1-5.
            min_capacity: The fewest replicas, 1-5.
            target_utilization: The percentage of the CPU that is aimed at, 35-70.

        Returns:
            The scalable target.

        Raises:
            ValueError: If the cache cannot be scaled, or not so.
        """
        return scale(
            self,
            REPLICAS,
            self._group,
            self.replication_group,
            in_global_datastore=self._in_global_datastore,
            min_capacity=min_capacity,
            max_capacity=max_capacity,
            target_utilization=target_utilization,
            metric=scaling_rules.REPLICA_METRICS[0],
        )

    def add_global_datastore(
        self, *, global_replication_group_id_suffix: str
    ) -> elasticache.CfnGlobalReplicationGroup:
        """Make the cache the primary of a global datastore, which others join as secondaries.

        Args:
            global_replication_group_id_suffix: Ends the id of the global datastore, which begins
                with letters that AWS chooses by the region.

        Returns:
            The global datastore; its ``attr_global_replication_group_id`` is what others join.

        Raises:
            ValueError: If the cache cannot be in one, or is in one already.
        """
        problems = Problems(self.node.path)
        problems.require(
            not self._in_global_datastore,
            "`add_global_datastore` must be called once and not on a secondary, got: again",
        )
        problems.require(
            not is_scaled(self), "a global datastore must not have auto scaling, got: both"
        )
        problems.add(
            scaling_rules.global_datastore_problems(self._group, global_replication_group_id_suffix)
        )
        problems.raise_if_any()
        self.global_datastore = global_datastore(
            self, self.replication_group, global_replication_group_id_suffix
        )
        return self.global_datastore

    @property
    def _in_global_datastore(self) -> bool:
        return self._group.secondary or self.global_datastore is not None
