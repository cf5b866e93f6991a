"""Rules on functions and the caches that they use."""

from collections.abc import Iterable, Iterator
from typing import Final

from serverless_stack.checks.cross_service import network
from serverless_stack.checks.cross_service.functions import FUNCTION
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved, whole_number
from serverless_stack.checks.engine.resolver import text_of
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, references_in
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

# The property with the security groups of a cache, and the port that it has by default.
_GROUPS: Final = {
    "AWS::ElastiCache::ReplicationGroup": "SecurityGroupIds",
    "AWS::ElastiCache::CacheCluster": "VpcSecurityGroupIds",
    "AWS::ElastiCache::ServerlessCache": "SecurityGroupIds",
}
_SOURCES: Final = ("SourceSecurityGroupId", "CidrIp", "CidrIpv6", "SourcePrefixListId")
_TARGETS: Final = ("DestinationSecurityGroupId", "CidrIp", "CidrIpv6", "DestinationPrefixListId")
_NOWHERE: Final = "255.255.255.255/32"  # CDK's range for "no traffic"


@RULES.resource(
    "CROSS-SERVICE-031",
    FUNCTION,
    page="Access Patterns for Accessing an ElastiCache Cache in an Amazon VPC",
    severity=Severity.WARNING,
)
def caches(function: Resource) -> Iterator[Violation]:
    """Functions that use a cache require network access to it.

    The function deploys, but cannot connect unless it is in the VPC, and the security groups of
    both allow the port. Allow the function's security group in the cache's.
    """
    template = function.template
    for cache in _caches_of(function):
        path = _GROUPS[cache.type]
        if function.get("VpcConfig") is None:
            requirement = f"be in the VPC of {cache.logical_id}, which its environment names"
            yield violation("VpcConfig", requirement, None)
            continue
        try:
            ours = network.security_groups_of(template, function.get("VpcConfig.SecurityGroupIds"))
            theirs = network.security_groups_of(template, cache.get(path))
        except network.Unknown:
            continue
        port = _port(cache)
        if port is None:
            continue
        if not _lets(theirs, "Ingress", ours, port):
            requirement = (
                f"allow {function.logical_id} on port {port}, whose environment names the cache"
            )
            yield violation(
                path, requirement, [item.logical_id for item in theirs], resource=cache.logical_id
            )
        elif not _lets(ours, "Egress", theirs, port):
            requirement = f"allow outbound traffic to {cache.logical_id} on port {port}"
            yield violation(
                "VpcConfig.SecurityGroupIds", requirement, [item.logical_id for item in ours]
            )


def _caches_of(function: Resource) -> Iterator[Resource]:
    variables = function.get("Environment.Variables")
    seen = set()
    for value in variables.values() if isinstance(variables, dict) else ():
        for reference in references_in(value):
            cache = function.template.resource(reference.logical_id)
            endpoint = "Address" in reference.attribute
            if (
                cache is not None
                and cache.type in _GROUPS
                and endpoint
                and cache.logical_id not in seen
            ):
                seen.add(cache.logical_id)
                yield cache


def _port(cache: Resource) -> int | None:
    if cache.get("Port") is not None:
        value = cache.number("Port")
        return None if value is None else int(value)
    engine = cache.get("Engine")
    return {"memcached": 11211, "redis": 6379, "valkey": 6379}.get(str(engine).lower())


def _lets(
    groups: Iterable[Resource], direction: str, others: Iterable[Resource], port: int
) -> bool:
    """Return whether a rule of some groups may allow traffic with some others."""
    ids = {other.logical_id for other in others}
    names = _SOURCES if direction == "Ingress" else _TARGETS
    for group in groups:
        inline = group.get(f"SecurityGroup{direction}")
        if inline is None and direction == "Egress" and not list(_apart(group, direction)):
            return True  # groups allow all outbound traffic unless they have rules
        if inline is not None and not isinstance(inline, list):
            return True
        for described in [*(inline or []), *_apart(group, direction)]:
            if not isinstance(described, dict):
                return True
            if _is_for(described, port) and _is_from(group, described, names, ids):
                return True
    return False


def _apart(group: Resource, direction: str) -> Iterator[object]:
    """Yield the rules of a group that are separate resources."""
    for owner in (group.logical_id, None):
        kind = f"AWS::EC2::SecurityGroup{direction}"
        for resource in group.template.referring(owner, "GroupId", kind):
            yield resource.properties


def _is_for(described: dict[str, object], port: int) -> bool:
    protocol = str(described.get("IpProtocol"))
    if protocol.lower() not in ("tcp", "6", "-1") and not is_unresolved(protocol):
        return False
    low, high = described.get("FromPort"), described.get("ToPort")
    if protocol == "-1" or None in (low, high):
        return True
    first, last = whole_number(text_of(low)), whole_number(text_of(high))
    return first is None or last is None or first <= port <= last  # known only at deploy time


def _is_from(
    group: Resource, described: dict[str, object], names: Iterable[str], ids: set[str]
) -> bool:
    for name in names:
        value = described.get(name)
        if value is None or value == _NOWHERE:
            continue
        other = group.template.referred(value)
        if other is None or other.logical_id in ids:
            return True  # a range, or a group outside of the template, may include it
    return False
