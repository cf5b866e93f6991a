"""What a distribution may read of a bucket: statements in the policies of bucket and key."""

from aws_cdk import Annotations, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack._shared import contract


def hide_manifests(bucket: s3.IBucket) -> None:
    """Deny CloudFront the manifests of content deployments, which name every file of a site.

    Args:
        bucket: The bucket. The policy of an imported one is not changed.
    """
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=["s3:GetObject"],
            principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
            resources=[bucket.arn_for_objects(f"{contract.RESERVED_PREFIX}*")],
        )
    )


def allow_distribution(
    cdn: Construct,
    distribution: cloudfront.Distribution,
    bucket: s3.IBucket,
    origin_path: str | None,
) -> None:
    """Allow a distribution to read the served folder of a bucket, by origin access control.

    CDK's own grant allows the whole bucket. Listing is allowed because S3 answers 403 instead of
    404 for a missing object otherwise; the default root object keeps viewers from listing.

    Args:
        cdn: The construct of the distribution; it gets the warning about an imported bucket.
        distribution: The distribution.
        bucket: The bucket.
        origin_path: The served folder, such as ``/site``. Default: the whole bucket.
    """
    stack = Stack.of(cdn)
    # In another stack, or in a key that the bucket depends on, the distribution's id would make
    # a cycle: allow every distribution of the account.
    any_distribution = {
        "ArnLike": {
            "AWS:SourceArn": stack.format_arn(
                service="cloudfront", region="", resource="distribution", resource_name="*"
            )
        }
    }
    this_distribution = {"StringEquals": {"AWS:SourceArn": distribution.distribution_arn}}
    same_stack = Stack.of(bucket).node.addr == stack.node.addr
    service = iam.ServicePrincipal("cloudfront.amazonaws.com")
    for action, resource in (
        ("s3:GetObject", bucket.arn_for_objects(f"{origin_path or ''}/*".removeprefix("/"))),
        ("s3:ListBucket", bucket.bucket_arn),
    ):
        result = bucket.add_to_resource_policy(
            iam.PolicyStatement(
                actions=[action],
                principals=[service],
                resources=[resource],
                conditions=this_distribution if same_stack else any_distribution,
            )
        )
        if not result.statement_added:
            Annotations.of(cdn).add_warning_v2(
                f"serverless-stack:bucket-policy:{action}",
                f"the policy of {bucket.node.path} is not in this app: add a statement that "
                f"allows cloudfront.amazonaws.com {action} for this distribution",
            )
    if origin_path is None:
        hide_manifests(bucket)
    if bucket.encryption_key is not None:
        bucket.encryption_key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt"],
                principals=[service],
                resources=["*"],
                conditions=any_distribution,
            )
        )
