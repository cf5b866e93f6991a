"""What the settings of each profile are, in words, and what they cost when nobody calls.

The prices are AWS's list prices in us-east-1, in dollars ("Amazon ElastiCache pricing", "AWS
PrivateLink pricing", "AWS Secrets Manager pricing", "AWS Key Management Service pricing", "AWS WAF
pricing", "Amazon CloudWatch pricing").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from serverless_stack.constructs.profiles.settings import ALL, Settings

HOURS: Final = 730  # a month
NODE: Final = 0.016 * HOURS  # cache.t4g.micro
ENDPOINT: Final = 0.01 * HOURS * 2  # an interface endpoint in two availability zones
SECRET: Final = 0.40
KEY: Final = 1.00
WEB_ACL: Final = 5.00 + 3 * 1.00  # with three groups of rules
ALARM: Final = 0.10
# Alarms of a ServerlessStack: those of CacheAlarms for each node, and four beside.
_REDIS_ALARMS_PER_NODE: Final = 6
_MEMCACHED_ALARMS_PER_NODE: Final = 4
_OTHER_ALARMS: Final = 4


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: What is set.
        values: How each profile sets it, in the order of ``ALL``.
        costs: What that costs a month at rest in a ``ServerlessStack``; 0 for nothing.
        note: What is billed by use instead, or "".
    """

    name: str
    values: tuple[str, ...]
    costs: tuple[float, ...]
    note: str = ""


def rows() -> list[Row]:
    """Give the table of all profiles."""
    columns = [list(_lines(settings)) for settings in ALL]
    made = []
    for lines in zip(*columns, strict=True):
        name, _, _, note = lines[0]
        made.append(
            Row(name, tuple(line[1] for line in lines), tuple(line[2] for line in lines), note)
        )
    return made


def totals() -> tuple[float, ...]:
    """Give what each profile costs a month at rest."""
    return tuple(sum(costs) for costs in zip(*(row.costs for row in rows()), strict=True))


def _lines(settings: Settings) -> Iterator[tuple[str, str, float, str]]:
    redis = settings.redis_replicas + 1
    memcached = settings.memcached_nodes
    yield "Redis", _nodes(redis), redis * NODE, ""
    yield "Redis token", "secret and endpoint", SECRET + ENDPOINT, ""
    rotated = f"every {settings.rotation_days} days"
    yield (
        "Token rotation",
        rotated if settings.rotation_days else "no",
        ENDPOINT if settings.rotation_days else 0,
        "calls of a function",
    )
    yield "Redis backups", _days(settings.backup_days), 0, "$0.085 per GB-month"
    yield "Redis port", str(settings.redis_port), 0, ""
    yield "Memcached", _nodes(memcached), memcached * NODE, ""
    yield "Memcached port", str(settings.memcached_port), 0, ""
    kept = "outlive the stack" if settings.removal == "retain" else "go with the stack"
    yield "Data and logs", kept, 0, ""
    yield "Logs", _days(settings.log_retention_days), 0, "$0.50 per GB"
    yield "Access logs", _yes(settings.access_logs), 0, "$0.023 per GB-month; API logs $0.50 per GB"
    yield "VPC flow log", _yes(settings.flow_logs), 0, "$0.50 per GB"
    yield "Dead-letter queue", _yes(settings.dead_letters), 0, "$0.40 per million requests"
    yield (
        "KMS key of its own",
        _yes(settings.customer_key),
        KEY if settings.customer_key else 0,
        "$0.03 per 10,000 requests",
    )
    yield (
        "AWS WAF before the API",
        _yes(settings.web_acl),
        WEB_ACL if settings.web_acl else 0,
        "$0.60 per million requests",
    )
    yield "Client certificate", _yes(settings.client_certificate), 0, ""
    yield "Default group closed", _yes(settings.closed_default_group), 0, ""
    yield "Managed policies", _yes(settings.managed_policies), 0, ""
    yield "Calls of the handler at once", str(settings.concurrency or "as the account"), 0, ""
    alarms = redis * _REDIS_ALARMS_PER_NODE + memcached * _MEMCACHED_ALARMS_PER_NODE + _OTHER_ALARMS
    yield (
        "Alarms",
        str(alarms) if settings.alarms else "no",
        alarms * ALARM if settings.alarms else 0,
        "",
    )
    yield "Protected from deletion", _yes(settings.termination_protection), 0, ""
    yield "cdk-nag answered for", ", ".join(settings.packs) or "no", 0, ""


def _nodes(number: int) -> str:
    return f"{number} node{'s' if number > 1 else ''}"


def _days(number: int) -> str:
    return f"{number} days" if number else "no"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
