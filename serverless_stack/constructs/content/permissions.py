"""The permissions of the function that deploys content, and the lifecycle of obsolete files."""

from collections.abc import Sequence

from aws_cdk import Annotations, Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.constructs._internal.attributes import arn_of_function
from serverless_stack.constructs._internal.buckets import arn_of_bucket, arn_of_objects
from serverless_stack.constructs._internal.policies import Statement
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.content.distributions import (
    AnyDistribution,
    invalidation_statement,
)
from serverless_stack.constructs.content.source import asset_key

ANY_MANIFEST = f"{contract.RESERVED_PREFIX}*.json.gz"


def deployment_statements(
    function: lambda_.Function,
    assets: Sequence[s3_assets.Asset],
    bucket: s3.IBucket,
    prefix: str,
    manifest_key: str,
    fronts: Sequence[AnyDistribution],
    *,
    deletes: bool,
) -> list[Statement]:
    """Allow a function to read its assets, and to write its prefix and its manifest.

    Args:
        function: The function, which continues a long deployment in another call of itself.
        assets: The assets of the content.
        bucket: The bucket.
        prefix: The prefix of its keys in the bucket.
        manifest_key: The key of its manifest.
        fronts: The distributions to invalidate.
        deletes: Whether it deletes its files when the construct is deleted.
    """
    delete = ["s3:DeleteObject"] if deletes else []
    permissions: list[tuple[list[str], list[str]]] = [
        (
            ["s3:GetObject"],
            [arn_of_objects(asset.bucket, asset_key(asset)) for asset in assets],
        ),
        (
            [
                "s3:AbortMultipartUpload",
                *delete,
                "s3:GetObject",
                "s3:GetObjectTagging",
                "s3:PutObject",
                "s3:PutObjectTagging",
            ],
            [arn_of_objects(bucket, f"{prefix}*")],
        ),
        ([*delete, "s3:GetObject", "s3:PutObject"], [arn_of_objects(bucket, manifest_key)]),
        # The manifests of other deployments, so that files which moved there are left alone.
        (["s3:GetObject"], [arn_of_objects(bucket, ANY_MANIFEST)]),
        # Without it, S3 answers 403 instead of 404 for a missing object. A condition on the prefix
        # would have no effect, because requests for objects have none.
        (["s3:ListBucket"], [arn_of_bucket(bucket)]),
        (["lambda:InvokeFunction"], [arn_of_function(function)]),
    ]
    statements = [Statement(actions, resources) for actions, resources in permissions]
    return [*statements, invalidation_statement(fronts)] if fronts else statements


def expire_obsolete_files(
    deployment: Construct, bucket: s3.IBucket, prefix: str, owner: str, grace_period: Duration
) -> None:
    """Add the lifecycle rule that deletes the files which a deployment tagged as obsolete.

    Args:
        deployment: The construct of the deployment; it gets the warning about an imported bucket.
        bucket: The bucket.
        prefix: The prefix of the deployment's keys.
        owner: The name of the deployment, which is the value of the tag.
        grace_period: Age at which the files are deleted.
    """
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
        f"the bucket {path_of(bucket)} is not in this app: add a lifecycle rule to it that "
        f"expires objects under {prefix!r} with the tag {contract.OBSOLETE_TAG}={owner} after "
        f"{grace_period.to_days()} days, otherwise files that left the source stay for ever",
    )
