"""What ElastiCache's own guide says about each need, for each kind of cache."""

from typing import Final

from serverless_stack.operations.advice.values import Fact, Fit, Need, Option

_ENGINES = "Comparing node-based Valkey, Memcached, and Redis OSS clusters"
_DEPLOYMENTS = "Choosing between deployment options"
_AT_REST = "At-Rest Encryption in ElastiCache"
_PRACTICES = "Overall best practices"

NEEDS: Final = (
    Need("encryption", "Encryption in transit (TLS) and at rest.", True),
    Need("persistence", "Backups that a new cache can begin with.", True),
    Need("replication", "Copies in other zones, failover to them.", True),
    Need("data-types", "Lists, sets, sorted sets, hashes, not only strings.", True),
    Need("pub-sub", "Messages to clients that subscribed.", True),
    Need("multi-threading", "Large nodes that use all their cores.", False),
    Need("simplicity", "The simplest model: objects by key.", False),
    Need("scale", "Growing beyond one node, and shrinking again.", False),
    Need("unpredictable-traffic", "New or unsteady load, no capacity to plan.", False),
    Need("control", "Choosing nodes, their zones and parameters.", False),
)
"""What may be needed. The essential ones come first."""

_REDIS = Option("serverless Redis", "redis", "serverless", "ServerlessCache")
_MEMCACHED = Option("serverless Memcached", "memcached", "serverless", "ServerlessCache")
_REDIS_NODES = Option("Redis on nodes", "redis", "node-based", "RedisCache")
_REDIS_CLUSTER = Option("Redis in cluster mode", "redis", "cluster mode", "RedisCache")
_MEMCACHED_NODES = Option("Memcached on nodes", "memcached", "node-based", "MemcachedCache")

OPTIONS: Final = (_REDIS, _MEMCACHED, _REDIS_NODES, _REDIS_CLUSTER, _MEMCACHED_NODES)
"""What there is to choose from; of equals the first is taken.

Serverless comes before nodes, because it is the easiest to begin with ("Choosing between deployment
options"), and Redis before Memcached, because a need that comes up later seldom asks for another
engine then.
"""


def fact(need: Need, option: Option) -> Fact:
    """Tell how well an option meets a need.

    Args:
        need: One of ``NEEDS``.
        option: One of ``OPTIONS``.

    Returns:
        How well, why, and which page says so.
    """
    return _FACTS[need.name][option]


def _yes(text: str, page: str) -> Fact:
    return Fact(Fit.YES, text, page)


def _partly(text: str, page: str) -> Fact:
    return Fact(Fit.PARTLY, text, page)


def _no(text: str, page: str) -> Fact:
    return Fact(Fit.NO, text, page)


_ALWAYS_ENCRYPTED = _yes("TLS and encryption at rest are always on.", _DEPLOYMENTS)
_ENCRYPTED_NODES = _yes(
    "TLS and encryption at rest are options, which the construct turns on.", _DEPLOYMENTS
)
_BACKUPS = _yes("It has automatic and manual backups.", _ENGINES)
_COPIES = _yes("Data is copied to several availability zones by itself.", _DEPLOYMENTS)
_TYPES = _yes("It has lists, sets, sorted sets, hashes, bitmaps and geospatial indexes.", _ENGINES)
_NO_TYPES = _no("It knows strings and objects by key only.", _ENGINES)
_NO_PUB_SUB = _no("It cannot publish or subscribe.", _ENGINES)
_SCALES_ITSELF = _yes("It scales up and out by itself, without capacity to manage.", _DEPLOYMENTS)
_NO_PLANNING = _yes("It is meant for load that is new or hard to predict.", _DEPLOYMENTS)
_PLANNING = _no("You choose the capacity, and watch that it meets the demand.", _DEPLOYMENTS)
_CONTROL = _yes("You choose node type, number, zones and parameters.", _DEPLOYMENTS)
_NO_CONTROL = _no("Only subnets, backups and limits of use can be set.", _DEPLOYMENTS)

_FACTS: Final[dict[str, dict[Option, Fact]]] = {
    "encryption": {
        _REDIS: _ALWAYS_ENCRYPTED,
        _MEMCACHED: _ALWAYS_ENCRYPTED,
        _REDIS_NODES: _ENCRYPTED_NODES,
        _REDIS_CLUSTER: _ENCRYPTED_NODES,
        _MEMCACHED_NODES: _partly(
            "It has TLS, which the construct turns on, but no encryption at rest.",
            _AT_REST,
        ),
    },
    "persistence": {
        _REDIS: _BACKUPS,
        _MEMCACHED: _yes(
            "It has backups, which Memcached has as a serverless cache only.", _ENGINES
        ),
        _REDIS_NODES: _BACKUPS,
        _REDIS_CLUSTER: _BACKUPS,
        _MEMCACHED_NODES: _no("It has no backups: a node that restarts is empty.", _ENGINES),
    },
    "replication": {
        _REDIS: _COPIES,
        _MEMCACHED: _COPIES,
        _REDIS_NODES: _yes("It has read replicas and, if wanted, automatic failover.", _ENGINES),
        _REDIS_CLUSTER: _yes("Every shard may have replicas; failover is automatic.", _ENGINES),
        _MEMCACHED_NODES: _no("It has neither replicas nor failover.", _ENGINES),
    },
    "data-types": {
        _REDIS: _TYPES,
        _MEMCACHED: _NO_TYPES,
        _REDIS_NODES: _TYPES,
        _REDIS_CLUSTER: _TYPES,
        _MEMCACHED_NODES: _NO_TYPES,
    },
    "pub-sub": {
        _REDIS: _yes("It can publish and subscribe; within, it is sharded pub/sub.", _PRACTICES),
        _MEMCACHED: _NO_PUB_SUB,
        _REDIS_NODES: _yes("It can publish and subscribe.", _ENGINES),
        _REDIS_CLUSTER: _yes(
            "It can publish and subscribe; with a high load take sharded pub/sub.", _PRACTICES
        ),
        _MEMCACHED_NODES: _NO_PUB_SUB,
    },
    "multi-threading": {
        _REDIS: _no("Its engine is not multi-threaded.", _ENGINES),
        _MEMCACHED: _partly(
            "Its engine is multi-threaded, but the nodes are not yours to choose.", _DEPLOYMENTS
        ),
        _REDIS_NODES: _no("It is not multi-threaded.", _ENGINES),
        _REDIS_CLUSTER: _no("It is not multi-threaded; more shards take more cores.", _ENGINES),
        _MEMCACHED_NODES: _yes("It is multi-threaded: large nodes use all their cores.", _ENGINES),
    },
    "simplicity": {
        _REDIS: _partly(
            "It is as easy to begin with, but has more than objects by key.", _DEPLOYMENTS
        ),
        _MEMCACHED: _yes("It is the simplest model, with one endpoint and no nodes.", _DEPLOYMENTS),
        _REDIS_NODES: _no("Memcached is the simpler model.", _ENGINES),
        _REDIS_CLUSTER: _no("Memcached is the simpler model, and needs no shards.", _ENGINES),
        _MEMCACHED_NODES: _yes("It is the simplest model: objects by key.", _ENGINES),
    },
    "scale": {
        _REDIS: _SCALES_ITSELF,
        _MEMCACHED: _SCALES_ITSELF,
        _REDIS_NODES: _partly(
            "Replicas scale the reads; data and writes stay on one node.", _ENGINES
        ),
        _REDIS_CLUSTER: _yes("Data is divided over up to 500 shards, added online.", _ENGINES),
        _MEMCACHED_NODES: _yes("Nodes are added and removed as the demand changes.", _ENGINES),
    },
    "unpredictable-traffic": {
        _REDIS: _NO_PLANNING,
        _MEMCACHED: _NO_PLANNING,
        _REDIS_NODES: _PLANNING,
        _REDIS_CLUSTER: _partly(
            "You choose the capacity; auto scaling follows a schedule or a metric.", _DEPLOYMENTS
        ),
        _MEMCACHED_NODES: _PLANNING,
    },
    "control": {
        _REDIS: _NO_CONTROL,
        _MEMCACHED: _NO_CONTROL,
        _REDIS_NODES: _CONTROL,
        _REDIS_CLUSTER: _CONTROL,
        _MEMCACHED_NODES: _CONTROL,
    },
}
