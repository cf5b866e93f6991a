"""Rules on security groups."""

from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template, identity
from serverless_stack.checks.engine.violations import Violation, check_text, violation
from serverless_stack.checks.services.ec2.limits import cidr_problems, group_description_problems

RULES = RuleList()

_GROUP = "AWS::EC2::SecurityGroup"
_ALONE = ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")
_LISTS = ("SecurityGroupIngress", "SecurityGroupEgress")
_PAGE = "Security group rules"
_PEERS = (
    *("CidrIp", "CidrIpv6", "SourcePrefixListId", "DestinationPrefixListId"),
    *("SourceSecurityGroupId", "SourceSecurityGroupName", "DestinationSecurityGroupId"),
)


def _rules(resource: Resource) -> list[str]:
    """Return the path before the properties of each rule."""
    if resource.type in _ALONE:
        return [""]
    return [f"{path}." for name in _LISTS for path in resource.paths(name)]


@RULES.resource("EC2-001", _GROUP, *_ALONE, page="AWS::EC2::SecurityGroupIngress")
def ranges(resource: Resource) -> Iterator[Violation]:
    """Security group rules must have valid CIDR ranges.

    EC2 refuses the rule otherwise. Write `10.0.0.0/16`, or `0.0.0.0/0` for all addresses.
    """
    for path in _rules(resource):
        for name in ("CidrIp", "CidrIpv6"):
            yield from check_text(resource, f"{path}{name}", cidr_problems)


@RULES.resource("EC2-002", _GROUP, *_ALONE, page="CreateSecurityGroup")
def descriptions(resource: Resource) -> Iterator[Violation]:
    """Security group names and descriptions must have allowed characters.

    EC2 refuses descriptions with other characters or more than 255 of them, and names that begin
    with sg-.
    """
    names = [f"{path}Description" for path in _rules(resource)]
    for name in ["GroupDescription", *names]:
        yield from check_text(resource, name, group_description_problems)
    name_ = resource.text("GroupName") or ""
    if name_.startswith("sg-"):
        yield violation("GroupName", "not begin with sg-", name_, name_.removeprefix("sg-") or None)


@RULES.resource("EC2-003", _GROUP, *_ALONE, page=_PAGE)
def peers(resource: Resource) -> Iterator[Violation]:
    """Security group rules must have one peer and an ordered port range.

    EC2 refuses rules without or with several of ranges, groups and prefix lists, and TCP and UDP
    rules without ports between 0 and 65535.
    """
    for path in _rules(resource):
        described = resource.mapping(path[:-1]) if path else resource.properties
        given = [name for name in _PEERS if name in described]
        if len(given) > 1:
            yield violation(f"{path}{given[1]}", f"be absent with {given[0]}", described[given[1]])
        if described and not given:
            yield violation(f"{path}CidrIp", f"be set, or another of {', '.join(_PEERS[1:])}", None)
        low, high = resource.number(f"{path}FromPort"), resource.number(f"{path}ToPort")
        protocol = str(described.get("IpProtocol")).lower()
        if protocol in ("tcp", "udp", "6", "17"):
            for name, port in (("FromPort", low), ("ToPort", high)):
                if port is not None and not (-1 <= port <= 65535):
                    yield violation(
                        f"{path}{name}",
                        "be between 0 and 65535",
                        int(port),
                        65535 if port > 0 else 0,
                    )
                if name not in described:
                    yield violation(f"{path}{name}", f"be set for {protocol}", None)
            if low is not None and high is not None and low > high:
                yield violation(f"{path}FromPort", f"be {int(high)} or less", int(low), int(high))


@RULES.template("EC2-004", page=_PAGE)
def duplicates(template: Template) -> Iterator[Violation]:
    """Security group rules must be unique within their group.

    EC2 refuses the second rule because it already exists. Remove one of them.
    """
    seen: set[object] = set()
    for resource in template.always(_GROUP, *_ALONE):
        if resource.type == _GROUP:
            group: object = ("Ref", resource.logical_id)
            found = [(name, path) for name in _LISTS for path in resource.paths(name)]
        else:
            given = identity(resource.get("GroupId"))
            if given is None:
                continue
            # `Ref` and `GroupId` are the same group; the outputs of a nested stack are not.
            group = given
            if isinstance(given, tuple) and given[2:] in (("",), ("GroupId",)):
                group = given[:2]
            found = [(resource.type.rsplit("::", 1)[1], "")]
        for kind, path in found:
            described = resource.mapping(path) if path else resource.properties
            kept = {k: v for k, v in described.items() if k not in ("Description", "GroupId")}
            same = identity(kept)
            if same is not None and (group, kind, same) in seen:
                requirement = "not be the same as another rule of the group"
                yield violation(path or "GroupId", requirement, kept, resource=resource.logical_id)
            seen.add((group, kind, same))
