"""Rules on cache, origin request and response headers policies."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import repeated
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.cloudfront.limits.policies import (
    NEVER_SET,
    READ_ONLY_PREFIXES,
)

RULES = RuleList()

_CACHE = "AWS::CloudFront::CachePolicy"
_REQUEST = "AWS::CloudFront::OriginRequestPolicy"
_RESPONSE = "AWS::CloudFront::ResponseHeadersPolicy"
_CACHE_PAGE = "Understand cache policies"
_REQUEST_PAGE = "Understand origin request policies"
_RESPONSE_PAGE = "Understand response headers policies"
_CONFIGS = {
    _CACHE: ("CachePolicyConfig", "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin"),
    _REQUEST: ("OriginRequestPolicyConfig", "OriginRequestPolicyConfig"),
    _RESPONSE: ("ResponseHeadersPolicyConfig", "ResponseHeadersPolicyConfig"),
}
_PARTS = {
    "HeadersConfig": ("HeaderBehavior", "Headers"),
    "CookiesConfig": ("CookieBehavior", "Cookies"),
    "QueryStringsConfig": ("QueryStringBehavior", "QueryStrings"),
}
_LISTS = ("whitelist", "allExcept", "allViewerAndWhitelistCloudFront")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_CORS = "ResponseHeadersPolicyConfig.CorsConfig"


@RULES.resource("CLOUDFRONT-060", _CACHE, _REQUEST, _RESPONSE, page=_CACHE_PAGE)
def policy_name(policy: Resource) -> Iterator[Violation]:
    """`Name` of a policy must have 1 to 128 plain characters.

    CloudFront refuses other characters than letters, digits, hyphens and underscores.
    """
    path = f"{_CONFIGS[policy.type][0]}.Name"
    name = policy.text(path)
    if name is not None and not _NAME.fullmatch(name):
        yield violation(path, "have 1 to 128 letters, digits, hyphens and underscores", name)


@RULES.resource("CLOUDFRONT-061", _CACHE, _REQUEST, page=_REQUEST_PAGE)
def lists(policy: Resource) -> Iterator[Violation]:
    """Header, cookie and query string lists must match their behavior.

    CloudFront refuses a behavior that takes a list without a list, and a list beside `none` or
    `all`.
    """
    config = _CONFIGS[policy.type][1]
    for part, (kind, names) in _PARTS.items():
        behavior = policy.text(f"{config}.{part}.{kind}")
        path = f"{config}.{part}.{names}"
        value = policy.get(path)
        if behavior in _LISTS and value in (None, []):
            yield violation(path, f"have a name with the `{kind}` {behavior}", value)
        if behavior in ("none", "all", "allViewer") and isinstance(value, list) and value:
            yield violation(path, f"be absent with the `{kind}` {behavior}", value)


@RULES.resource("CLOUDFRONT-062", _CACHE, _REQUEST, page=_REQUEST_PAGE)
def headers(policy: Resource) -> Iterator[Violation]:
    """Policies must not list headers that have settings of their own.

    CloudFront refuses `Authorization` in an origin request policy, and `Accept-Encoding` where
    compression is set. Use a cache policy and its compression settings.
    """
    config = _CONFIGS[policy.type][1]
    path = f"{config}.HeadersConfig.Headers"
    behavior = policy.text(f"{config}.HeadersConfig.HeaderBehavior")
    names = policy.known(path)
    if behavior == "allViewerAndWhitelistCloudFront":
        for name in names:
            if not name.lower().startswith("cloudfront-"):
                yield violation(path, f"have CloudFront-* headers only with {behavior}", name)
    if behavior != "whitelist":
        return
    compressed = any(
        policy.boolean(f"{config}.EnableAcceptEncoding{kind}") for kind in ("Gzip", "Brotli")
    )
    for name in names:
        if policy.type == _REQUEST and name.lower() == "authorization":
            yield violation(path, "leave Authorization to a cache policy", name)
        if name.lower() == "accept-encoding" and (policy.type == _REQUEST or compressed):
            yield violation(path, "leave Accept-Encoding to `EnableAcceptEncodingGzip`", name)


@RULES.resource("CLOUDFRONT-063", _CACHE, page=_CACHE_PAGE)
def disabled_cache(policy: Resource) -> Iterator[Violation]:
    """Cache policies with a `MaxTTL` of 0 must not have a cache key.

    CloudFront refuses headers, cookies, query strings and compression in a policy that turns
    caching off. Forward them by an origin request policy.
    """
    if policy.number("CachePolicyConfig.MaxTTL") != 0:
        return
    config = _CONFIGS[_CACHE][1]
    for part, (kind, _names) in _PARTS.items():
        path = f"{config}.{part}.{kind}"
        behavior = policy.text(path)
        if behavior not in (None, "none"):
            yield violation(path, "be none with a `MaxTTL` of 0", behavior, "none")
    for kind in ("Gzip", "Brotli"):
        path = f"{config}.EnableAcceptEncoding{kind}"
        if policy.boolean(path):
            yield violation(path, "be false with a `MaxTTL` of 0", True, "false")


@RULES.resource("CLOUDFRONT-064", _RESPONSE, page=_RESPONSE_PAGE)
def cors(policy: Resource) -> Iterator[Violation]:
    """CORS settings must not combine credentials with wildcards.

    CloudFront refuses `*` beside `AccessControlAllowCredentials`, empty lists, and ALL beside other
    methods. List origins, headers and methods.
    """
    credentials = policy.boolean(f"{_CORS}.AccessControlAllowCredentials")
    for name in ("Headers", "Methods", "Origins"):
        path = f"{_CORS}.AccessControlAllow{name}.Items"
        found = policy.known(path)
        if policy.get(path) == []:
            yield violation(path, "have an item", [])
        # A header may contain `*`; origins such as https://*.example.com are accepted.
        everything = "ALL" if name == "Methods" else "*"
        for item in found:
            if credentials and (item == everything or (name == "Headers" and "*" in item)):
                requirement = f"not have {everything} with `AccessControlAllowCredentials`"
                yield violation(path, requirement, item)
        if name == "Methods" and "ALL" in found and len(found) > 1:
            yield violation(path, "have ALL alone", found, "ALL")
    path = f"{_CORS}.AccessControlExposeHeaders.Items"
    if credentials and "*" in policy.known(path):
        yield violation(path, "not have * with `AccessControlAllowCredentials`", "*")


@RULES.resource("CLOUDFRONT-065", _RESPONSE, page=_RESPONSE_PAGE)
def response_headers(policy: Resource) -> Iterator[Violation]:
    """Response headers policies must not set or remove CloudFront's own headers.

    CloudFront refuses reserved headers and headers that are repeated.
    """
    for section in ("CustomHeadersConfig", "RemoveHeadersConfig"):
        place = f"ResponseHeadersPolicyConfig.{section}.Items"
        paths = [f"{path}.Header" for path in policy.paths(place)]
        named = {path: (policy.text(path) or "").lower() for path in paths}
        for path, name in named.items():
            if name in NEVER_SET or name.startswith(READ_ONLY_PREFIXES):
                yield violation(path, "not be a header that CloudFront sets", policy.get(path))
        for name in repeated(name for name in named.values() if name):
            yield violation(place, "not repeat a header", name)


@RULES.resource("CLOUDFRONT-066", _RESPONSE, page=_RESPONSE_PAGE)
def security_headers(policy: Resource) -> Iterator[Violation]:
    """`XSSProtection` must be consistent.

    CloudFront refuses a `ReportUri` together with `ModeBlock`, and either of them without
    `Protection`.
    """
    place = "ResponseHeadersPolicyConfig.SecurityHeadersConfig.XSSProtection"
    mode, report = policy.boolean(f"{place}.ModeBlock"), policy.get(f"{place}.ReportUri")
    if mode and report:
        yield violation(f"{place}.ReportUri", "be absent with `ModeBlock`", report)
    if (mode or report) and policy.boolean(f"{place}.Protection") is False:
        yield violation(
            f"{place}.Protection", "be true with `ModeBlock` or `ReportUri`", False, "true"
        )


@RULES.resource("CLOUDFRONT-067", _RESPONSE, page=_RESPONSE_PAGE)
def sampling_rate(policy: Resource) -> Iterator[Violation]:
    """`SamplingRate` must be between 0 and 100, with at most 4 decimals.

    CloudFront refuses other rates, and an enabled Server-Timing header without a rate.
    """
    place = "ResponseHeadersPolicyConfig.ServerTimingHeadersConfig"
    rate = policy.number(f"{place}.SamplingRate")
    if rate is not None and (not 0 <= rate <= 100 or round(rate, 4) != rate):
        nearest = round(min(max(rate, 0), 100), 4)
        yield violation(
            f"{place}.SamplingRate", "be between 0 and 100 with 4 decimals at most", rate, nearest
        )
    enabled = policy.boolean(f"{place}.Enabled")
    if enabled and policy.get(f"{place}.SamplingRate") is None:
        yield violation(f"{place}.SamplingRate", "be set when it is enabled", None)
