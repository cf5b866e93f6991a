"""Limits of Amazon ElastiCache on all engines: names, ports, windows, node types."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from serverless_stack.checks.engine.problems import Problems, is_unresolved, span

PORT = (1, 65535)
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY = 24 * 60
_WEEK = 7 * _DAY
_MIN_WINDOW = 60  # minutes
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_MAINTENANCE = re.compile(rf"({'|'.join(_DAYS)}):{_CLOCK}-({'|'.join(_DAYS)}):{_CLOCK}", re.I)
_SNAPSHOT = re.compile(rf"{_CLOCK}-{_CLOCK}")
_NODE_TYPE = re.compile(r"cache\.(([a-z])([0-9]{1,4})([a-z]*))\.([0-9]*[a-z]+)")
_ARN = re.compile(r"arn:[a-z-]+:([a-z0-9-]+):[a-z0-9-]*:\d*:\S+")

_GRAVITON = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
_INTEL = ("large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge")
_BURSTABLE = ("micro", "small", "medium")
_SIZES = {
    "c1": ("xlarge",),
    "c7gn": _GRAVITON,
    "m1": ("small", "medium", "large", "xlarge"),
    "m2": ("xlarge", "2xlarge", "4xlarge"),
    "m3": ("medium", "large", "xlarge", "2xlarge"),
    "m4": ("large", "xlarge", "2xlarge", "4xlarge", "10xlarge"),
    "m5": _INTEL,
    "m6g": _GRAVITON,
    "m7g": _GRAVITON,
    "r3": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge"),
    "r4": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"),
    "r5": _INTEL,
    "r6g": _GRAVITON,
    "r6gd": _GRAVITON[1:],
    "r7g": _GRAVITON,
    "t1": ("micro",),
    "t2": _BURSTABLE,
    "t3": _BURSTABLE,
    "t4g": _BURSTABLE,
}


# Without sizes, which "Supported node types" does not list for them yet.
_NEW_FAMILIES = ("c8gn", "m8g", "r8g")
_LAST_GENERATION = 8  # AWS adds families every year


class NodeType(NamedTuple):
    """The parts of a node type, such as ``cache.r6gd.2xlarge``.

    Attributes:
        family: ``r6gd``.
        generation: 6.
        size: ``2xlarge``.
    """

    family: str
    generation: int
    size: str


@lru_cache(maxsize=256)
def parse_node_type(node_type: str) -> NodeType | None:
    """Return the parts of a node type; None for a CDK token and for other texts."""
    match = None if is_unresolved(node_type) else _NODE_TYPE.fullmatch(node_type)
    if match is None:
        return None
    return NodeType(match.group(1), int(match.group(3)), match.group(5))


def nearest_node_type(node_type: str) -> str:
    """Return the node type of the same family with the nearest size; "" for unknown families."""
    parts = parse_node_type(node_type)
    sizes = _SIZES.get(parts.family, ()) if parts else ()
    if parts is None or not sizes:
        return ""
    size = min(sizes, key=lambda item: abs(_rank(item) - _rank(parts.size)))
    return f"cache.{parts.family}.{size}"


def _rank(size: str) -> float:
    """Return a size as a multiple of ``xlarge``."""
    times = re.fullmatch(r"([0-9]{1,4})xlarge", size)
    small = {"nano": 0.03, "micro": 0.06, "small": 0.12, "medium": 0.25, "large": 0.5}
    return float(times[1]) if times else small.get(size, 1)


def node_type_problems(node_type: str, argument: str = "node_type") -> list[str]:
    """List what ElastiCache refuses in the spelling of a node type ("Supported node types").

    Unknown families pass, because AWS adds some every year.
    """
    if is_unresolved(node_type):
        return []
    parts = parse_node_type(node_type)
    if parts is None:
        return [
            f"`{argument}` must be `cache.FAMILY.SIZE`, such as cache.t4g.micro, got: {node_type!r}"
        ]
    sizes = _SIZES.get(parts.family, (parts.size,))
    if parts.size in sizes:
        return []
    return [
        f"`{argument}` must have a size that {parts.family} has ({', '.join(sizes)}), "
        f"got: {node_type!r}"
    ]


def node_family_problems(node_type: str, argument: str = "node_type") -> list[str]:
    """List why the family of a node type is probably not one of ElastiCache.

    Families of later generations than those that are known pass.
    """
    parts = parse_node_type(node_type)
    families = sorted({*_SIZES, *_NEW_FAMILIES})
    if parts is None or parts.family in families or parts.generation > _LAST_GENERATION:
        return []
    return [f"`{argument}` must be of a family of {', '.join(families)}, got: {node_type!r}"]


def name_problems(name: str, argument: str, longest: int = 40) -> list[str]:
    """List what ElastiCache refuses in a name or id ("CreateReplicationGroup").

    `longest` is 40 for replication groups, serverless caches, users and user groups, and 50 for
    clusters.
    """
    if is_unresolved(name):
        return []
    requirements = {
        f"have 1 to {longest} characters": 1 <= len(name) <= longest,
        "have letters, digits and hyphens only": re.fullmatch(r"[A-Za-z0-9-]*", name),
        "begin with a letter": not name or re.match(r"[A-Za-z]", name),
        "not have two hyphens in a row": "--" not in name,
        "not end with a hyphen": not name.endswith("-"),
    }
    problems = Problems()
    for requirement, met in requirements.items():
        problems.require(met, f"`{argument}` must {requirement}, got: {name!r}")
    return problems.messages


def port_problems(port: float, argument: str = "port") -> list[str]:
    """List what is wrong with a port; a CDK token passes."""
    if is_unresolved(port) or (PORT[0] <= port <= PORT[1] and port == int(port)):
        return []
    return [f"`{argument}` must be {span(*PORT)}, got: {port:.15g}"]


def maintenance_window_problems(
    window: str, argument: str = "preferred_maintenance_window"
) -> list[str]:
    """List what ElastiCache refuses in a weekly maintenance window ("Managing maintenance")."""
    if is_unresolved(window):
        return []
    times = _maintenance_times(window)
    if times is None:
        return [
            f"`{argument}` must be `ddd:hh:mm-ddd:hh:mm` in UTC, such as "
            f"sun:05:00-sun:06:00, got: {window!r}"
        ]
    if _MIN_WINDOW <= times[1] <= _DAY:
        return []
    return [f"`{argument}` must last 60 minutes to 24 hours, got: {window!r}"]


def snapshot_window_problems(window: str, argument: str = "snapshot_window") -> list[str]:
    """List what ElastiCache refuses in a daily backup window ("Scheduling automatic backups")."""
    if is_unresolved(window):
        return []
    times = _snapshot_times(window)
    if times is None:
        return [f"`{argument}` must be `hh:mm-hh:mm` in UTC, such as 03:00-04:00, got: {window!r}"]
    if times[1] >= _MIN_WINDOW:
        return []
    return [f"`{argument}` must last 60 minutes or more, got: {window!r}"]


def windows_overlap_problems(
    snapshot_window: str,
    maintenance_window: str,
    snapshot_argument: str = "snapshot_window",
    maintenance_argument: str = "preferred_maintenance_window",
) -> list[str]:
    """List overlaps of the windows for backups and maintenance; invalid windows pass."""
    daily = None if is_unresolved(snapshot_window) else _snapshot_times(snapshot_window)
    weekly = None if is_unresolved(maintenance_window) else _maintenance_times(maintenance_window)
    if daily is None or weekly is None:
        return []
    start, minutes = weekly
    for day in range(-1, 15):  # a window may begin on Saturday and end on Sunday
        begins = day * _DAY + daily[0]
        if begins < start + minutes and start < begins + daily[1]:
            return [
                f"`{snapshot_argument}` must not overlap `{maintenance_argument}`, "
                f"got: {snapshot_window!r} and {maintenance_window!r}"
            ]
    return []


def arn_problems(value: str, argument: str, services: Iterable[str]) -> list[str]:
    """List why a value is not an ARN of one of some services, such as ``s3``."""
    match = _ARN.fullmatch(value)
    names = tuple(services)
    if is_unresolved(value) or (match and match.group(1) in names):
        return []
    return [f"`{argument}` must be an ARN of {' or '.join(names)}, got: {value!r}"]


def topic_problems(topic_arn: str, argument: str = "notification_topic") -> list[str]:
    """List what ElastiCache refuses in the topic for its notifications."""
    problems = arn_problems(topic_arn, argument, ["sns"])
    if not is_unresolved(topic_arn) and topic_arn.endswith(".fifo"):
        problems.append(f"`{argument}` must be a standard topic, got: {topic_arn!r}, a FIFO topic")
    return problems


def stream_name_problems(stream_name: str, argument: str) -> list[str]:
    """List what Amazon Data Firehose refuses in a stream's name; a CDK token passes."""
    if is_unresolved(stream_name) or re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", stream_name):
        return []
    return [
        f"`{argument}` must be the name of a Firehose stream, 1 to 64 letters, digits, periods, "
        f"hyphens and underscores, got: {stream_name!r}"
    ]


def version_of(engine_version: str) -> tuple[int, ...] | None:
    """Return the numbers of an engine's version, such as (7, 1).

    Args:
        engine_version: ``7.1``, ``5.0.6`` or ``6.x``; ``x`` stands for the newest.

    Returns:
        The numbers; None for a CDK token and for what is no version.
    """
    if is_unresolved(engine_version):
        return None
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){1,2}|[0-9]{1,9}\.x", engine_version):
        return None
    return tuple(999 if part == "x" else int(part) for part in engine_version.split("."))


def _maintenance_times(window: str) -> tuple[int, int] | None:
    """Return the minute of the week at which a window begins, and its length in minutes."""
    match = _MAINTENANCE.fullmatch(window)
    if match is None:
        return None
    first, hour, minute, last, until_hour, until_minute = match.groups()
    start = _DAYS.index(first.lower()) * _DAY + int(hour) * 60 + int(minute)
    end = _DAYS.index(last.lower()) * _DAY + int(until_hour) * 60 + int(until_minute)
    return start, (end - start) % _WEEK


def _snapshot_times(window: str) -> tuple[int, int] | None:
    """Return the minute of the day at which a window begins, and its length in minutes."""
    match = _SNAPSHOT.fullmatch(window)
    if match is None:
        return None
    hour, minute, until_hour, until_minute = (int(part) for part in match.groups())
    start, end = hour * 60 + minute, until_hour * 60 + until_minute
    return start, (end - start) % _DAY
