"""The origins of a distribution in CDK's terms, each created once."""

from __future__ import annotations

from aws_cdk import Aws, Fn, Names, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.constructs._internal.shared import shared_construct
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.cdn.origins import Origin
from serverless_stack.constructs.storage.bucket import StorageBucket


class OriginBinding:
    """The origins of one distribution.

    Args:
        cdn: The construct of the distribution.
    """

    def __init__(self, cdn: Construct) -> None:
        self._cdn = cdn
        self._created: dict[Origin, cloudfront.IOrigin] = {}

    @property
    def buckets(self) -> list[tuple[s3.IBucket, str | None]]:
        """The buckets that the distribution reads, with the served folders."""
        return [
            (bucket_of(origin), origin.path) for origin in self._created if origin.kind == "bucket"
        ]

    def create(self, origin: Origin) -> cloudfront.IOrigin:
        """Return the origin; the same one for equal values.

        Args:
            origin: The origin.
        """
        if origin not in self._created:
            self._created[origin] = self._create(origin)
        return self._created[origin]

    def _create(self, origin: Origin) -> cloudfront.IOrigin:
        if origin.kind == "bucket":
            return origins.S3BucketOrigin.with_bucket_defaults(
                bucket_of(origin),
                origin_path=origin.path,
                origin_access_control_id=access_control(self._cdn).origin_access_control_id,
            )
        api = origin.resource
        rest_api = api.rest_api if isinstance(api, ProxyApi) else api
        if not isinstance(rest_api, apigateway.RestApi):
            raise TypeError(f"an origin must be a bucket or an API, got: {rest_api!r}")
        return origins.RestApiOrigin(rest_api)


def bucket_of(origin: Origin) -> s3.IBucket:
    """Return the bucket of an origin.

    Args:
        origin: An origin of the kind ``bucket``.
    """
    bucket = origin.resource
    found = bucket.bucket if isinstance(bucket, StorageBucket) else bucket
    if not hasattr(found, "bucket_arn"):
        raise TypeError(f"an origin must have a bucket, got: {found!r}")
    return found  # type: ignore[return-value]


def access_control(scope: Construct) -> cloudfront.S3OriginAccessControl:
    """Return the access control by which all distributions of a stack read buckets.

    An account has 100 of them ("Quotas"). The name has to be unique in the account over all
    regions; CDK's own name has the path alone in it, so that a stack could not be deployed to a
    second region.

    Args:
        scope: The construct of the distribution.
    """

    def create(home: Construct, construct_id: str) -> cloudfront.S3OriginAccessControl:
        name = Names.unique_resource_name(Stack.of(home), max_length=27)
        stack_uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID))
        return cloudfront.S3OriginAccessControl(
            home, construct_id, origin_access_control_name=f"{name}-{stack_uuid}"
        )

    return shared_construct(
        scope, None, "OriginAccessControl", cloudfront.S3OriginAccessControl, create
    )
