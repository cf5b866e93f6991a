"""What a distribution may read: statements in the policies of buckets, keys and endpoints."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aws_cdk import Annotations
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.attributes import arn_of_distribution
from serverless_stack.constructs._internal.buckets import (
    add_to_bucket_policy,
    arn_of_bucket,
    arn_of_objects,
    key_of_bucket,
)
from serverless_stack.constructs._internal.policies import service_principal
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.cdn.origins import Origin
from serverless_stack.constructs.cdn.resources import bucket_of
from serverless_stack.constructs.cdn.targets import MediaEndpoint

_SERVICE = "cloudfront.amazonaws.com"


def hide_manifests(bucket: s3.IBucket) -> None:
    """Deny CloudFront the manifests of content deployments, which name every file of a site.

    Args:
        bucket: The bucket. The policy of an imported one is not changed.
    """
    add_to_bucket_policy(bucket, [_hidden_manifests(bucket)])


def _hidden_manifests(bucket: s3.IBucket) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=["s3:GetObject"],
        principals=[service_principal(_SERVICE)],
        resources=[arn_of_objects(bucket, f"{contract.RESERVED_PREFIX}*")],
    )


def allow_origins(
    cdn: Construct, distribution: cloudfront.Distribution, origins: Sequence[Origin]
) -> None:
    """Allow a distribution to read the buckets and endpoints that it serves.

    Args:
        cdn: The construct of the distribution; it gets the warnings about imported resources.
        distribution: The distribution.
        origins: Its origins; the others need no permission, or have it from CDK.
    """
    endpoints: list[MediaEndpoint] = []
    for origin in origins:
        if origin.kind == "bucket":
            _allow_bucket(cdn, distribution, bucket_of(origin), origin.path)
        endpoints += [each for each in origin.endpoints if each not in endpoints]
    for place, endpoint in enumerate(endpoints):
        _allow_endpoint(cdn, f"EndpointPolicy{place or ''}", distribution, endpoint)


def _allow_bucket(
    cdn: Construct,
    distribution: cloudfront.Distribution,
    bucket: s3.IBucket,
    origin_path: str | None,
) -> None:
    """Allow a distribution to read the served folder of a bucket, by origin access control.

    CDK's own grant allows the whole bucket. Listing is allowed because S3 answers 403 instead of
    404 for a missing object otherwise; the default root object keeps viewers from listing.
    """
    same_stack = path_of(stack_of(bucket)) == path_of(stack_of(cdn))
    # In another stack, the distribution's id would make a cycle.
    condition = _this(distribution) if same_stack else _any_distribution(cdn)
    folder = f"{origin_path or ''}/*".removeprefix("/")
    statements = [
        iam.PolicyStatement(
            actions=[action],
            principals=[service_principal(_SERVICE)],
            resources=[resource],
            conditions=condition,
        )
        for action, resource in (
            ("s3:GetObject", arn_of_objects(bucket, folder)),
            ("s3:ListBucket", arn_of_bucket(bucket)),
        )
    ]
    if origin_path is None:
        statements.append(_hidden_manifests(bucket))
    if not add_to_bucket_policy(bucket, statements):
        name = "BUCKET" if is_unresolved(bucket.bucket_name) else bucket.bucket_name
        arn = f"arn:aws:s3:::{name}"
        _warn(
            cdn,
            "bucket-policy",
            f"the policy of {path_of(bucket)} is not in this app: add",
            _statement("s3:GetObject", f"{arn}/{folder}"),
            _statement("s3:ListBucket", arn),
        )
    key = key_of_bucket(bucket)
    if key is not None:
        _allow_key(cdn, key)


def _allow_key(cdn: Construct, key: kms.IKey) -> None:
    # The bucket depends on its key, and the distribution on the bucket: its id would make a cycle.
    result = key.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["kms:Decrypt"],
            principals=[service_principal(_SERVICE)],
            resources=["*"],
            conditions=_any_distribution(cdn),
        )
    )
    if not result.statement_added:
        _warn(
            cdn,
            "key-policy",
            f"the policy of {path_of(key)} is not in this app: add",
            _statement("kms:Decrypt", "*"),
        )


def _allow_endpoint(
    cdn: Construct,
    construct_id: str,
    distribution: cloudfront.Distribution,
    endpoint: MediaEndpoint,
) -> None:
    """Allow a distribution to read an endpoint of MediaPackage v2.

    Source: "Restrict access to an AWS Elemental MediaPackage v2 origin".
    """
    from aws_cdk import aws_mediapackagev2 as mediapackage

    mediapackage.CfnOriginEndpointPolicy(
        cdn,
        construct_id,
        channel_group_name=endpoint.channel_group_name,
        channel_name=endpoint.channel_name,
        origin_endpoint_name=endpoint.origin_endpoint_name,
        policy={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": _SERVICE},
                    "Action": ["mediapackagev2:GetObject", "mediapackagev2:GetHeadObject"],
                    "Resource": endpoint.attr_arn,
                    "Condition": _this(distribution),
                }
            ],
        },
    )


def _this(distribution: cloudfront.Distribution) -> dict[str, object]:
    return {"StringEquals": {"AWS:SourceArn": arn_of_distribution(distribution)}}


def _any_distribution(cdn: Construct) -> dict[str, object]:
    arn = stack_of(cdn).format_arn(
        service="cloudfront", region="", resource="distribution", resource_name="*"
    )
    return {"ArnLike": {"AWS:SourceArn": arn}}


def _statement(action: str, resource: str) -> dict[str, object]:
    source = "arn:aws:cloudfront::ACCOUNT:distribution/ID"
    return {
        "Effect": "Allow",
        "Principal": {"Service": _SERVICE},
        "Action": action,
        "Resource": resource,
        "Condition": {"StringEquals": {"AWS:SourceArn": source}},
    }


def _warn(cdn: Construct, name: str, message: str, *statements: dict[str, object]) -> None:
    shown = ", ".join(map(json.dumps, statements))
    Annotations.of(cdn).add_warning_v2(f"serverless-stack:{name}", f"{message} {shown}")
