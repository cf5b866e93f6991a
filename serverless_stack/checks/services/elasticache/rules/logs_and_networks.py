"""Rules on log delivery and network types."""

from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, findings_from, violation
from serverless_stack.checks.services.elasticache.limits import versions
from serverless_stack.checks.services.elasticache.rules.reading import (
    CLUSTER,
    GROUP,
    family_of,
    is_given,
    known_text,
)

RULES = RuleList()

_LOGS = "LogDeliveryConfigurations"
_LOG_VALUES = {
    "LogType": ("slow-log", "engine-log"),
    "LogFormat": ("json", "text"),
    "DestinationType": ("cloudwatch-logs", "kinesis-firehose"),
}
_DETAILS = {
    "cloudwatch-logs": "CloudWatchLogsDetails",
    "kinesis-firehose": "KinesisFirehoseDetails",
}
_WITHOUT_NITRO = ("c1", "m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2")
_IPV6 = versions.Feature("IPv6", (6, 2))


@RULES.resource("ELASTICACHE-033", GROUP, CLUSTER, page="Log delivery")
def logs(resource: Resource) -> Iterator[Violation]:
    """`LogDeliveryConfigurations` must be one complete entry per log.

    ElastiCache refuses repeated log types, missing destinations, unknown formats, and log delivery
    of Memcached.
    """
    seen: set[str] = set()
    if resource.items(_LOGS) and known_text(resource, "Engine") == "memcached":
        yield violation(_LOGS, "be absent for memcached", len(resource.items(_LOGS)))
        return
    for number, log in enumerate(resource.items(_LOGS)):
        path = f"{_LOGS}.{number}"
        for name, accepted in _LOG_VALUES.items():
            value = known_text(resource, f"{path}.{name}")
            if value and value not in accepted:
                yield violation(f"{path}.{name}", f"be {' or '.join(accepted)}", value)
        kind = known_text(resource, f"{path}.LogType")
        if kind in seen:
            yield violation(f"{path}.LogType", "differ from those before it", kind)
        seen |= {kind} - {""}
        target = known_text(resource, f"{path}.DestinationType")
        for name in (*_LOG_VALUES, "DestinationDetails"):
            if isinstance(log, dict) and not is_given(resource, f"{path}.{name}"):
                yield violation(f"{path}.{name}", "be set", None)
        details = _DETAILS.get(target, "")
        if details and resource.get(f"{path}.DestinationDetails.{details}") in ({}, None):
            if not is_given(resource, f"{path}.DestinationDetails"):
                continue
            requirement = f"have {details} for {target}"
            yield violation(
                f"{path}.DestinationDetails",
                requirement,
                resource.get(f"{path}.DestinationDetails"),
            )


@RULES.resource("ELASTICACHE-034", GROUP, CLUSTER, page="Choosing a network type in ElastiCache")
def network(resource: Resource) -> Iterator[Violation]:
    """IPv6 must be supported by the network, the engine version and the nodes.

    ElastiCache refuses IPv6 before Redis OSS 6.2 and on nodes without Nitro, and an `IpDiscovery`
    that the network type excludes.
    """
    kind, asked = known_text(resource, "NetworkType"), known_text(resource, "IpDiscovery")
    if asked == "ipv6" and kind == "ipv4":
        yield violation("IpDiscovery", "be ipv4 for a `NetworkType` of ipv4", asked, "ipv4")
    if asked == "ipv4" and kind == "ipv6":
        yield violation("IpDiscovery", "be ipv6 for a `NetworkType` of ipv6", asked, "ipv6")
    if kind not in ("ipv6", "dual_stack"):
        return
    family = family_of(resource)
    if family in _WITHOUT_NITRO:
        yield violation("NetworkType", f"be ipv4 on {family} nodes", kind, "ipv4")
    engine = known_text(resource, "Engine").lower() or "redis"
    version = known_text(resource, "EngineVersion")
    yield from findings_from(
        resource, versions.feature_problems(engine, version, [_IPV6], "EngineVersion")
    )
