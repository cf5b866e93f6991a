"""How well each kind of ElastiCache cache meets each need, by the ElastiCache user guide."""

import enum
from dataclasses import dataclass
from typing import Final

_ENGINES = "Comparing node-based Valkey, Memcached, and Redis OSS clusters"
_DEPLOYMENTS = "Choosing between deployment options"
_AT_REST = "At-Rest Encryption in ElastiCache"
_PRACTICES = "Overall best practices"


class Fit(enum.Enum):
    """How well an option meets a need."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True)
class Need:
    """A requirement for a cache.

    Attributes:
        name: The name for ``advise`` and ``--need``.
        meaning: The meaning, in a line.
        essential: Whether code cannot make up for it. Essential needs come first: a larger node
            replaces missing threads, but no missing data type.
    """

    name: str
    meaning: str
    essential: bool


@dataclass(frozen=True)
class Option:
    """A kind of ElastiCache cache.

    Attributes:
        title: The name in a sentence.
        engine: ``redis``, which stands for Valkey and Redis OSS, or ``memcached``.
        deployment: ``serverless``, ``node-based`` or ``cluster mode`` (node-based, with shards).
        construct: The construct that creates it.
    """

    title: str
    engine: str
    deployment: str
    construct: str


@dataclass(frozen=True)
class Fact:
    """How well an option meets a need.

    Attributes:
        need: The name of the need.
        fit: How well.
        text: Why, in a sentence about the option.
        page: The title of the page of the ElastiCache user guide that says so.
    """

    need: str
    fit: Fit
    text: str
    page: str


OPTIONS: Final = (
    Option("serverless Redis", "redis", "serverless", "ServerlessCache"),
    Option("serverless Memcached", "memcached", "serverless", "ServerlessCache"),
    Option("Redis on nodes", "redis", "node-based", "RedisCache"),
    Option("Redis in cluster mode", "redis", "cluster mode", "RedisCache"),
    Option("Memcached on nodes", "memcached", "node-based", "MemcachedCache"),
)
"""The kinds of caches, in order of preference.

Serverless comes before nodes, because it is the easiest to begin with ("Choosing between deployment
options"), and Redis before Memcached, because a later need seldom asks for another engine then.
"""

_Cell = tuple[Fit, str, str]
_YES, _PARTLY, _NO = Fit.YES, Fit.PARTLY, Fit.NO


def _row(
    name: str, meaning: str, *cells: _Cell, essential: bool = False
) -> tuple[Need, tuple[Fact, ...]]:
    return Need(name, meaning, essential), tuple(Fact(name, *cell) for cell in cells)


_always_encrypted = (_YES, "TLS and encryption at rest are always on.", _DEPLOYMENTS)
_encrypted_nodes = (
    _YES,
    "TLS and encryption at rest are options, which the construct turns on.",
    _DEPLOYMENTS,
)
_backups = (_YES, "It has automatic and manual backups.", _ENGINES)
_copies = (_YES, "Data is replicated across availability zones automatically.", _DEPLOYMENTS)
_types = (
    _YES,
    "It has lists, sets, sorted sets, hashes, bitmaps and geospatial indexes.",
    _ENGINES,
)
_no_types = (_NO, "It stores strings and objects by key only.", _ENGINES)
_no_pub_sub = (_NO, "It has no publish/subscribe.", _ENGINES)
_scales = (_YES, "It scales up and out automatically; there is no capacity to plan.", _DEPLOYMENTS)
_no_planning = (_YES, "It is made for traffic that is new or hard to predict.", _DEPLOYMENTS)
_planning = (_NO, "You choose the capacity and monitor whether it meets demand.", _DEPLOYMENTS)
_control = (_YES, "You choose the node type, number, zones and parameters.", _DEPLOYMENTS)
_no_control = (_NO, "You can set subnets, backups and usage limits only.", _DEPLOYMENTS)

# A row per need, a cell per option, in the order of OPTIONS.
_TABLE: Final = dict(
    (
        _row(
            "encryption",
            "Encryption in transit (TLS) and at rest.",
            _always_encrypted,
            _always_encrypted,
            _encrypted_nodes,
            _encrypted_nodes,
            (
                _PARTLY,
                "It has TLS, which the construct turns on, but no encryption at rest.",
                _AT_REST,
            ),
            essential=True,
        ),
        _row(
            "persistence",
            "Backups that a new cache can be restored from.",
            _backups,
            (_YES, "It has backups, unlike Memcached on nodes.", _ENGINES),
            _backups,
            _backups,
            (_NO, "It has no backups: a node that restarts is empty.", _ENGINES),
            essential=True,
        ),
        _row(
            "replication",
            "Copies in other zones, and failover to them.",
            _copies,
            _copies,
            (_YES, "It has read replicas and optional automatic failover.", _ENGINES),
            (_YES, "Each shard can have replicas; failover is automatic.", _ENGINES),
            (_NO, "It has neither replicas nor failover.", _ENGINES),
            essential=True,
        ),
        _row(
            "data-types",
            "Lists, sets, sorted sets, hashes, not only strings.",
            _types,
            _no_types,
            _types,
            _types,
            _no_types,
            essential=True,
        ),
        _row(
            "pub-sub",
            "Publishing messages to subscribed clients.",
            (_YES, "It has publish/subscribe, which is sharded internally.", _PRACTICES),
            _no_pub_sub,
            (_YES, "It has publish/subscribe.", _ENGINES),
            (_YES, "It has publish/subscribe; use sharded pub/sub for high loads.", _PRACTICES),
            _no_pub_sub,
            essential=True,
        ),
        _row(
            "multi-threading",
            "Large nodes that use all their cores.",
            (_NO, "Its engine is not multi-threaded.", _ENGINES),
            (_PARTLY, "Its engine is multi-threaded, but you cannot choose nodes.", _DEPLOYMENTS),
            (_NO, "It is not multi-threaded.", _ENGINES),
            (_NO, "It is not multi-threaded; more shards use more cores.", _ENGINES),
            (_YES, "It is multi-threaded: large nodes use all their cores.", _ENGINES),
        ),
        _row(
            "simplicity",
            "The simplest model: objects by key.",
            (
                _PARTLY,
                "It is as easy to begin with, but has more than objects by key.",
                _DEPLOYMENTS,
            ),
            (_YES, "It is the simplest model, with one endpoint and no nodes.", _DEPLOYMENTS),
            (_NO, "Memcached is the simpler model.", _ENGINES),
            (_NO, "Memcached is the simpler model, and needs no shards.", _ENGINES),
            (_YES, "It is the simplest model: objects by key.", _ENGINES),
        ),
        _row(
            "scale",
            "Growing beyond one node, and shrinking again.",
            _scales,
            _scales,
            (_PARTLY, "Replicas scale reads; data and writes stay on one node.", _ENGINES),
            (_YES, "Data is spread over up to 500 shards, which can be added online.", _ENGINES),
            (_YES, "You add and remove nodes as demand changes.", _ENGINES),
        ),
        _row(
            "unpredictable-traffic",
            "New or unsteady traffic, and no capacity planning.",
            _no_planning,
            _no_planning,
            _planning,
            (
                _PARTLY,
                "You choose the capacity; auto scaling follows a schedule or a metric.",
                _DEPLOYMENTS,
            ),
            _planning,
        ),
        _row(
            "control",
            "Choice of nodes, their zones and parameters.",
            _no_control,
            _no_control,
            _control,
            _control,
            _control,
        ),
    )
)

NEEDS: Final = tuple(_TABLE)
"""The needs that can be stated, the essential ones first."""


def fact(need: Need, option: Option) -> Fact:
    """Return how well an option meets a need.

    Args:
        need: One of ``NEEDS``.
        option: One of ``OPTIONS``.
    """
    return _TABLE[need][OPTIONS.index(option)]
