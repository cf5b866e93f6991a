"""Origin: where a distribution gets what it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.storage.bucket import StorageBucket

AnyBucket: TypeAlias = StorageBucket | s3.IBucket
AnyApi: TypeAlias = ProxyApi | apigateway.IRestApi | apigatewayv2.IHttpApi
AnyLoadBalancer: TypeAlias = elbv2.IApplicationLoadBalancer | elbv2.INetworkLoadBalancer
AnyUrl: TypeAlias = LambdaHandler | lambda_.IFunctionUrl


@dataclass(frozen=True)
class Origin:
    """Where a distribution gets what it serves, with settings of its own.

    Create it with ``Origin.bucket(…)``.

    Attributes:
        kind: What it is.
        resource: The bucket, API, function URL or load balancer; None for a server.
        path: The folder of the origin to serve, such as ``/site``. Default: all of it.
    """

    kind: Literal["bucket", "api", "function_url", "load_balancer"]
    resource: AnyBucket | AnyApi | AnyUrl | AnyLoadBalancer | None = None
    path: str | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def bucket(cls, bucket: AnyBucket, *, path: str | None = None) -> Origin:
        """Serve the objects of a bucket.

        Args:
            bucket: The bucket.
            path: The folder to serve, such as ``/site``; the distribution can read nothing else.
                Default: the whole bucket.
        """
        return cls("bucket", bucket, path)


Target: TypeAlias = AnyBucket | AnyApi | AnyUrl | AnyLoadBalancer | Origin
"""What a behavior serves: a construct, or an ``Origin`` with settings of its own."""
