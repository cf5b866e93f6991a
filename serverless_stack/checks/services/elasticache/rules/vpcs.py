"""Rules on subnet groups, their VPC, and security groups."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved, repeated
from serverless_stack.checks.engine.resolver import Reference
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.elasticache.rules.reading import (
    CLUSTER,
    GROUP,
    SUBNETS,
    is_given,
    is_whole,
    known_text,
    name_of,
    referred,
    texts,
)

RULES = RuleList()

_SUBNET = "AWS::EC2::Subnet"
_NAME = re.compile(r"[A-Za-z0-9 ._-]{1,255}")


@RULES.resource("ELASTICACHE-059", SUBNETS, page="CreateCacheSubnetGroup")
def subnets(resource: Resource) -> Iterator[Violation]:
    """`SubnetIds` of a subnet group must be distinct subnets.

    ElastiCache refuses empty groups and repeated subnets.
    """
    listed = resource.get("SubnetIds")
    if listed == [] or (listed is None and is_whole(resource)):
        yield violation("SubnetIds", "have at least 1 subnet", listed)
    names = (_subnet_name(item) for item in texts(resource, "SubnetIds") if not _is_token(item))
    twice = sorted(repeated(names))
    if twice:
        yield violation("SubnetIds", "be different subnets", ", ".join(twice))


def _subnet_name(value: object) -> str:
    """Return what identifies a subnet; outputs of one resource are different subnets."""
    if isinstance(value, Reference) and value.attribute not in ("", "SubnetId"):
        return f"{value.logical_id}.{value.attribute}"
    return name_of(value)


@RULES.resource("ELASTICACHE-060", SUBNETS, page="CreateCacheSubnetGroup")
def subnet_group_name(resource: Resource) -> Iterator[Violation]:
    """`CacheSubnetGroupName` must have allowed characters and not be default.

    ElastiCache refuses other names.
    """
    name = known_text(resource, "CacheSubnetGroupName")
    if name and not _NAME.fullmatch(name):
        yield violation("CacheSubnetGroupName", "have 1 to 255 letters, digits and hyphens", name)
    if name.lower() == "default":
        yield violation("CacheSubnetGroupName", "differ from that of AWS's own group", name)


@RULES.resource("ELASTICACHE-061", SUBNETS, page="Subnets and subnet groups")
def one_vpc(resource: Resource) -> Iterator[Violation]:
    """Subnets of a subnet group must be in one VPC.

    ElastiCache refuses subnets of several VPCs.
    """
    found = sorted(vpcs_of(referred(resource, "SubnetIds", _SUBNET)))
    if len(found) > 1:
        yield violation("SubnetIds", "be subnets of one VPC", ", ".join(found))


@RULES.resource("ELASTICACHE-062", GROUP, CLUSTER, page="Amazon VPCs and ElastiCache security")
def security_groups(resource: Resource) -> Iterator[Violation]:
    """Security groups must be in the VPC of the subnets.

    ElastiCache refuses security groups of another VPC.
    """
    path = "SecurityGroupIds" if resource.type == GROUP else "VpcSecurityGroupIds"
    groups = referred(resource, "CacheSubnetGroupName", SUBNETS)
    here = vpcs_of([item for group in groups for item in referred(group, "SubnetIds", _SUBNET)])
    there = vpcs_of(referred(resource, path, "AWS::EC2::SecurityGroup"))
    if len(here) == 1 and there and there != here:
        yield violation(
            path, f"be groups of the VPC of the subnets, {min(here)}", min(there - here)
        )


@RULES.resource("ELASTICACHE-063", GROUP, page="Minimizing downtime by using Multi-AZ")
def zones_of_subnets(resource: Resource) -> Iterator[Violation]:
    """Subnets must have the zones that Multi-AZ and the nodes require.

    ElastiCache refuses Multi-AZ with subnets in a single zone, and nodes in zones without a subnet.
    """
    for group in referred(resource, "CacheSubnetGroupName", SUBNETS):
        listed = referred(group, "SubnetIds", _SUBNET)
        zones = {known_text(item, "AvailabilityZone") for item in listed}
        if not zones or "" in zones or len(listed) < len(group.items("SubnetIds")):
            return
        if resource.boolean("MultiAZEnabled") and len(zones) == 1:
            requirement = "have subnets in at least two zones for `MultiAZEnabled`"
            yield violation(
                "CacheSubnetGroupName", requirement, f"{group.logical_id} in {min(zones)}"
            )
        for zone in texts(resource, "PreferredCacheClusterAZs"):
            if not is_unresolved(zone) and zone not in zones:
                requirement = f"be zones of the subnets, {', '.join(sorted(zones))}"
                yield violation("PreferredCacheClusterAZs", requirement, zone, min(zones))


def vpcs_of(resources: list[Resource]) -> set[str]:
    """Return the VPCs of subnets or security groups; none if one of them is unknown."""
    named: set[str] = set()
    for resource in resources:
        value = resource.get("VpcId")
        if not is_given(resource, "VpcId") or _is_token(value):
            return set()
        named.add(name_of(value))
    return named


def _is_token(value: object) -> bool:
    return is_unresolved(value) and not hasattr(value, "logical_id")
