"""The settings of each profile in words, and what they cost at rest.

The prices are AWS's list prices in us-east-1, in dollars ("Amazon ElastiCache pricing", "AWS
PrivateLink pricing", "AWS Secrets Manager pricing", "AWS Key Management Service pricing", "AWS WAF
pricing", "Amazon CloudWatch pricing").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from serverless_stack.constructs.profiles.settings import ALL, Settings

HOURS: Final = 730  # a month
NODE: Final = 0.016 * HOURS  # cache.t4g.micro
ENDPOINT: Final = 0.01 * HOURS * 2  # an interface endpoint in two availability zones
SECRET: Final = 0.40
KEY: Final = 1.00
WEB_ACL: Final = 5.00 + 4 * 1.00  # with three groups of rules and a rate rule
ALARM: Final = 0.10
# Alarms of an application with both caches: those of CacheAlarms for each node, and six more.
_REDIS_ALARMS_PER_NODE: Final = 6
_MEMCACHED_ALARMS_PER_NODE: Final = 4
_OTHER_ALARMS: Final = 6


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: The setting.
        values: Its value in each profile, in the order of ``ALL``.
        costs: The cost of each a month at rest in an application with both caches.
        note: What is billed by use, or "".
    """

    name: str
    values: tuple[str, ...]
    costs: tuple[float, ...]
    note: str = ""


_Text = Callable[[Settings], str]
_Cost = Callable[[Settings], float]


def rows() -> list[Row]:
    """Return the table of all profiles."""
    return [
        Row(name, tuple(map(text, ALL)), tuple(map(cost, ALL)), note)
        for name, text, cost, note in _ROWS
    ]


def totals() -> tuple[float, ...]:
    """Return the cost of each profile a month at rest."""
    return tuple(sum(costs) for costs in zip(*(row.costs for row in rows()), strict=True))


def _nodes(number: int) -> str:
    return f"{number} node{'s' if number > 1 else ''}"


def _days(number: int) -> str:
    return f"{number} days" if number else "no"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _free(settings: Settings) -> float:
    return 0


def _alarms(settings: Settings) -> int:
    redis = (settings.redis_replicas + 1) * _REDIS_ALARMS_PER_NODE
    memcached = settings.memcached_nodes * _MEMCACHED_ALARMS_PER_NODE
    return redis + memcached + _OTHER_ALARMS if settings.alarms else 0


# The setting, its value, its cost a month at rest, and what is billed by use.
_ROWS: Final[Sequence[tuple[str, _Text, _Cost, str]]] = (
    ("Redis", lambda s: _nodes(s.redis_replicas + 1), lambda s: (s.redis_replicas + 1) * NODE, ""),
    ("Redis AUTH token", lambda s: "secret and endpoint", lambda s: SECRET + ENDPOINT, ""),
    (
        "Token rotation",
        lambda s: f"every {s.rotation_days} days" if s.rotation_days else "no",
        lambda s: ENDPOINT if s.rotation_days else 0,
        "invocations of a function",
    ),
    ("Backups of caches", lambda s: _days(s.backup_days), _free, "$0.085 per GB-month"),
    ("Redis port", lambda s: str(s.redis_port), _free, ""),
    ("Memcached", lambda s: _nodes(s.memcached_nodes), lambda s: s.memcached_nodes * NODE, ""),
    ("Memcached port", lambda s: str(s.memcached_port), _free, ""),
    (
        "Data and logs",
        lambda s: "deleted with the stack" if s.removal == "destroy" else "outlive the stack",
        _free,
        "",
    ),
    ("Logs expire after", lambda s: _days(s.log_retention_days), _free, "$0.50 per GB"),
    (
        "Access logs",
        lambda s: _yes(s.access_logs),
        _free,
        "$0.023 per GB-month; API logs $0.50 per GB",
    ),
    ("VPC flow log", lambda s: _yes(s.flow_logs), _free, "$0.50 per GB"),
    ("Dead-letter queue", lambda s: _yes(s.dead_letters), _free, "$0.40 per million requests"),
    (
        "KMS key of the stack",
        lambda s: _yes(s.customer_key),
        lambda s: KEY if s.customer_key else 0,
        "$0.03 per 10,000 requests",
    ),
    (
        "AWS WAF for API and CDN",
        lambda s: _yes(s.web_acl),
        lambda s: 2 * WEB_ACL if s.web_acl else 0,
        "$0.60 per million requests",
    ),
    ("Authorisation decided", lambda s: _yes(s.auth_required), _free, ""),
    ("Client certificate", lambda s: _yes(s.client_certificate), _free, ""),
    ("Default security group closed", lambda s: _yes(s.closed_default_group), _free, ""),
    ("Managed policies", lambda s: _yes(s.managed_policies), _free, ""),
    ("Reserved concurrency", lambda s: str(s.concurrency or "no"), _free, ""),
    ("Alarms", lambda s: str(_alarms(s) or "no"), lambda s: _alarms(s) * ALARM, ""),
    ("Termination protection", lambda s: _yes(s.termination_protection), _free, ""),
    ("cdk-nag packs", lambda s: ", ".join(s.packs) or "no", _free, ""),
)
