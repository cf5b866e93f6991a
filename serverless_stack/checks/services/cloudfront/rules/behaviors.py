"""Rules on the cache behaviors of a distribution."""

import itertools
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import repeated
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, check_text, violation
from serverless_stack.checks.services.cloudfront.limits import distribution as values
from serverless_stack.checks.services.cloudfront.rules.distribution import DISTRIBUTION, SETTINGS

RULES = RuleList()

_BEHAVIORS = "DistributionConfig.CacheBehaviors"
_DEFAULT = "DistributionConfig.DefaultCacheBehavior"
_CACHE_BEHAVIOR = "CacheBehavior (Amazon CloudFront API Reference)"
_TTLS = ("MinTTL", "DefaultTTL", "MaxTTL")
_METHODS = (
    {"GET", "HEAD"},
    {"GET", "HEAD", "OPTIONS"},
    {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"},
)
_CACHED_METHODS = _METHODS[:2]


def behaviors_of(distribution: Resource) -> list[str]:
    """Return the paths of the behaviors."""
    return [_DEFAULT, *distribution.paths(_BEHAVIORS)]


@RULES.resource("CLOUDFRONT-031", DISTRIBUTION, page=SETTINGS)
def path_pattern(distribution: Resource) -> Iterator[Violation]:
    """`PathPattern` must have allowed characters and be unique.

    CloudFront refuses patterns with other characters or more than 255 of them, and two behaviors
    with the same pattern.
    """
    patterns = []
    for behavior in distribution.paths(_BEHAVIORS):
        yield from check_text(distribution, f"{behavior}.PathPattern", values.pattern_problems)
        patterns.append(distribution.text(f"{behavior}.PathPattern"))
    for pattern in repeated(pattern for pattern in patterns if pattern is not None):
        yield violation(_BEHAVIORS, "not repeat a `PathPattern`", pattern)


@RULES.resource("CLOUDFRONT-032", DISTRIBUTION, page=SETTINGS)
def methods(distribution: Resource) -> Iterator[Violation]:
    """`AllowedMethods` and `CachedMethods` must be one of CloudFront's sets.

    CloudFront accepts GET and HEAD, with OPTIONS, or all seven methods, and caches the first two
    sets only.
    """
    for behavior in behaviors_of(distribution):
        for name, sets in (("AllowedMethods", _METHODS), ("CachedMethods", _CACHED_METHODS)):
            path = f"{behavior}.{name}"
            found = distribution.known(path)
            if not found or len(found) != len(distribution.items(path)) or set(found) in sets:
                continue
            nearest = next((known for known in sets if set(found) <= known), sets[-1])
            listed = ", or ".join(" ".join(sorted(known)) for known in sets)
            yield violation(path, f"be {listed}", found, " ".join(sorted(nearest)))


@RULES.resource(
    "CLOUDFRONT-033", DISTRIBUTION, "AWS::CloudFront::CachePolicy", page=_CACHE_BEHAVIOR
)
def order_of_times(resource: Resource) -> Iterator[Violation]:
    """`MinTTL`, `DefaultTTL` and `MaxTTL` must be in ascending order.

    CloudFront refuses a behavior or cache policy otherwise. Each pair that is known is compared.
    """
    places = behaviors_of(resource)
    if resource.type == "AWS::CloudFront::CachePolicy":
        places = ["CachePolicyConfig"]
    for place in places:
        given = [(name, resource.number(f"{place}.{name}")) for name in _TTLS]
        known = [(name, seconds) for name, seconds in given if seconds is not None]
        for (low_name, low), (high_name, high) in itertools.combinations(known, 2):
            if low > high:
                path = f"{place}.{low_name}"
                yield violation(
                    path, f"not be above `{high_name}` ({high:g})", int(low), f"{high:g}"
                )


@RULES.resource("CLOUDFRONT-034", DISTRIBUTION, page=_CACHE_BEHAVIOR)
def cache_policy(distribution: Resource) -> Iterator[Violation]:
    """Cache behaviors require a cache policy or `ForwardedValues`.

    CloudFront refuses a behavior with neither, and an origin request policy without a cache policy.
    Set a `CachePolicyId`.
    """
    for behavior in behaviors_of(distribution):
        if not distribution.mapping(behavior):
            continue
        policy = distribution.get(f"{behavior}.CachePolicyId")
        forwarded = distribution.get(f"{behavior}.ForwardedValues")
        if policy is None and forwarded is None:
            yield violation(behavior, "have a `CachePolicyId` or `ForwardedValues`", "neither")
        if policy is None and distribution.get(f"{behavior}.OriginRequestPolicyId") is not None:
            path = f"{behavior}.OriginRequestPolicyId"
            yield violation(path, "be used with a `CachePolicyId`", distribution.get(path))


@RULES.resource("CLOUDFRONT-037", DISTRIBUTION, page=_CACHE_BEHAVIOR, severity=Severity.WARNING)
def settings_beside_cache_policy(distribution: Resource) -> Iterator[Violation]:
    """Legacy cache settings must not be combined with a cache policy.

    The distribution deploys, but `ForwardedValues` and the TTLs of the behavior have no effect
    beside a `CachePolicyId`. Set them in the policy.
    """
    for behavior in behaviors_of(distribution):
        if distribution.get(f"{behavior}.CachePolicyId") is None:
            continue
        for name in ("ForwardedValues", *_TTLS):
            value = distribution.get(f"{behavior}.{name}")
            if value is not None:
                yield violation(f"{behavior}.{name}", "be absent with a `CachePolicyId`", value)


@RULES.resource("CLOUDFRONT-035", DISTRIBUTION, page=_CACHE_BEHAVIOR)
def forwarded_cookies(distribution: Resource) -> Iterator[Violation]:
    """`WhitelistedNames` must match the kind of cookie forwarding.

    CloudFront refuses a whitelist without names, and names without a whitelist.
    """
    for behavior in behaviors_of(distribution):
        cookies = f"{behavior}.ForwardedValues.Cookies"
        kind = distribution.text(f"{cookies}.Forward")
        names = distribution.get(f"{cookies}.WhitelistedNames")
        if kind == "whitelist" and names in (None, []):
            yield violation(f"{cookies}.WhitelistedNames", "have a name with whitelist", names)
        if kind in ("all", "none") and isinstance(names, list) and names:
            yield violation(f"{cookies}.WhitelistedNames", f"be empty with {kind}", names)


@RULES.resource("CLOUDFRONT-036", DISTRIBUTION, page="Using gRPC with CloudFront distributions")
def grpc(distribution: Resource) -> Iterator[Violation]:
    """`GrpcConfig` requires all methods and HTTP/2.

    CloudFront refuses gRPC on a behavior without POST, and on a distribution without HTTP/2. Allow
    all seven methods, and set `HttpVersion` to `http2` or `http2and3`.
    """
    version = distribution.text("DistributionConfig.HttpVersion")
    for behavior in behaviors_of(distribution):
        if not distribution.boolean(f"{behavior}.GrpcConfig.Enabled"):
            continue
        path = f"{behavior}.AllowedMethods"
        allowed = distribution.get(path)
        if allowed is None or (
            isinstance(allowed, list) and set(map(str, allowed)) in _METHODS[:2]
        ):
            yield violation(path, "have POST for gRPC", allowed)
        if version in ("http1.1", "http3"):
            path = "DistributionConfig.HttpVersion"
            yield violation(path, "be http2 or http2and3 for gRPC", version, "http2and3")
