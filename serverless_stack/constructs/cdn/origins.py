"""What a distribution may read of a bucket, in the bucket's policy and that of its key."""

from aws_cdk import Annotations, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack._shared import contract


def hide_manifests(bucket: s3.IBucket) -> None:
    """Keep viewers of a bucket that is served as a whole from what this library keeps in it.

    A manifest names every file of a site, linked or not.

    Args:
        bucket: The bucket. The policy of one that is not in this app is left as it is.
    """
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=["s3:GetObject"],
            principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
            resources=[bucket.arn_for_objects(f"{contract.RESERVED_PREFIX}*")],
        )
    )


def let_distribution_read(
    cdn: Construct, distribution: cloudfront.Distribution, bucket: s3.IBucket, origin_path: str
) -> None:
    """Open the served folder of a bucket to one distribution, by origin access control.

    CDK's own grant opens the whole bucket. Listing is granted because S3 answers 403 instead of
    404 for a missing object without it; the default root object keeps viewers from listing.

    Args:
        cdn: The construct that is being made; it gets the warning if the policy is out of reach.
        distribution: The distribution.
        bucket: The bucket.
        origin_path: Empty, or the folder that is served, such as ``/site``.
    """
    stack = Stack.of(cdn)
    # Where naming the distribution would make a cycle, any one of the account has to do.
    any_of_account = {
        "ArnLike": {
            "AWS:SourceArn": stack.format_arn(
                service="cloudfront", region="", resource="distribution", resource_name="*"
            )
        }
    }
    only_this = {"StringEquals": {"AWS:SourceArn": distribution.distribution_arn}}
    same_stack = Stack.of(bucket).node.addr == stack.node.addr
    service = iam.ServicePrincipal("cloudfront.amazonaws.com")
    granted = [
        ("s3:GetObject", bucket.arn_for_objects(f"{origin_path}/*".removeprefix("/"))),
        ("s3:ListBucket", bucket.bucket_arn),
    ]
    for action, resource in granted:
        added = bucket.add_to_resource_policy(
            iam.PolicyStatement(
                actions=[action],
                principals=[service],
                resources=[resource],
                conditions=only_this if same_stack else any_of_account,
            )
        )
        if not added.statement_added:
            Annotations.of(cdn).add_warning_v2(
                f"serverless-stack:bucket-policy:{action}",
                f"the policy of {bucket.node.path} is not in this app: add a statement that "
                f"allows cloudfront.amazonaws.com {action} for this distribution",
            )
    if not origin_path:
        hide_manifests(bucket)
    if bucket.encryption_key is not None:
        bucket.encryption_key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt"],
                principals=[service],
                resources=["*"],
                conditions=any_of_account,
            )
        )
