"""Network access that a change opens."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from serverless_stack.testing.review.access.statements import text_of
from serverless_stack.testing.review.compare.consequences import Resource, type_of
from serverless_stack.testing.review.compare.values import (
    alternatives,
    canonical,
    dotted,
    items,
    leaves,
    mapping,
)
from serverless_stack.testing.review.model import MISSING

_OPENED: Final = "network opened: "
_ANYWHERE: Final = ("0.0.0.0/0", "::/0")
_SOURCES: Final = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourcePrefixListId",
    "DestinationSecurityGroupId",
    "DestinationPrefixListId",
)
# Properties of any type, at any depth, and the value that opens access.
_SWITCHES: Final = {
    "PubliclyAccessible": "true",
    "MapPublicIpOnLaunch": "true",
    "AssociatePublicIpAddress": "true",
    "AssignPublicIp": "ENABLED",
    "EndpointPublicAccess": "true",
    "Scheme": "internet-facing",
    "AccessControl": ("PublicRead", "PublicReadWrite", "AuthenticatedRead"),
    "BlockPublicAcls": "false",
    "BlockPublicPolicy": "false",
    "IgnorePublicAcls": "false",
    "RestrictPublicBuckets": "false",
}
_BLOCKS: Final = (
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
)


class Rule(NamedTuple):
    """A rule of a security group."""

    protocol: str
    first: str
    last: str
    peer: str


def opened(old: Resource, new: Resource) -> Iterator[str]:
    """Return warnings of network access to or from a resource that was not open before.

    Args:
        old: The old resource, with the new logical ids; without properties if it is new.
        new: The new resource.
    """
    left, right = mapping(old.get("Properties")), mapping(new.get("Properties"))
    if canonical(left) == canonical(right):
        return
    resource_type, is_new = type_of(new), "Properties" not in old
    if resource_type.startswith("AWS::EC2::SecurityGroup"):
        yield from _security_group(resource_type, left, right, is_new)
    yield from _switches(left, right)
    if resource_type == "AWS::S3::Bucket":
        yield from _public_access_block(left, right)
    if resource_type == "AWS::EC2::Route":
        yield from _route(left, right)
    if resource_type == "AWS::EC2::NetworkAclEntry":
        yield from _acl_entry(left, right)
    yield from _left_vpc(left, right)


def _security_group(
    resource_type: str, left: Mapping[str, object], right: Mapping[str, object], is_new: bool
) -> Iterator[str]:
    if resource_type == "AWS::EC2::SecurityGroup":
        for direction, key in (
            ("ingress", "SecurityGroupIngress"),
            ("egress", "SecurityGroupEgress"),
        ):
            before, after = _rules(left.get(key)), _rules(right.get(key))
            if direction == "egress":
                # A group without egress rules allows all egress. A new group without them is no
                # warning, because that is the default.
                everything = [Rule("-1", "", "", peer) for peer in _ANYWHERE]
                before = everything if key not in left else before
                after = everything if key not in right and not is_new else after
            yield from _new_rules(direction, before, after)
    elif resource_type in ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"):
        same = canonical(left.get("GroupId")) == canonical(right.get("GroupId"))
        direction = resource_type.removeprefix("AWS::EC2::SecurityGroup").lower()
        yield from _new_rules(direction, _rules(left) if same and left else [], _rules(right))


def _rules(value: object) -> list[Rule]:
    rules = []
    for rule in alternatives([] if value is None else value):
        entry = mapping(rule)
        peers = [text_of(entry[name]) for name in _SOURCES if name in entry]
        rules += [
            Rule(_protocol(entry), _port(entry, "FromPort"), _port(entry, "ToPort"), peer)
            for peer in peers or ["unknown"]
        ]
    return rules


def _protocol(entry: Mapping[str, object]) -> str:
    name = text_of(entry.get("IpProtocol", "-1")).lower()
    return {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}.get(name, name)


def _port(entry: Mapping[str, object], name: str) -> str:
    return text_of(entry[name]) if name in entry else ""


def _new_rules(direction: str, before: Sequence[Rule], after: Sequence[Rule]) -> Iterator[str]:
    for rule in after:
        if any(_covers(old, rule) for old in before):
            continue
        ports = rule.first if rule.first == rule.last else f"{rule.first}-{rule.last}"
        if not rule.first or rule.first == "-1":
            ports = "all ports"
        protocol = "all protocols" if rule.protocol == "-1" else rule.protocol
        way = "from" if direction == "ingress" else "to"
        anywhere = " (anywhere)" if rule.peer in _ANYWHERE else ""
        yield f"{_OPENED}{direction} {protocol} {ports} {way} {rule.peer}{anywhere}"


def _covers(old: Rule, new: Rule) -> bool:
    if old.protocol != "-1":
        if old.protocol != new.protocol:
            return False
        if (old.first, old.last) != (new.first, new.last) and not _within(old, new):
            return False
    return old.peer == new.peer or _subnet(old.peer, new.peer)


def _within(old: Rule, new: Rule) -> bool:
    try:
        first, last = int(new.first), int(new.last)
        return int(old.first) <= first <= last <= int(old.last)
    except ValueError:  # a port that only the deployment knows
        return False


def _subnet(outer: str, inner: str) -> bool:
    try:
        wide, narrow = ipaddress.ip_network(outer), ipaddress.ip_network(inner)
        return narrow.subnet_of(wide)  # type: ignore[arg-type] # TypeError for IPv4 and IPv6
    except (ValueError, TypeError):  # a group, or an address that only the deployment knows
        return False


def _switches(left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[str]:
    before = {dotted(path): text_of(value) for path, value in leaves(left)}
    for path, value in leaves(right):
        if not path or path[-1] not in _SWITCHES:
            continue
        wide = _SWITCHES[str(path[-1])]
        text, place = text_of(value), dotted(path)
        if text in items(wide) and before.get(place) != text:
            yield f"{_OPENED}{place} {before.get(place, repr(MISSING))} -> {text}"


def _public_access_block(left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[str]:
    key = "PublicAccessBlockConfiguration"
    before, after = mapping(left.get(key)), mapping(right.get(key))
    for name in _BLOCKS:
        if text_of(before.get(name)) == "true" and name not in after:
            yield f"{_OPENED}{key}.{name} true -> {MISSING!r}"


def _route(left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[str]:
    gateway = right.get("GatewayId", MISSING)
    for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock"):
        if gateway is MISSING or right.get(name) not in _ANYWHERE:
            continue
        if any(left.get(key) != right.get(key) for key in ("GatewayId", name, "RouteTableId")):
            yield f"{_OPENED}route of {right[name]} to the gateway {text_of(gateway)}"


def _acl_entry(left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[str]:
    peer = right.get("CidrBlock", right.get("Ipv6CidrBlock"))
    if right.get("RuleAction") == "allow" and peer in _ANYWHERE:
        yield f"{_OPENED}network ACL allows {text_of(peer)} (anywhere)"


def _left_vpc(left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[str]:
    """Return warnings of endpoints that were reachable only inside a VPC."""
    if left.get("VPCOptions") and not right.get("VPCOptions"):
        yield f"{_OPENED}the endpoint is no longer in a VPC: VPCOptions was removed"
    key = "EndpointConfiguration"
    before, after = (items(mapping(each.get(key)).get("Types")) for each in (left, right))
    if "PRIVATE" in before and "PRIVATE" not in after:
        yield f"{_OPENED}{key}.Types {list(before)} -> {list(after)}"
