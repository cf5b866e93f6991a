"""Rules on the S3 resources of a template."""

from collections.abc import Iterator

from serverless_stack.checks.registry import Problem, judged, must, rule
from serverless_stack.checks.s3.values import bucket_name_problems
from serverless_stack.checks.template import Resource

_BUCKET = "AWS::S3::Bucket"


@rule("S3-001", _BUCKET, page="Bucket naming rules")
def bucket_name(bucket: Resource) -> Iterator[Problem]:
    """The name of a bucket."""
    yield from judged(bucket, "BucketName", bucket_name_problems)


@rule("S3-002", _BUCKET, page="Lifecycle configuration elements")
def expiration_days(bucket: Resource) -> Iterator[Problem]:
    """Objects expire after a day at least."""
    for number, _rule in enumerate(bucket.items("LifecycleConfiguration.Rules")):
        path = f"LifecycleConfiguration.Rules.{number}.ExpirationInDays"
        days = bucket.number(path)
        if days is not None and (days < 1 or days != int(days)):
            yield must(path, "be whole days, 1 or more", days, 1)
