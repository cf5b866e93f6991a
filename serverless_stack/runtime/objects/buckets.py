"""Buckets that an application creates itself."""

import re
from typing import TYPE_CHECKING, cast

from serverless_stack.runtime.libraries import load
from serverless_stack.runtime.objects.errors import NotFound, ObjectError, translated

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import CreateBucketRequestTypeDef

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]").fullmatch  # "Bucket naming rules"
_REGION_WITHOUT_CONSTRAINT = "us-east-1"  # "CreateBucket"


def ensure(client: "S3Client", bucket: str) -> bool:
    """Create a bucket unless it exists, and return whether it was created.

    Raises:
        ValueError: S3 accepts no such name.
        ObjectError: It belongs to another account, or may not be created.
    """
    if not _NAME(bucket):
        raise ValueError(
            "`bucket_name` must have 3 to 63 lowercase letters, digits, periods and hyphens, and"
            f" begin and end with a letter or a digit, got: {bucket!r}"
        )
    if _exists(client, bucket):
        return False
    request: CreateBucketRequestTypeDef = {"Bucket": bucket}
    region = client.meta.region_name
    if region != _REGION_WITHOUT_CONSTRAINT:
        request["CreateBucketConfiguration"] = {"LocationConstraint": region}  # type: ignore[typeddict-item]
    load("boto3")
    from botocore.exceptions import ClientError

    with translated("creating the bucket", bucket):
        try:
            client.create_bucket(**request)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code == "BucketAlreadyOwnedByYou":  # another process was faster
                return False
            if code != "OperationAborted":  # another process is about to
                raise
            waiter = client.get_waiter("bucket_exists")
            waiter.wait(Bucket=bucket, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
            return False
        # The default of S3 since April 2023, but not of all that speaks its protocol.
        client.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        )
    return True


def _exists(client: "S3Client", bucket: str) -> bool:
    try:
        with translated("inspecting the bucket", bucket):
            client.head_bucket(Bucket=bucket)
    except NotFound:
        return False
    except ObjectError as error:
        response = cast("dict[str, dict[str, str]]", getattr(error.__cause__, "response", {}))
        if response.get("Error", {}).get("Code") in ("403", "AccessDenied"):
            raise ObjectError(
                f"the bucket {bucket!r} belongs to another account, or s3:ListBucket is missing"
            ) from error
        raise
    return True
