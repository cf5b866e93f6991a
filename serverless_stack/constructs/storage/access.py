"""Who may use the objects of a bucket, and the log of who did."""

from aws_cdk import Names
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs._internal.acknowledge import ALL_STANDARDS, acknowledge
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.roles import grant_key
from serverless_stack.constructs._internal.shared import access_log_bucket
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS

# The calls of `serverless_stack.runtime.objects`, and no others.
_LIST_ACTIONS = ("s3:ListBucket", "s3:ListBucketVersions")
_READ_ACTIONS = ("s3:GetObject", "s3:GetObjectVersion")
_WRITE_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObject",
)


def grant_objects(bucket: s3.IBucket, grantee: iam.IGrantable, *, write: bool) -> iam.Grant:
    """Allow to list and read objects and, optionally, to write and delete them.

    CDK's own grants have wildcards in their actions.

    Args:
        bucket: The bucket.
        grantee: The principal.
        write: Whether to allow writing and deleting.
    """
    listing = iam.Grant.add_to_principal_or_resource(
        grantee=grantee,
        actions=list(_LIST_ACTIONS),
        resource_arns=[bucket.bucket_arn],
        resource=bucket,
    )
    using = iam.Grant.add_to_principal_or_resource(
        grantee=grantee,
        actions=[*_READ_ACTIONS, *(_WRITE_ACTIONS if write else ())],
        resource_arns=[bucket.arn_for_objects("*")],
        resource=bucket,
    )
    if bucket.encryption_key is not None:
        grant_key(bucket.encryption_key, grantee, writes=write)
    return listing.combine(using)


def log_access(bucket: s3.Bucket, profile: Profile, *, enabled: bool) -> None:
    """Log requests for objects; CDK's own argument depends on feature flags.

    Args:
        bucket: The bucket.
        profile: Its profile.
        enabled: Whether to log them, or to acknowledge the findings about it.
    """
    if enabled:
        raw = default_child(bucket, s3.CfnBucket)
        raw.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=access_log_bucket(bucket, profile).bucket_name,
            log_file_prefix=f"s3/{Names.unique_id(bucket)}/",
        )
        return
    reason = "the access log of this bucket was turned off by `access_log`"
    acknowledge(bucket, "S1", reason, packs=(AWS_SOLUTIONS,), profile=profile)
    acknowledge(bucket, "S3BucketLoggingEnabled", reason, packs=ALL_STANDARDS, profile=profile)
