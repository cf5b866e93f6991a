"""The resources behind origins: which ones they are, and what CloudFront calls them by."""

from __future__ import annotations

import hashlib
from typing import cast

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.constructs._internal.shared import shared_construct
from serverless_stack.constructs._internal.tree import stack_of
from serverless_stack.constructs.cdn.access_control import unique_name
from serverless_stack.constructs.cdn.origins import Origin
from serverless_stack.constructs.cdn.targets import AnyLoadBalancer, has_member
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.storage.bucket import StorageBucket

_PROTOCOLS = {
    "https": cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
    "http": cloudfront.OriginProtocolPolicy.HTTP_ONLY,
    "viewer": cloudfront.OriginProtocolPolicy.MATCH_VIEWER,
}


def bucket_of(origin: Origin) -> s3.IBucket:
    """Return the bucket of an origin.

    Args:
        origin: An origin of the kind ``bucket``.
    """
    bucket = origin.resource
    return bucket.bucket if isinstance(bucket, StorageBucket) else cast(s3.IBucket, bucket)


def function_url_of(origin: Origin) -> lambda_.IFunctionUrl:
    """Return the function URL of an origin.

    Args:
        origin: An origin of the kind ``function_url``.
    """
    url = origin.resource
    return cast(lambda_.IFunctionUrl, url.function_url if isinstance(url, LambdaHandler) else url)


def is_signed_by_cloudfront(origin: Origin) -> bool:
    """Whether CloudFront signs the requests for a function URL, with the digest of their body.

    Args:
        origin: An origin of the kind ``function_url``, whose function has a URL.
    """
    return function_url_of(origin).auth_type == lambda_.FunctionUrlAuthType.AWS_IAM


def execute_api_of(origin: Origin) -> tuple[str, str | None]:
    """Return the domain name of an API and the path of its stage.

    Args:
        origin: An origin of the kind ``api``.
    """
    api = origin.resource
    path = origin.path
    if has_member(api, "rest_api_id"):
        api_id = cast(str, getattr(api, "rest_api_id"))  # noqa: B009 - of several interfaces
    else:
        http_api = cast(apigatewayv2.IHttpApi, api)
        api_id = http_api.api_id
        if path is None and isinstance(http_api, apigatewayv2.HttpApi):
            path = _path_of_stage(http_api)
    stack = stack_of(cast(Construct, api))
    return f"{api_id}.execute-api.{stack.region}.{stack.url_suffix}", path


def _path_of_stage(api: apigatewayv2.HttpApi) -> str | None:
    """Return the path of the only stage of an HTTP API that has no ``$default``."""
    if api.default_stage is not None:
        return None
    stages = [child for child in api.node.children if isinstance(child, apigatewayv2.HttpStage)]
    return f"/{stages[0].stage_name}" if stages else None


def load_balancer_name(origin: Origin) -> str:
    """Return the name by which CloudFront calls a load balancer.

    Args:
        origin: An origin of the kind ``load_balancer``.
    """
    balancer = cast(AnyLoadBalancer, origin.resource)
    return origin.domain_name or balancer.load_balancer_dns_name


def vpc_origin(scope: Construct, origin: Origin) -> cloudfront.VpcOrigin:
    """Return the VPC origin of a load balancer, which all distributions of a stack share.

    An account has 25 of them ("Quotas on VPC origins").

    Args:
        scope: The construct of the distribution.
        origin: An origin of the kind ``load_balancer``.
    """
    balancer = cast(AnyLoadBalancer, origin.resource)
    protocol = protocol_of(origin, private=True)
    identity = f"{balancer.node.addr} {protocol} {origin.port}"
    suffix = hashlib.sha256(identity.encode()).hexdigest()[:8]

    def create(home: Construct, construct_id: str) -> cloudfront.VpcOrigin:
        endpoints = cloudfront.VpcOriginEndpoint
        endpoint = (
            endpoints.application_load_balancer(cast(elbv2.IApplicationLoadBalancer, balancer))
            if has_member(balancer, "is_application_load_balancer")
            or isinstance(balancer, elbv2.ApplicationLoadBalancer)
            else endpoints.network_load_balancer(cast(elbv2.INetworkLoadBalancer, balancer))
        )
        return cloudfront.VpcOrigin(
            home,
            construct_id,
            endpoint=endpoint,
            vpc_origin_name=unique_name(home, suffix, 64),
            protocol_policy=_PROTOCOLS[protocol],
            http_port=origin.port if protocol == "http" else None,
            https_port=origin.port if protocol == "https" else None,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
        )

    return shared_construct(scope, None, f"VpcOrigin{suffix}", cloudfront.VpcOrigin, create)


def protocol_of(origin: Origin, *, private: bool = False) -> str:
    """Return the protocol to a server or load balancer.

    Args:
        origin: The origin.
        private: Whether it is reached inside its VPC.
    """
    return origin.protocol or ("http" if private and not origin.domain_name else "https")


def protocol_policy(origin: Origin) -> cloudfront.OriginProtocolPolicy:
    """Return the protocol to a public server or load balancer in CDK's terms.

    Args:
        origin: The origin.
    """
    return _PROTOCOLS[protocol_of(origin)]
