"""Rules on the names of buckets."""

from collections.abc import Iterator

from serverless_stack.checks.engine.registry import Problem, must, rule, told
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.services.s3.limits.naming import bucket_name_problems

_BUCKET = "AWS::S3::Bucket"


@rule("S3-001", _BUCKET, page="Bucket naming rules")
def bucket_name(bucket: Resource) -> Iterator[Problem]:
    """The name of a bucket."""
    name = bucket.text("BucketName")
    if name is not None:
        own = bucket.get("BucketNamespace") not in (None, "global")
        yield from told(bucket, bucket_name_problems(name, "BucketName", account_regional=own))


@rule("S3-002", _BUCKET, page="Requirements for using Amazon S3 Transfer Acceleration")
def accelerated_name(bucket: Resource) -> Iterator[Problem]:
    """A bucket with transfer acceleration has a name without periods."""
    name = bucket.text("BucketName") or ""
    if "." in name and bucket.get("AccelerateConfiguration.AccelerationStatus") == "Enabled":
        nearest = name.replace(".", "-")
        yield must("BucketName", "have no periods for transfer acceleration", name, nearest)
