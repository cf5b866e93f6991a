"""Rules on the names of buckets."""

from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, findings_from, violation
from serverless_stack.checks.services.s3.limits.naming import bucket_name_problems

RULES = RuleList()

_BUCKET = "AWS::S3::Bucket"


@RULES.resource("S3-001", _BUCKET, page="Bucket naming rules")
def bucket_name(bucket: Resource) -> Iterator[Violation]:
    """`BucketName` must follow S3's naming rules.

    S3 refuses the bucket otherwise. Use 3 to 63 lowercase letters, digits, hyphens and periods, and
    none of the prefixes and suffixes that S3 reserves.
    """
    name = bucket.text("BucketName")
    if name is not None:
        own = bucket.get("BucketNamespace") not in (None, "global")
        yield from findings_from(
            bucket, bucket_name_problems(name, "BucketName", account_regional=own)
        )


@RULES.resource("S3-002", _BUCKET, page="Requirements for using Amazon S3 Transfer Acceleration")
def accelerated_name(bucket: Resource) -> Iterator[Violation]:
    """`BucketName` must not have periods with transfer acceleration.

    S3 refuses acceleration, because its certificate does not cover names with periods.
    """
    name = bucket.text("BucketName") or ""
    if "." in name and bucket.get("AccelerateConfiguration.AccelerationStatus") == "Enabled":
        nearest = name.replace(".", "-")
        yield violation("BucketName", "not have periods for transfer acceleration", name, nearest)
