"""Limits of Amazon ElastiCache on engine versions, and the features of each."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.elasticache.limits.common import (
    parse_node_type,
    version_of,
)

ENGINES = ("redis", "valkey")
_NEWEST_REDIS = (7, 1)  # later versions have another licence: ElastiCache has Valkey instead
_OLDEST_VALKEY = (7, 2)
_OLDEST_REDIS = (2, 6)
_WITHOUT_ENCRYPTION = (3, 2, 10)


class Feature(NamedTuple):
    """A feature that an engine has from some version on.

    Attributes:
        name: What it is, for the messages.
        redis: The first version of Redis OSS that has it.
        valkey: The first version of Valkey that has it.
    """

    name: str
    redis: tuple[int, ...]
    valkey: tuple[int, ...] = _OLDEST_VALKEY


REPLICATION = Feature("replicas with automatic failover", (2, 8, 6))
CLUSTER_MODE = Feature("cluster mode", (3, 2, 4))
TLS = Feature("encryption in transit", (3, 2, 6))
AT_REST = Feature("encryption at rest", (3, 2, 6))
AUTH_ROTATION = Feature("a change of the AUTH token", (5, 0, 6))
RBAC = Feature("users and user groups", (6, 0))
IAM = Feature("authentication with IAM", (7, 0))
DATA_TIERING = Feature("data tiering", (6, 2))
AUTO_SCALING = Feature("auto scaling", (6, 0))
AUTO_SCALING_TIERED = Feature("auto scaling with data tiering", (7, 0, 7))
SLOW_LOG = Feature("the slow log", (6, 0))
ENGINE_LOG = Feature("the engine log", (6, 2))
GLOBAL_DATASTORE = Feature("a global datastore", (5, 0, 6))
GRAVITON = Feature("a node type with Graviton", (5, 0, 6))


def engine_problems(
    engine: str,
    engine_version: str,
    engine_argument: str = "engine",
    version_argument: str = "engine_version",
) -> list[str]:
    """List what ElastiCache refuses in an engine and its version, which may be empty.

    Source: "Engine versions and upgrading in ElastiCache".
    """
    if is_unresolved(engine):
        return []
    if engine not in ENGINES:
        return [f"`{engine_argument}` must be redis or valkey, got: {engine!r}"]
    if not engine_version or is_unresolved(engine_version):
        return []
    version = version_of(engine_version)
    if version is None:
        wanted = "numbers with periods, such as 7.1"
    elif engine == "valkey" and version < _OLDEST_VALKEY:
        wanted = "7.2 or later for valkey"
    elif engine == "redis" and (
        version < _OLDEST_REDIS or (version[:2] > _NEWEST_REDIS and version != (7, 999))
    ):
        wanted = "2.6 to 7.1 for redis; later ones are versions of valkey"
    else:
        return []
    return [f"`{version_argument}` must be {wanted}, got: {engine_version!r}"]


def feature_problems(
    engine: str,
    engine_version: str,
    features: Iterable[Feature],
    argument: str = "engine_version",
) -> list[str]:
    """List the features that a version of an engine does not have yet."""
    version = version_of(engine_version)
    if version is None or engine not in ENGINES:
        return []
    problems = []
    for feature in features:
        first = feature.valkey if engine == "valkey" else feature.redis
        if not _has(version, feature, first):
            shown = ".".join(str(part) for part in first)
            besides = " but 3.2.10" if feature in (TLS, AT_REST) and engine == "redis" else ""
            problems.append(
                f"`{argument}` must be {shown} or later{besides} for {feature.name}, "
                f"got: {engine_version!r}"
            )
    return problems


def node_feature(node_type: str) -> list[Feature]:
    """Return the features that a node type requires of its engine."""
    parts = parse_node_type(node_type)
    return [GRAVITON] if parts and re.match(r"[a-z]\d+g", parts.family) else []


def _has(version: tuple[int, ...], feature: Feature, first: tuple[int, ...]) -> bool:
    if feature in (TLS, AT_REST) and version == _WITHOUT_ENCRYPTION:
        return False
    # From 6 on the last number is AWS's own: 7.0 may be any 7.0.x, the newest of which has it.
    if version[0] >= 6 and len(version) == 2:
        return version >= first[:2]
    return version >= first
