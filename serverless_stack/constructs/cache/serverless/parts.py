"""What a serverless cache is made of: its name, its limits and its subnets."""

import hashlib
import re
from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits import serverless as rules
from serverless_stack.constructs.network.vpc import cache_subnets, zone_of


def unique_name(cache: Construct) -> str:
    """Make a name that no other stack of the account and region makes.

    CloudFormation makes none for a serverless cache. That of a stack is unique there.

    Args:
        cache: The cache construct.

    Returns:
        1-40 small letters, digits and single hyphens.
    """
    stack = Stack.of(cache)
    while stack.nested_stack_parent is not None:
        stack = stack.nested_stack_parent
    place = f"{stack.stack_name}/{cache.node.path}"
    digest = hashlib.sha256(place.encode()).hexdigest()[:8]
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{stack.stack_name}-{cache.node.id}")
    return f"{words[:31].rstrip('-')}-{digest}".lower()


def usage_limits(
    storage_gb: tuple[int, int], ecpu_per_second: tuple[int, int]
) -> elasticache.CfnServerlessCache.CacheUsageLimitsProperty | None:
    """Give the limits of a cache as CloudFormation takes them.

    Args:
        storage_gb: The least and the most; 0 for no limit.
        ecpu_per_second: Likewise.

    Returns:
        The limits, or None if there are none.
    """
    kind = elasticache.CfnServerlessCache
    storage = ecpu = None
    if any(storage_gb):
        low, high = storage_gb
        storage = kind.DataStorageProperty(unit="GB", minimum=low or None, maximum=high or None)
    if any(ecpu_per_second):
        low, high = ecpu_per_second
        ecpu = kind.ECPUPerSecondProperty(minimum=low or None, maximum=high or None)
    if storage is None and ecpu is None:
        return None
    return kind.CacheUsageLimitsProperty(data_storage=storage, ecpu_per_second=ecpu)


def serverless_subnets(
    vpc: ec2.IVpc, vpc_subnets: ec2.SubnetSelection | None, problems: Problems
) -> Sequence[ec2.ISubnet]:
    """Take the user's subnets, or one of each availability zone, three at most.

    Args:
        vpc: The VPC of the cache.
        vpc_subnets: The user's choice, or None.
        problems: Takes what is wrong with their number and zones.

    Raises:
        ValueError: If there are none, or all are in one availability zone.
    """
    subnets = cache_subnets(vpc, vpc_subnets, min_zones=rules.SUBNETS[0])
    if vpc_subnets is not None:
        zones = [zone_of(subnet) for subnet in subnets]
        problems.add(rules.subnet_problems(len(subnets), zones))
        return subnets
    first: dict[str, ec2.ISubnet] = {}
    for subnet in subnets:
        first.setdefault(zone_of(subnet) or subnet.subnet_id, subnet)
    apart = list(first.values())[: rules.SUBNETS[1]]
    problems.add(rules.subnet_problems(len(apart), argument="vpc"))
    return apart
