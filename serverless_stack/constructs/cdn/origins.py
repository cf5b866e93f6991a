"""The origins of a distribution, and how it caches and passes requests to them."""

from aws_cdk import Aws, Fn, Names
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct


def origin_access_control(scope: Construct) -> cloudfront.S3OriginAccessControl:
    """Create the access control by which a distribution reads buckets.

    Its name has to be unique in the account over all regions; CDK's own name has the path alone
    in it, so that a stack could not be deployed to a second region.

    Args:
        scope: The construct of the distribution.
    """
    name = Names.unique_resource_name(scope, max_length=27)
    stack_uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID))
    return cloudfront.S3OriginAccessControl(
        scope, "OriginAccessControl", origin_access_control_name=f"{name}-{stack_uuid}"
    )


def bucket_behavior(
    bucket: s3.IBucket, origin_path: str | None, access_control: cloudfront.S3OriginAccessControl
) -> cloudfront.BehaviorOptions:
    """Return the behavior for static files: cached and compressed.

    Args:
        bucket: The bucket.
        origin_path: The served folder, such as ``/site``. Default: the whole bucket.
        access_control: The origin access control.
    """
    return cloudfront.BehaviorOptions(
        origin=origins.S3BucketOrigin.with_bucket_defaults(
            bucket,
            origin_path=origin_path,
            origin_access_control_id=access_control.origin_access_control_id,
        ),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
    )


def api_behavior(api: apigateway.RestApi) -> cloudfront.BehaviorOptions:
    """Return the behavior for an API: all methods, no cache, all headers but ``Host``.

    Args:
        api: The API. It is selected by ``Host``, so the viewer's must not reach it.
    """
    return cloudfront.BehaviorOptions(
        origin=origins.RestApiOrigin(api),
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
    )
