"""Limits of Amazon ElastiCache on parameter groups of Redis OSS and Valkey."""

import re
from collections.abc import Mapping

from serverless_stack.checks.engine.problems import is_unresolved, whole_number
from serverless_stack.checks.services.elasticache.limits.common import version_of

CLUSTER_ENABLED = "cluster-enabled"
FAMILIES = re.compile(r"redis(2\.6|2\.8|3\.2|4\.0|5\.0|6\.x|7)|valkey\d+|memcached1\.[456]")
"""The families of parameter groups."""
_POLICIES = (
    "volatile-lru",
    "allkeys-lru",
    "volatile-lfu",
    "allkeys-lfu",
    "volatile-random",
    "allkeys-random",
    "volatile-ttl",
    "noeviction",
)
_TIERED_POLICIES = ("volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "noeviction")
_WHOLE_NUMBERS = {  # the smallest and the greatest value
    "active-defrag-cycle-max": (1, 75),
    "active-defrag-cycle-min": (1, 75),
    "hash-max-listpack-entries": (0, None),
    "hash-max-ziplist-entries": (0, None),
    "hash-max-ziplist-value": (0, None),
    "lfu-decay-time": (0, None),
    "maxmemory-samples": (1, None),
    "min-slaves-to-write": (0, None),
    "reserved-memory": (0, None),
    "reserved-memory-percent": (0, 100),
    "slowlog-log-slower-than": (-1, None),
    "slowlog-max-len": (0, None),
    "tcp-keepalive": (0, None),
}
_SWITCHES = (
    "activedefrag",
    "activerehashing",
    "appendonly",
    "lazyfree-lazy-eviction",
    "lazyfree-lazy-expire",
    "lazyfree-lazy-server-del",
    CLUSTER_ENABLED,
)
_NOT_MODIFIABLE = ("maxmemory", "maxclients", "bind", "port", "requirepass", "dir", "save")


def parameter_group_family(engine: str, engine_version: str) -> str:
    """Return the parameter group family of an engine's version.

    Args:
        engine: ``redis`` or ``valkey``.
        engine_version: Its version.

    Returns:
        ``redis7``, ``redis6.x``, ``redis5.0``, ``valkey8`` or the like; "" for a version that
        cannot be seen.
    """
    version = version_of(engine_version)
    if version is None:
        return ""
    if engine == "redis" and version[0] < 6:
        return f"redis{version[0]}.{version[1]}"
    if engine == "redis" and version[0] == 6:
        return "redis6.x"
    return f"{engine}{version[0]}"


def parameter_problems(
    parameters: Mapping[str, str],
    *,
    cluster_mode: bool | None = None,
    data_tiering: bool | None = None,
    argument: str = "parameters",
) -> list[str]:
    """List what ElastiCache refuses in the values of a parameter group; unknown parameters pass.

    `cluster_mode` and `data_tiering` are None if they are unknown. Source: "Valkey and Redis OSS
    parameters".
    """
    problems: list[str] = []
    for name, value in parameters.items():
        wanted = _wanted(name, value)
        if wanted:
            problems.append(f"`{argument}` must {wanted}, got: {name}={value!r}")
    policy = parameters.get("maxmemory-policy", "")
    if data_tiering and policy in _POLICIES and policy not in _TIERED_POLICIES:
        problems.append(
            f"`{argument}` must have a maxmemory-policy of {', '.join(_TIERED_POLICIES)} for data "
            f"tiering, got: {policy!r}"
        )
    enabled = parameters.get(CLUSTER_ENABLED)
    if (enabled == "no" and cluster_mode) or (enabled == "yes" and cluster_mode is False):
        fits = "yes with" if cluster_mode else "no without"
        problems.append(
            f"`{argument}` must have {CLUSTER_ENABLED}={fits} cluster mode, got: {enabled!r}"
        )
    return problems


def default_group_problems(
    cache_parameter_group_name: str,
    *,
    engine: str,
    engine_version: str,
    cluster_mode: bool | None,
    argument: str = "cache_parameter_group_name",
) -> list[str]:
    """List why a default parameter group of AWS does not match a cache.

    The values of other parameter groups are unknown, so that these pass.
    """
    name = cache_parameter_group_name
    if is_unresolved(name) or not name.startswith("default."):
        return []
    problems = []
    on = name.endswith(".cluster.on")
    if cluster_mode is not None and on != cluster_mode:
        wanted = "end with `.cluster.on` for" if cluster_mode else "not end with `.cluster.on` for"
        problems.append(
            f"`{argument}` must {wanted} cluster mode {'on' if cluster_mode else 'off'}, "
            f"got: {name!r}"
        )
    family = parameter_group_family(engine, engine_version)
    if family and name.removeprefix("default.").removesuffix(".cluster.on") != family:
        problems.append(
            f"`{argument}` must be of the family {family} of {engine} {engine_version}, "
            f"got: {name!r}"
        )
    return problems


def _wanted(name: str, value: str) -> str:
    """Return the requirement that a parameter violates; "" if there is none."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        return "have names of lowercase letters, digits and hyphens"
    if name in _NOT_MODIFIABLE:
        return f"not set {name}, which ElastiCache sets itself"
    if is_unresolved(value):
        return ""
    if name == "maxmemory-policy" and value not in _POLICIES:
        return f"have a maxmemory-policy of {', '.join(_POLICIES)}"
    if name in _SWITCHES and value not in ("yes", "no"):
        return f"have yes or no for {name}"
    seconds = whole_number(value) if name == "timeout" else 0
    if seconds is None or seconds < 0 or 0 < seconds < 20:
        return "have a timeout of 0, or of 20 seconds or more"
    if name in _WHOLE_NUMBERS:
        low, high = _WHOLE_NUMBERS[name]
        number = whole_number(value)
        if number is None or number < low or (high is not None and number > high):
            bounds = f"{low} or more" if high is None else f"{low} to {high}"
            return f"have a whole number, {bounds}, for {name}"
    return ""
