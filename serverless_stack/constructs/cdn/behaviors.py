"""Behavior: how a distribution answers the paths of a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs.cdn.caching import Cache, cache_policy, cache_problems
from serverless_stack.constructs.cdn.edge import EdgeFunction
from serverless_stack.constructs.cdn.edge_auth import EdgeAuth
from serverless_stack.constructs.cdn.field_encryption import FieldEncryption, encryption_problems
from serverless_stack.constructs.cdn.functions.snippet import Snippet
from serverless_stack.constructs.cdn.headers import (
    SecurityHeaders,
    header_problems,
    headers_policy,
)
from serverless_stack.constructs.cdn.origin_checks import origin_problems
from serverless_stack.constructs.cdn.origins import Origin, Target
from serverless_stack.constructs.cdn.signing import Signing

_METHODS = {
    "GET HEAD": "ALLOW_GET_HEAD",
    "GET HEAD OPTIONS": "ALLOW_GET_HEAD_OPTIONS",
    "all": "ALLOW_ALL",
}
# The origin request policies of CloudFront that pass everything, and with the header Host.
_WITH_HOST = ("216adef6-5c7f-47e4-b989-5492eafa07d3", "33f36d7e-f396-46d9-90e0-52428a34d9dc")
_WITH_ALL = (*_WITH_HOST, "b689b0a8-53d0-40ab-baf2-68738e2966ac")
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# CachingOptimized, the one for uncompressed objects, and Elemental-MediaPackage.
_SAME_FOR_ALL_VIEWERS = (
    "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "08627262-05a9-4f76-9ded-b50ca2e3a84f",
)
# Origins that are chosen by Host, or verify a signature with it.
_WITHOUT_HOST = ("bucket", "api", "function_url", "media_package")


@dataclass(frozen=True)
class Behavior:
    """How a distribution answers the paths of a pattern.

    Viewers are redirected to HTTPS and get security headers; answers are compressed. Buckets are
    cached, other targets are not; they get every header but ``Host``, every cookie and every query
    string.

    Attributes:
        target: What is served; ``bucket`` and ``api`` stand for these arguments of the ``Cdn``.
        cache: How long answers are kept. Default: ``Cache.optimized()`` for a bucket,
            ``Cache.media()`` for MediaPackage, and ``Cache.off()`` for other targets.
        signed: The keys of signed URLs and cookies, without which nothing is served. Default:
            everybody is served.
        auth: Who is served, decided at the edge. Default: everybody.
        edge: Functions that run at the edge: Lambda@Edge, one per event, and snippets of JavaScript
            for CloudFront Functions. Default: none.
        headers: The headers that are added to answers. Default: those of the ``Cdn``.
        field_encryption: The fields of posted forms that are encrypted. Default: none.
        compress: Whether answers of 1,000 to 10,000,000 bytes are compressed.
        methods: The HTTP methods: ``GET HEAD``, those and ``OPTIONS``, or all. Default: GET and
            HEAD for a bucket, and OPTIONS for a group, MediaPackage or CORS, all for other
            targets.
        forward: The origin request policy: what reaches the origin beside what tells answers
            apart. Default: nothing for a bucket and for cached answers, everything but ``Host``
            for others.
        https_only: Whether plain HTTP is refused instead of redirected.
        grpc: Whether gRPC is passed; needs all methods.
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
    grpc: bool = False

    def __post_init__(self) -> None:
        """Check the fields."""
        check_fields(self)
        signing = self.auth.signing if self.auth is not None else None
        if signing is not None:
            problems = Problems("Behavior")
            problems.require(
                self.signed in (None, signing),
                "`signed` and `auth=EdgeAuth.signed(…)` must have the same keys, got: two; they "
                "are two ways to write one thing",
            )
            problems.raise_if_any()
            object.__setattr__(self, "signed", signing)


def cache_of(behavior: Behavior, origin: Origin) -> Cache | cloudfront.ICachePolicy:
    """Return how long answers of a behavior are kept.

    Args:
        behavior: The behavior.
        origin: What it serves.
    """
    if behavior.cache is not None:
        return behavior.cache
    if not origin.is_cached:
        return _default_cache("off")
    return _default_cache("media" if origin.leaf.kind == "media_package" else "optimized")


@cache
def _default_cache(kind: Literal["off", "media", "optimized"]) -> Cache:
    """Return a default cache, one for all behaviors: its durations are objects of CDK's process."""
    made: Cache = getattr(Cache, kind)()
    return made


def methods_of(behavior: Behavior, origin: Origin, *, cors: bool = False) -> str | None:
    """Return the methods of a behavior; None for those that CloudFront allows by default.

    Args:
        behavior: The behavior.
        origin: What it serves.
        cors: Whether pages of other origins may read the answers, for which browsers ask first.
    """
    if behavior.methods is not None:
        return behavior.methods
    if origin.kind in ("group", "media_package") or (origin.kind == "bucket" and cors):
        return "GET HEAD OPTIONS"
    return None if origin.kind == "bucket" else "all"


def _keeps(cache: Cache | cloudfront.ICachePolicy) -> bool:
    if isinstance(cache, Cache):
        return cache.keeps
    return cache.cache_policy_id != _CACHING_DISABLED


def behavior_problems(behavior: Behavior, origin: Origin, argument: str) -> list[str]:
    """Check a behavior.

    Args:
        behavior: The behavior.
        origin: What it serves.
        argument: What has it, as the caller wrote it.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.add(origin_problems(origin, argument))
    cache = behavior.cache
    if isinstance(cache, Cache):
        problems.add(cache_problems(cache, f"{argument}.cache"))
    if behavior.headers is not None:
        problems.add(header_problems(behavior.headers, f"{argument}.headers"))
    if problems.messages:
        return problems.messages
    methods = methods_of(behavior, origin)
    if origin.kind == "group" and methods == "all":
        problems.fail(
            f"`{argument}.methods` must be 'GET HEAD' or 'GET HEAD OPTIONS' for a group, which "
            "CloudFront asks nothing else, got: 'all'; give the paths of POST a behavior of their "
            "own"
        )
    if behavior.grpc and methods != "all":
        problems.fail(f"`{argument}.methods` must be 'all' with `grpc`, got: {methods!r}")
    problems.add(
        encryption_problems(
            behavior.field_encryption, f"{argument}.field_encryption", origin, methods
        )
    )
    problems.add(_forwarding_problems(behavior, origin, argument))
    return problems.messages


def _forwarding_problems(behavior: Behavior, origin: Origin, argument: str) -> list[str]:
    problems = Problems()
    cache = behavior.cache
    kinds = [leaf.kind for leaf in origin.leaves if leaf.kind in _WITHOUT_HOST]
    noun = kinds[0].replace("_", " ") if kinds else ""
    names = [name.lower() for name in cache.headers] if isinstance(cache, Cache) else []
    if kinds and "host" in names:
        problems.fail(
            f"`{argument}.cache` must not have the header Host, because a {noun} answers to its "
            "own name only, got: 'Host'"
        )
    if behavior.forward is None:
        return problems.messages
    policy = behavior.forward.origin_request_policy_id
    if kinds and policy in _WITH_HOST:
        problems.fail(
            f"`{argument}.forward` must leave out the header Host, because a {noun} answers to its "
            "own name only, got: a policy with it; use "
            "OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER"
        )
    if not _keeps(cache_of(behavior, origin)):
        return problems.messages
    cookies = isinstance(cache, Cache) and cache.cookies == "all"
    given = None if cache is None or isinstance(cache, Cache) else cache.cache_policy_id
    if policy in _WITH_ALL and (isinstance(cache, Cache) or given in _SAME_FOR_ALL_VIEWERS):
        told_apart = "authorization" in names and cookies
        problems.require(
            told_apart,
            f"`{argument}.cache` must tell answers apart by the header Authorization and by all "
            "cookies if `forward` passes them, because one viewer would get the answer of another, "
            "got: a cache without them; leave `forward` out, or use Cache.off()",
        )
    return problems.messages


def behavior_options(
    scope: Construct,
    behavior: Behavior,
    origin: Origin,
    created: cloudfront.IOrigin,
    headers: SecurityHeaders | None,
    *,
    functions: Sequence[cloudfront.FunctionAssociation] = (),
    edge_lambdas: Sequence[cloudfront.EdgeLambda] = (),
) -> cloudfront.BehaviorOptions:
    """Return a behavior in CDK's terms.

    Args:
        scope: The construct of the distribution.
        behavior: The behavior.
        origin: What it serves.
        created: That in CDK's terms.
        headers: The headers of the distribution.
        functions: Its CloudFront Functions.
        edge_lambdas: Its Lambda@Edge functions.
    """
    added = behavior.headers or headers
    cors = added is not None and added.cors is not None
    methods = methods_of(behavior, origin, cors=cors)
    cache = cache_of(behavior, origin)
    signing = behavior.signed or (behavior.auth.signing if behavior.auth else None)
    return cloudfront.BehaviorOptions(
        origin=created,
        allowed_methods=_allowed_methods(methods) if methods else None,
        cache_policy=cache_policy(scope, cache) if isinstance(cache, Cache) else cache,
        compress=None if behavior.compress else False,
        edge_lambdas=list(edge_lambdas) or None,
        enable_grpc=behavior.grpc or None,
        function_associations=list(functions) or None,
        origin_request_policy=_forward_of(behavior, origin, cors=cors),
        trusted_key_groups=[signing.key_group] if signing else None,
        viewer_protocol_policy=(
            cloudfront.ViewerProtocolPolicy.HTTPS_ONLY
            if behavior.https_only
            else cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
        ),
        response_headers_policy=(
            headers_policy(scope, added) if added is not None else _security_headers()
        ),
    )


def _forward_of(
    behavior: Behavior, origin: Origin, *, cors: bool
) -> cloudfront.IOriginRequestPolicy | None:
    if behavior.forward is not None:
        return behavior.forward
    if origin.leaf.kind == "bucket":
        # S3 answers the question of a browser by the CORS rules of the bucket.
        return _request_policy("CORS_S3_ORIGIN") if cors else None
    passes_all = not origin.is_cached and not _keeps(cache_of(behavior, origin))
    return _request_policy("ALL_VIEWER_EXCEPT_HOST_HEADER") if passes_all else None


# What CloudFront manages is the same for all behaviors, and jsii is asked for it once.
@cache
def _allowed_methods(methods: str) -> cloudfront.AllowedMethods:
    allowed: cloudfront.AllowedMethods = getattr(cloudfront.AllowedMethods, _METHODS[methods])
    return allowed


@cache
def _security_headers() -> cloudfront.IResponseHeadersPolicy:
    return cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS


@cache
def _request_policy(name: str) -> cloudfront.IOriginRequestPolicy:
    policy: cloudfront.IOriginRequestPolicy = getattr(cloudfront.OriginRequestPolicy, name)
    return policy
