"""What buckets are asked for, once each, and their policies."""

from collections.abc import Sequence
from functools import cache

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.once import once_per_object


@cache
def all_blocked() -> s3.BlockPublicAccess:
    """Return the setting that blocks all public access."""
    return s3.BlockPublicAccess.BLOCK_ALL


@cache
def sse_c() -> s3.BlockedEncryptionType:
    """Return the encryption with keys that only the senders of objects have."""
    return s3.BlockedEncryptionType.SSE_C


@once_per_object
def name_of_bucket(bucket: s3.IBucket) -> str:
    """Return the name of a bucket."""
    return bucket.bucket_name


@once_per_object
def raw_bucket(bucket: s3.Bucket) -> s3.CfnBucket:
    """Return the raw resource of a bucket."""
    return default_child(bucket, s3.CfnBucket)


@once_per_object
def arn_of_bucket(bucket: s3.IBucket) -> str:
    """Return the ARN of a bucket."""
    return bucket.bucket_arn


def arn_of_objects(bucket: s3.IBucket, keys: str) -> str:
    """Return the ARN of objects.

    Args:
        bucket: Their bucket.
        keys: Their keys, with wildcards.
    """
    return f"{arn_of_bucket(bucket)}/{keys}"


@once_per_object
def key_of_bucket(bucket: s3.IBucket) -> kms.IKey | None:
    """Return the KMS key of a bucket; None if it has none, or was imported without it."""
    return bucket.encryption_key


def add_to_bucket_policy(bucket: s3.IBucket, statements: Sequence[iam.PolicyStatement]) -> bool:
    """Add statements to the policy of a bucket.

    Args:
        bucket: The bucket.
        statements: The statements.

    Returns:
        Whether they were added. The policy of an imported bucket is not changed.
    """
    policy = bucket.policy
    if policy is not None:
        policy.document.add_statements(*statements)
        return True
    return all([bucket.add_to_resource_policy(item).statement_added for item in statements])
