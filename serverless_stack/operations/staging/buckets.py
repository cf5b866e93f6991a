"""The policies of buckets that are origins: they name the distributions that may read them.

A staging distribution has an ARN of its own, which they must name as well ("Quotas and other
considerations for continuous deployment").
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from serverless_stack.operations.staging.model import Version

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Change = Callable[[list[str]], list[str]]
_BUCKET = re.compile(r"(.+)\.s3[.-]([a-z0-9-]+\.)?amazonaws\.com(\.cn)?")


def bucket_names(version: Version) -> list[str]:
    """Return the names of the buckets that are origins of a distribution.

    Args:
        version: The distribution.
    """
    names = []
    for origin in version.config["Origins"].get("Items", []):
        found = _BUCKET.fullmatch(origin["DomainName"])
        if found and "S3OriginConfig" in origin:
            names.append(found[1])
    return sorted(set(names))


def allow(client: S3Client, primary: Version, staging: Version) -> list[str]:
    """Allow a staging distribution what bucket policies allow its primary distribution.

    Args:
        client: The client of S3.
        primary: The distribution.
        staging: Its staging distribution.

    Returns:
        The buckets whose policies were changed.
    """
    return [
        bucket
        for bucket in bucket_names(staging)
        if _rewrite(client, bucket, lambda arns: _with(arns, primary.arn, staging.arn))
    ]


def withdraw(client: S3Client, primary: Version, staging: Version) -> list[str]:
    """Withdraw what ``allow`` has added.

    Args:
        client: The client of S3.
        primary: The distribution.
        staging: Its staging distribution.

    Returns:
        The buckets whose policies were changed.
    """
    buckets = sorted({*bucket_names(primary), *bucket_names(staging)})
    return [
        bucket
        for bucket in buckets
        if _rewrite(client, bucket, lambda arns: [arn for arn in arns if arn != staging.arn])
    ]


def _with(arns: list[str], primary: str, staging: str) -> list[str]:
    return [*arns, staging] if primary in arns and staging not in arns else arns


def _rewrite(client: S3Client, bucket: str, change: Change) -> bool:
    from botocore.exceptions import ClientError

    try:
        text = client.get_bucket_policy(Bucket=bucket)["Policy"]
    except ClientError as error:
        if error.response["Error"].get("Code") == "NoSuchBucketPolicy":
            return False
        raise
    policy = json.loads(text)
    before = json.dumps(policy)
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for conditions in statement.get("Condition", {}).values():
            for key, value in conditions.items():
                if key.lower() == "aws:sourcearn":
                    arns = value if isinstance(value, list) else [value]
                    changed = change(arns)
                    if changed != arns:
                        conditions[key] = changed[0] if len(changed) == 1 else changed
    if json.dumps(policy) == before:
        return False
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return True
