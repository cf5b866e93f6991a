"""The name, the limits and the subnets of a serverless cache."""

import hashlib
import re

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from serverless_stack.checks.services.elasticache.limits import serverless as rules
from serverless_stack.constructs._internal.names import stack_uuid
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.cache.network import (
    Subnets,
    choose_subnets,
    subnet_problems,
    zone_of,
)

_MAX_NAME = 40


def unique_name(cache: Construct) -> str:
    """Return a name that no other stack of the account and region makes.

    CloudFormation makes none for a serverless cache.

    Args:
        cache: The cache.

    Returns:
        1-40 lower-case letters, digits and single hyphens.
    """
    stack = stack_of(cache)
    while stack.nested_stack_parent is not None:
        stack = stack.nested_stack_parent
    place = f"{stack.stack_name}/{path_of(cache)}"
    digest = hashlib.sha256(place.encode()).hexdigest()[:8]
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{stack.stack_name}-{cache.node.id}")
    return f"{words[:31].rstrip('-')}-{digest}".lower()


def final_backup_name(cache: Construct) -> str:
    """Return the name of the final backup of a cache.

    It ends with a part of the stack's id, which every deployment of a new stack has anew: a
    backup of that name would else be in the way when the same stack is deleted a second time.

    Args:
        cache: The cache.
    """
    ending = Fn.select(0, Fn.split("-", stack_uuid()))
    return f"{unique_name(cache)[: _MAX_NAME - 9].rstrip('-')}-{ending}"


def usage_limits(
    storage_gb: tuple[int, int], ecpu_per_second: tuple[int, int]
) -> elasticache.CfnServerlessCache.CacheUsageLimitsProperty | None:
    """Return the limits of a cache, or None if there are none.

    Args:
        storage_gb: The minimum and the maximum; 0 for no limit.
        ecpu_per_second: Likewise.
    """
    resource = elasticache.CfnServerlessCache
    storage = ecpu = None
    if any(storage_gb):
        low, high = storage_gb
        storage = resource.DataStorageProperty(unit="GB", minimum=low or None, maximum=high or None)
    if any(ecpu_per_second):
        low, high = ecpu_per_second
        ecpu = resource.ECPUPerSecondProperty(minimum=low or None, maximum=high or None)
    if storage is None and ecpu is None:
        return None
    return resource.CacheUsageLimitsProperty(data_storage=storage, ecpu_per_second=ecpu)


def serverless_subnets(
    vpc: ec2.IVpc | None, selection: ec2.SubnetSelection | None
) -> Subnets | None:
    """Return the selected subnets. Default: one of each availability zone, three at most.

    Args:
        vpc: The VPC of the cache; None for one that is created with it.
        selection: The caller's choice, or None.
    """
    chosen = choose_subnets(vpc, selection)
    if chosen is None or selection is not None or not chosen.known:
        return chosen
    first: dict[str, ec2.ISubnet] = {}
    for subnet in chosen.subnets:
        first.setdefault(zone_of(subnet) or subnet.subnet_id, subnet)
    return Subnets(tuple(first.values())[: rules.SUBNETS[1]])


def serverless_subnet_problems(
    subnets: Subnets | None, vpc: ec2.IVpc | None, selection: ec2.SubnetSelection | None
) -> list[str]:
    """List what is wrong with the subnets of a serverless cache.

    Args:
        subnets: The subnets, or None.
        vpc: Their VPC, or None.
        selection: The caller's choice, or None.
    """
    if subnets is None or not subnets.known:
        return []
    problems = subnet_problems(subnets, vpc, selection, min_zones=rules.SUBNETS[0])
    if problems:
        return problems
    if selection is None:
        return rules.subnet_problems(len(subnets.subnets), argument="vpc")
    return rules.subnet_problems(len(subnets.subnets), subnets.zones)
