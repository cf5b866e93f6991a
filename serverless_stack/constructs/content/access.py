"""What the function of a content deployment may do, and what the bucket does for it."""

from collections.abc import Sequence

from aws_cdk import Annotations, Duration, Names
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.constructs.content import rules
from serverless_stack.constructs.content.invalidation_access import invalidation_statement

ANY_MANIFEST = f"{rules.RESERVED}*.json.gz"


def owner_of(deployment: Construct) -> str:
    """The name by which a deployment marks its files; it is part of the manifest's key."""
    return Names.unique_resource_name(deployment, max_length=rules.MAX_OWNER_LENGTH)


def statements(
    function: lambda_.Function,
    assets: Sequence[s3_assets.Asset],
    bucket: s3.IBucket,
    prefix: str,
    manifest_key: str,
    distributions: Sequence[cloudfront.IDistribution],
    *,
    deletes: bool,
) -> list[iam.PolicyStatement]:
    """List what the function needs: its own files, its prefix, its manifest, and no more."""
    delete = ["s3:DeleteObject"] if deletes else []
    needed = [
        iam.PolicyStatement(
            actions=["s3:GetObject"],
            resources=[asset.bucket.arn_for_objects(asset.s3_object_key) for asset in assets],
        ),
        iam.PolicyStatement(
            actions=[
                "s3:AbortMultipartUpload",
                *delete,
                "s3:GetObject",
                "s3:GetObjectTagging",
                "s3:PutObject",
                "s3:PutObjectTagging",
            ],
            resources=[bucket.arn_for_objects(f"{prefix}*")],
        ),
        iam.PolicyStatement(
            actions=[*delete, "s3:GetObject", "s3:PutObject"],
            resources=[bucket.arn_for_objects(manifest_key)],
        ),
        # Other deployments' manifests, so that files that have moved there are left alone.
        iam.PolicyStatement(
            actions=["s3:GetObject"],
            resources=[bucket.arn_for_objects(ANY_MANIFEST)],
        ),
        # Without it S3 answers 403 instead of 404 for an object that is not there, and it has to
        # be without a condition: reading an object has no prefix to compare.
        iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]),
        iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn]),
    ]
    return [*needed, invalidation_statement(distributions)] if distributions else needed


def expire_obsolete(
    deployment: Construct, bucket: s3.IBucket, prefix: str, owner: str, grace_period: Duration
) -> None:
    """Let the bucket delete the files that the deployment has marked as obsolete."""
    if isinstance(bucket, s3.Bucket):
        bucket.add_lifecycle_rule(
            id=f"Obsolete-{owner}",
            prefix=prefix or None,
            tag_filters={contract.OBSOLETE_TAG: owner},
            expiration=grace_period,
        )
        return
    Annotations.of(deployment).add_warning_v2(
        "serverless-stack:obsolete-files",
        f"the bucket {bucket.node.path} is not in this app: give it a lifecycle rule that expires "
        f"objects under {prefix!r} with the tag {contract.OBSOLETE_TAG}={owner} after "
        f"{grace_period.to_days()} days, or files that are no longer in the source stay",
    )
