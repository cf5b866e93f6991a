"""What an origin is made of: the constructs that it takes, and settings that all origins have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, TypeAlias, TypedDict

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.storage.bucket import StorageBucket

AnyBucket: TypeAlias = StorageBucket | s3.IBucket
AnyApi: TypeAlias = ProxyApi | apigateway.IRestApi | apigatewayv2.IHttpApi
AnyLoadBalancer: TypeAlias = elbv2.IApplicationLoadBalancer | elbv2.INetworkLoadBalancer
AnyUrl: TypeAlias = LambdaHandler | lambda_.IFunctionUrl
HeaderValue: TypeAlias = str | secretsmanager.ISecret | secretsmanager.Secret
Scheme: TypeAlias = Literal["https", "http", "viewer"]
Kind: TypeAlias = Literal[
    "bucket", "api", "function_url", "load_balancer", "http", "media_package", "group"
]


# The members that tell the interfaces of CDK apart, read from the class: reading a property of a
# resource is a call of CDK's process.
KIND_MEMBERS: Mapping[Kind, str] = {
    "bucket": "bucket_arn",
    "load_balancer": "load_balancer_dns_name",
    "function_url": "auth_type",
}


class ChannelGroup(Protocol):
    """A channel group of MediaPackage v2, such as ``aws_mediapackagev2.CfnChannelGroup``."""

    @property
    def attr_egress_domain(self) -> str:
        """The domain name of its endpoints."""
        ...


class MediaEndpoint(Protocol):
    """An endpoint of MediaPackage v2, such as ``aws_mediapackagev2.CfnOriginEndpoint``."""

    @property
    def attr_arn(self) -> str:
        """Its ARN."""
        ...

    @property
    def channel_group_name(self) -> str:
        """The name of its channel group."""
        ...

    @property
    def channel_name(self) -> str:
        """The name of its channel."""
        ...

    @property
    def origin_endpoint_name(self) -> str:
        """Its name."""
        ...


class OriginOptions(TypedDict, total=False):
    """Settings of every origin but a group; ``Origin`` describes them."""

    read_timeout: Duration | None
    keepalive_timeout: Duration | None
    response_completion_timeout: Duration | None
    connection_timeout: Duration | None
    connection_attempts: int | None
    shield: str | None
    headers: Mapping[str, HeaderValue]


def has_member(resource: object, member: str) -> bool:
    """Whether a resource of CDK has a property, without reading it.

    Args:
        resource: The resource; one that CDK returned by several interfaces as well.
        member: The name of the property.
    """
    delegates = getattr(resource, "__dict__", {}).get("_delegates", ())
    return any(hasattr(type(each), member) for each in (resource, *delegates))
