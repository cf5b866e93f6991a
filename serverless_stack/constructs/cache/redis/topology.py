"""RedisTopology: shards, replicas, and how they follow the load. Durability of writes."""

from dataclasses import dataclass
from enum import Enum

from aws_cdk.aws_applicationautoscaling import PredefinedMetric

from serverless_stack.constructs._internal.arguments import check_fields, check_types


class Durability(Enum):
    """When a write counts as done ("Durability in ElastiCache"); Valkey 9.0 in cluster mode.

    CloudFormation refuses to turn durability on or off for a cache that exists; changing between
    ``SYNC`` and ``ASYNC`` keeps the cache.
    """

    SYNC = "sync"
    """After it is in a log of several availability zones: no loss, milliseconds per write."""
    ASYNC = "async"
    """At once; a failure may lose the last 10 seconds."""
    DISABLED = "disabled"
    """At once and in memory only; a failure may lose what is not yet replicated."""


@dataclass(frozen=True)
class Capacity:
    """The range in which a number of shards or replicas follows a metric.

    Attributes:
        min: The smallest number.
        max: The largest number.
        target_utilization: The percentage of the metric to aim at, 35-70.
        metric: The metric to follow. Default: the CPU of the primaries for shards, of the replicas
            for replicas.
    """

    min: int
    max: int
    target_utilization: float = 60
    metric: PredefinedMetric | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


@dataclass(frozen=True)
class Autoscale:
    """What Application Auto Scaling changes, on nodes of up to 2xlarge in cluster mode.

    Attributes:
        shards: The range of shards, 1-500. Default: shards are not scaled.
        replicas: The range of replicas of each shard, 1-5. Default: replicas are not scaled.
    """

    shards: Capacity | None = None
    replicas: Capacity | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


@dataclass(frozen=True)
class RedisTopology:
    """The shards and replicas of a ``RedisCache``; make one with a class method.

    Attributes:
        shards: The shards in cluster mode, or None without cluster mode.
        replicas: The replicas of each primary. Default: set by the profile.
        autoscale: What follows the load. Default: nothing.
        automatic_failover: Whether a replica takes over. Default: where it is possible.
        multi_az: Whether nodes are in different availability zones. Default: with a
            replica.
    """

    shards: int | None = None
    replicas: int | None = None
    autoscale: Autoscale | None = None
    automatic_failover: bool | None = None
    multi_az: bool | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    def single(cls) -> "RedisTopology":
        """Return one node: the cheapest, and empty after a failure."""
        return cls(replicas=0)

    @classmethod
    @check_types
    def replicated(
        cls,
        replicas: int = 1,
        *,
        automatic_failover: bool | None = None,
        multi_az: bool | None = None,
    ) -> "RedisTopology":
        """Return a primary with replicas, behind a primary endpoint and a reader endpoint.

        Args:
            replicas: The read replicas, 0-5.
            automatic_failover: Whether a replica takes over. Default: True with a replica.
            multi_az: Whether nodes are in different availability zones. Default: True with a
                replica.
        """
        return cls(replicas=replicas, automatic_failover=automatic_failover, multi_az=multi_az)

    @classmethod
    @check_types
    def sharded(
        cls,
        shards: int,
        replicas: int | None = None,
        *,
        autoscale: Autoscale | None = None,
        automatic_failover: bool | None = None,
        multi_az: bool | None = None,
    ) -> "RedisTopology":
        """Return cluster mode: shards, each with its replicas, behind a configuration endpoint.

        Changing the number of shards moves the data online. Changing to or from another topology
        replaces the cache.

        Args:
            shards: The shards, 1-500, with 500 nodes in all at most (90 before AWS raises a
                quota).
            replicas: The read replicas of each shard, 0-5. Default: set by the profile
                (production: 1).
            autoscale: What follows the load. Default: nothing.
            automatic_failover: Whether a replica takes over. Default: True, which cluster mode
                needs.
            multi_az: Whether the nodes of a shard are in different availability zones. Default:
                True with a replica.
        """
        return cls(
            shards=shards,
            replicas=replicas,
            autoscale=autoscale,
            automatic_failover=automatic_failover,
            multi_az=multi_az,
        )
