"""Quotas of an account that a first deployment may exceed, with what is used of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from serverless_stack.operations.readiness.findings import Finding, missing, ok, warning

if TYPE_CHECKING:
    import boto3
    from botocore.client import BaseClient

NEAR = 0.8
"""The share of a quota from which a finding is a warning."""
_LAMBDA_DEFAULT = 1000
_GLOBAL_REGION = "us-east-1"

_Check = tuple[str, str, Callable[[], Finding]]


@dataclass(frozen=True)
class _Quota:
    """A quota, and how to count what is used.

    Attributes:
        key: Its part of the finding's name.
        noun: What it counts.
        service: The code of its service in Service Quotas.
        code: Its code.
        client: The service that counts.
        operation: The paginated operation that lists what is counted.
        items: The key of the list in each page.
        why: Who needs one more.
    """

    key: str
    noun: str
    service: str
    code: str
    client: Literal["ec2", "elasticache", "cloudfront", "s3"]
    operation: str
    items: str
    why: str


_REGIONAL = (
    _Quota(
        "vpcs",
        "VPCs",
        "vpc",
        "L-F678F1CE",
        "ec2",
        "describe_vpcs",
        "Vpcs",
        "Caches need a VPC; without `vpc=` each application creates one.",
    ),
    _Quota(
        "elastic-ips",
        "Elastic IP addresses",
        "ec2",
        "L-0263D0A3",
        "ec2",
        "describe_addresses",
        "Addresses",
        "Each NAT gateway needs one; this library creates none unless you ask for it.",
    ),
    _Quota(
        "cache-nodes",
        "ElastiCache nodes",
        "elasticache",
        "L-DFE45DF3",
        "elasticache",
        "describe_cache_clusters",
        "CacheClusters",
        "A replicated Redis cache has two nodes or more.",
    ),
)
_GLOBAL = (
    _Quota(
        "distributions",
        "CloudFront distributions",
        "cloudfront",
        "L-24B04930",
        "cloudfront",
        "list_distributions",
        "DistributionList",
        "Each application with a site has one.",
    ),
    _Quota(
        "buckets",
        "S3 buckets",
        "s3",
        "L-DC2B2D3D",
        "s3",
        "list_buckets",
        "Buckets",
        "Each application has some.",
    ),
)


def checks(session: boto3.Session, region: str) -> list[_Check]:
    """Return the checks of a region's quotas, each with its name and what it looks at."""
    concurrency: _Check = (
        f"quota/lambda-concurrency/{region}",
        f"Lambda's concurrency in {region}",
        lambda: _concurrency(session, region),
    )
    return [concurrency, *(_check(session, quota, region, f"/{region}") for quota in _REGIONAL)]


def global_checks(session: boto3.Session) -> list[_Check]:
    """Return the checks of quotas that count for all regions together."""
    return [_check(session, quota, _GLOBAL_REGION, "") for quota in _GLOBAL]


def _check(session: boto3.Session, quota: _Quota, region: str, place: str) -> _Check:
    name = f"quota/{quota.key}{place}"
    where = f" in {region}" if place else ""
    return (
        name,
        f"the quota of {quota.noun}{where}",
        lambda: _measured(session, quota, region, name, where),
    )


def _measured(session: boto3.Session, quota: _Quota, region: str, name: str, where: str) -> Finding:
    limit = _limit(session, quota, region)
    used = _used(session.client(quota.client, region_name=region), quota)
    what = f"{used:,} of {limit:,} {quota.noun}{where}"
    remedy = (
        f"aws service-quotas request-service-quota-increase --region {region} --service-code "
        f"{quota.service} --quota-code {quota.code} --desired-value {2 * limit}"
    )
    if used >= limit:
        return missing(name, what, quota.why, remedy)
    if used >= NEAR * limit:
        return warning(name, what, quota.why, remedy)
    return ok(name, what)


def _limit(session: boto3.Session, quota: _Quota, region: str) -> int:
    """Return the account's own limit, or AWS's default if it never had another."""
    client = session.client("service-quotas", region_name=region)
    arguments = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        answer = client.get_service_quota(**arguments)
    except client.exceptions.NoSuchResourceException:
        answer = client.get_aws_default_service_quota(**arguments)
    return int(answer["Quota"]["Value"])


def _used(client: BaseClient, quota: _Quota) -> int:
    if not client.can_paginate(quota.operation):
        return len(getattr(client, quota.operation)()[quota.items])
    total = 0
    for page in client.get_paginator(quota.operation).paginate():
        found = page.get(quota.items) or []
        if isinstance(found, dict):  # how CloudFront lists
            found = found.get("Items") or []
        total += sum(int(item.get("NumCacheNodes") or 1) for item in found)
    return total


def _concurrency(session: boto3.Session, region: str) -> Finding:
    name = f"quota/lambda-concurrency/{region}"
    limits = session.client("lambda", region_name=region).get_account_settings()["AccountLimit"]
    total, free = int(limits["ConcurrentExecutions"]), int(limits["UnreservedConcurrentExecutions"])
    what = f"{total:,} concurrent Lambda calls in {region}, {total - free:,} of them reserved"
    remedy = (
        f"aws service-quotas request-service-quota-increase --region {region} "
        f"--service-code lambda --quota-code L-B99A9384 --desired-value {_LAMBDA_DEFAULT}"
    )
    if total < _LAMBDA_DEFAULT:
        why = "New accounts begin with few. Requests above the number are throttled: status 502."
        return warning(name, what, why, remedy)
    if total - free >= NEAR * total:
        why = "Functions without reserved concurrency share what is left."
        return warning(name, what, why, remedy)
    return ok(name, what)
