"""Behavior: how a distribution answers the paths of a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs.cdn.caching import Cache
from serverless_stack.constructs.cdn.edge import EdgeFunction
from serverless_stack.constructs.cdn.edge_auth import EdgeAuth
from serverless_stack.constructs.cdn.field_encryption import FieldEncryption
from serverless_stack.constructs.cdn.functions.snippet import Snippet
from serverless_stack.constructs.cdn.headers import SecurityHeaders
from serverless_stack.constructs.cdn.origins import Target
from serverless_stack.constructs.cdn.signing import Signing

_METHODS = {
    "GET HEAD": cloudfront.AllowedMethods.ALLOW_GET_HEAD,
    "GET HEAD OPTIONS": cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
    "all": cloudfront.AllowedMethods.ALLOW_ALL,
}


@dataclass(frozen=True)
class Behavior:
    """How a distribution answers the paths of a pattern.

    Viewers are redirected to HTTPS and get security headers; answers are compressed. Buckets are
    cached, other targets are not; they get every header but ``Host``, every cookie and every query
    string.

    Attributes:
        target: What is served; ``bucket`` and ``api`` stand for these arguments of the ``Cdn``.
        cache: How long answers are kept. Default: ``Cache.optimized()`` for a bucket and
            ``Cache.off()`` for other targets.
        signed: The keys of signed URLs and cookies, without which nothing is served. Default:
            everybody is served.
        auth: Who is served, decided at the edge. Default: everybody.
        edge: Functions that run at the edge: Lambda@Edge, one per event, and snippets of JavaScript
            for CloudFront Functions. Default: none.
        headers: The headers that are added to answers. Default: those of the ``Cdn``.
        field_encryption: The fields of posted forms that are encrypted. Default: none.
        compress: Whether answers are compressed.
        methods: The HTTP methods: ``GET HEAD``, those and ``OPTIONS``, or all. Default: GET and
            HEAD for a bucket, all for other targets.
        forward: The origin request policy: what reaches the origin beside what tells answers
            apart. Default: nothing for a bucket, everything but ``Host`` for other targets.
        https_only: Whether plain HTTP is refused instead of redirected.
    """

    target: Target | Literal["bucket", "api"]
    cache: Cache | cloudfront.ICachePolicy | None = None
    signed: Signing | None = None
    auth: EdgeAuth | None = None
    edge: Sequence[EdgeFunction | Snippet] = ()
    headers: SecurityHeaders | None = None
    field_encryption: FieldEncryption | None = None
    compress: bool = True
    methods: Literal["GET HEAD", "GET HEAD OPTIONS", "all"] | None = None
    forward: cloudfront.IOriginRequestPolicy | None = None
    https_only: bool = False

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


def behavior_options(
    behavior: Behavior,
    origin: cloudfront.IOrigin,
    *,
    is_bucket: bool,
    functions: Sequence[cloudfront.FunctionAssociation] = (),
    edge_lambdas: Sequence[cloudfront.EdgeLambda] = (),
) -> cloudfront.BehaviorOptions:
    """Return a behavior in CDK's terms.

    Args:
        behavior: The behavior.
        origin: What it serves.
        is_bucket: Whether that is a bucket, which is cached by default.
        functions: Its CloudFront Functions.
        edge_lambdas: Its Lambda@Edge functions.
    """
    policies = cloudfront.OriginRequestPolicy
    forward = behavior.forward or (None if is_bucket else policies.ALL_VIEWER_EXCEPT_HOST_HEADER)
    methods = behavior.methods or (None if is_bucket else "all")
    return cloudfront.BehaviorOptions(
        origin=origin,
        allowed_methods=_METHODS[methods] if methods else None,
        cache_policy=None if is_bucket else cloudfront.CachePolicy.CACHING_DISABLED,
        compress=None if behavior.compress else False,
        edge_lambdas=list(edge_lambdas) or None,
        function_associations=list(functions) or None,
        origin_request_policy=forward,
        viewer_protocol_policy=(
            cloudfront.ViewerProtocolPolicy.HTTPS_ONLY
            if behavior.https_only
            else cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
        ),
        response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
    )
