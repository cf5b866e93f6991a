"""Limits of serverless caches (``AWS::ElastiCache::ServerlessCache``).

Sources: "CreateServerlessCache", "Scaling ElastiCache Serverless" and "Snapshot and restore".
"""

import re
from collections.abc import Sequence
from typing import Final

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services.elasticache.limits.common import arn_problems

MAJOR_VERSIONS: Final = {"memcached": "1.6", "redis": "7", "valkey": "8"}
"""The engines, with the default major version of each."""
STORAGE_GB: Final = (1, 5_000)
ECPU_PER_SECOND: Final = (1_000, 15_000_000)
SNAPSHOT_RETENTION_DAYS: Final = (0, 35)
SUBNETS: Final = (2, 3)
_MAX_DESCRIPTION = 255
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_VERSIONS = {"memcached": r"1\.6", "redis": "7", "valkey": r"[7-9]|[1-9]\d+"}


def engine_problems(
    engine: str,
    version: str = "",
    engine_argument: str = "engine",
    version_argument: str = "engine_version",
) -> list[str]:
    """List what ElastiCache Serverless refuses in an engine and its major version."""
    if is_unresolved(engine):
        return []
    if engine not in _VERSIONS:
        known = ", ".join(_VERSIONS)
        return [f"`{engine_argument}` must be one of {known}, got: {engine!r}"]
    if not version or is_unresolved(version) or re.fullmatch(_VERSIONS[engine], version):
        return []
    wanted = {"memcached": "1.6", "redis": "7", "valkey": "7 or later"}[engine]
    return [
        f"`{version_argument}` must be {wanted} for {engine}, a major version only, "
        f"got: {version!r}"
    ]


def limit_problems(
    low: float,
    high: float,
    bounds: tuple[int, int],
    low_argument: str,
    high_argument: str,
    unit: str,
) -> list[str]:
    """List what ElastiCache Serverless refuses in a minimum and a maximum; 0 is no limit."""
    problems = Problems()
    for argument, value in ((low_argument, low), (high_argument, high)):
        if value:
            problems.between(argument, value, *bounds, unit)
    is_known = low and high and not is_unresolved(low) and not is_unresolved(high)
    problems.require(
        not is_known or low <= high,
        f"`{low_argument}` must be at most `{high_argument}`, got: {low:.15g} and {high:.15g}",
    )
    return problems.messages


def snapshot_problems(
    retention_days: float,
    daily_time: str,
    arns: Sequence[str] = (),
    retention_argument: str = "snapshot_retention_days",
    time_argument: str = "daily_snapshot_time",
    arns_argument: str = "snapshot_arns",
) -> list[str]:
    """List what ElastiCache Serverless refuses in snapshots, of any engine."""
    problems = Problems()
    problems.between(retention_argument, retention_days, *SNAPSHOT_RETENTION_DAYS, "days")
    if daily_time and not is_unresolved(daily_time):
        problems.require(
            _CLOCK.fullmatch(daily_time) is not None,
            f"`{time_argument}` must be `hh:mm` in UTC, such as 03:00, got: {daily_time!r}",
        )
        problems.require(
            retention_days != 0,
            f"`{time_argument}` must be used with a `{retention_argument}` of 1 or more, got: 0",
        )
    for arn in arns:
        problems.add(arn_problems(arn, arns_argument, ("elasticache", "s3")))
    return problems.messages


def subnet_problems(
    subnets: float, zones: Sequence[str | None] = (), argument: str = "vpc_subnets"
) -> list[str]:
    """List what ElastiCache refuses in the subnets of a serverless cache.

    Its VPC endpoint takes one subnet per availability zone. Zones that are None are unknown.
    """
    low, high = SUBNETS
    problems = Problems()
    problems.require(
        low <= subnets <= high, f"`{argument}` must be {low} or {high} subnets, got: {subnets:.15g}"
    )
    twice = sorted(repeated(zone for zone in zones if zone is not None))
    problems.require(
        not twice,
        f"`{argument}` must be in an availability zone of its own each, "
        f"got more than one in: {', '.join(twice)}",
    )
    return problems.messages


def user_group_problems(engine: str, given: bool, argument: str = "user_group_id") -> list[str]:
    """List a user group of an engine that has no users."""
    if not given or engine != "memcached":
        return []
    return [f"`{argument}` must be absent for memcached, which has no users"]


def description_problems(text: str, argument: str = "description") -> list[str]:
    """List what ElastiCache refuses in a description: more than 255 characters, ``<`` or ``>``."""
    if is_unresolved(text):
        return []
    problems = Problems()
    problems.require(
        len(text) <= _MAX_DESCRIPTION,
        f"`{argument}` must have at most {_MAX_DESCRIPTION} characters, got: {len(text)}",
    )
    problems.require(
        "<" not in text and ">" not in text, f"`{argument}` must not have < or >, got: {text!r}"
    )
    return problems.messages
