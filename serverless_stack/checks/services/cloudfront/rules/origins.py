"""Rules on the origins of a distribution."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved, repeated
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, check_range, violation
from serverless_stack.checks.services.cloudfront.limits import distribution as values
from serverless_stack.checks.services.cloudfront.limits import origins as origin_values
from serverless_stack.checks.services.cloudfront.rules.distribution import DISTRIBUTION, SETTINGS

RULES = RuleList()

_ORIGINS = "DistributionConfig.Origins"
_GROUPS = "DistributionConfig.OriginGroups.Items"
_QUOTAS = "Quotas on distributions"
_FAILOVER = "Optimize high availability with CloudFront origin failover"
_TIMEOUTS = ("OriginReadTimeout", "OriginKeepaliveTimeout")
_KINDS = ("S3OriginConfig", "CustomOriginConfig", "VpcOriginConfig")
_MAX_SECONDS = 120
_MAX_SECONDS_WITH_QUOTA = 180
_WEBSITE = re.compile(r"\.s3-website[.-]")


def _ids(distribution: Resource, path: str) -> list[object]:
    return [distribution.get(f"{item}.Id") for item in distribution.paths(path)]


@RULES.resource("CLOUDFRONT-020", DISTRIBUTION, page=SETTINGS)
def origin_ids(distribution: Resource) -> Iterator[Violation]:
    """`TargetOriginId` must be the id of an origin, and ids must be unique.

    CloudFront refuses behaviors whose target does not exist, and origins with the same `Id`.
    """
    found = _ids(distribution, _ORIGINS)
    groups = _ids(distribution, _GROUPS)
    ids = [id for id in found + groups if isinstance(id, str)]
    for id in repeated(ids):
        yield violation(f"{_ORIGINS}", "not repeat an `Id`", id)
    some = distribution.get(_ORIGINS), distribution.get(_GROUPS)
    if not distribution.items(_ORIGINS) or any(map(is_unresolved, [*some, *ids])):
        return
    behaviors = ["DistributionConfig.DefaultCacheBehavior"]
    behaviors += distribution.paths("DistributionConfig.CacheBehaviors")
    for behavior in behaviors:
        target = distribution.text(f"{behavior}.TargetOriginId")
        if target is not None and target not in ids:
            nearest = ids[0] if len(ids) == 1 else None
            yield violation(
                f"{behavior}.TargetOriginId", "be the `Id` of an origin", target, nearest
            )


@RULES.resource("CLOUDFRONT-021", DISTRIBUTION, page=SETTINGS)
def domain_name(distribution: Resource) -> Iterator[Violation]:
    """`DomainName` of an origin must be a plain domain name.

    CloudFront refuses schemes, ports, paths and IP addresses. Set ports and protocol in
    `CustomOriginConfig`, and the path in `OriginPath`.
    """
    for origin in distribution.paths(_ORIGINS):
        path = f"{origin}.DomainName"
        name = distribution.get(path)
        if isinstance(name, str) and "{{resolve:" not in name:
            for message in values.origin_domain_problems(name, path):
                yield Violation(path, name, message)


@RULES.resource("CLOUDFRONT-022", DISTRIBUTION, page=SETTINGS)
def origin_path(distribution: Resource) -> Iterator[Violation]:
    """`OriginPath` must begin with a slash and not end with one.

    CloudFront refuses other paths, wildcards and more than 255 characters. Leave the property empty
    for the root.
    """
    for origin in distribution.paths(_ORIGINS):
        path = f"{origin}.OriginPath"
        given = distribution.text(path)
        if given is not None:
            for message in values.origin_path_problems(given, path):
                yield Violation(path, given, message)


@RULES.resource("CLOUDFRONT-023", DISTRIBUTION, page=SETTINGS)
def connections(distribution: Resource) -> Iterator[Violation]:
    """Connection settings of an origin must be within CloudFront's limits.

    CloudFront refuses `ConnectionAttempts` outside 1 to 3 and `ConnectionTimeout` outside 1 to 10
    seconds.
    """
    for origin in distribution.paths(_ORIGINS):
        yield from check_range(distribution, f"{origin}.ConnectionAttempts", 1, 3)
        yield from check_range(distribution, f"{origin}.ConnectionTimeout", 1, 10, "seconds")


def _timeouts(distribution: Resource) -> Iterator[tuple[str, float]]:
    for origin in distribution.paths(_ORIGINS):
        for kind in _KINDS:
            for name in _TIMEOUTS:
                path = f"{origin}.{kind}.{name}"
                seconds = distribution.number(path)
                if seconds is not None:
                    yield path, seconds


@RULES.resource("CLOUDFRONT-024", DISTRIBUTION, page=_QUOTAS)
def timeouts(distribution: Resource) -> Iterator[Violation]:
    """Origin time-outs must be between 1 and 180 seconds.

    CloudFront refuses response and keep-alive time-outs outside this range, and needs a raised
    quota above 120 seconds.
    """
    requirement = (
        f"be between 1 and {_MAX_SECONDS} seconds, {_MAX_SECONDS_WITH_QUOTA} with a raised quota"
    )
    for path, seconds in _timeouts(distribution):
        if not 1 <= seconds <= _MAX_SECONDS_WITH_QUOTA:
            yield violation(path, requirement, int(seconds), 1 if seconds < 1 else _MAX_SECONDS)


@RULES.resource("CLOUDFRONT-025", DISTRIBUTION, page=_QUOTAS, severity=Severity.WARNING)
def timeouts_above_quota(distribution: Resource) -> Iterator[Violation]:
    """Origin time-outs above 120 seconds require a raised quota.

    The deployment fails unless AWS has raised the account's quota. Request an increase, or answer
    faster.
    """
    for path, seconds in _timeouts(distribution):
        if _MAX_SECONDS < seconds <= _MAX_SECONDS_WITH_QUOTA:
            requirement = f"be at most {_MAX_SECONDS} seconds, unless AWS has raised the quota"
            yield violation(path, requirement, int(seconds), _MAX_SECONDS)


@RULES.resource("CLOUDFRONT-026", DISTRIBUTION, page=SETTINGS)
def response_completion_timeout(distribution: Resource) -> Iterator[Violation]:
    """`ResponseCompletionTimeout` must be at least the read time-out.

    CloudFront refuses a time for the whole response that is shorter than the time for a part of it.
    """
    for origin in distribution.paths(_ORIGINS):
        path = f"{origin}.ResponseCompletionTimeout"
        whole = distribution.number(path)
        reads = (distribution.number(f"{origin}.{kind}.OriginReadTimeout") for kind in _KINDS)
        read = max((seconds for seconds in reads if seconds is not None), default=30)
        if whole is not None and whole < read:
            requirement = f"be at least the `OriginReadTimeout` ({read:g})"
            yield violation(path, requirement, int(whole), f"{read:g}")


@RULES.resource(
    "CLOUDFRONT-027", DISTRIBUTION, page="Use various origins with CloudFront distributions"
)
def kind_of_origin(distribution: Resource) -> Iterator[Violation]:
    """Origins must have one configuration and one way to be authorized.

    CloudFront refuses an origin with no or several of S3, custom and VPC configuration, with both
    access identity and access control, and S3 settings for a website endpoint, which is a custom
    origin.
    """
    for origin in distribution.paths(_ORIGINS):
        kinds = [kind for kind in _KINDS if distribution.get(f"{origin}.{kind}") is not None]
        if len(kinds) != 1 and not is_unresolved(distribution.get(origin)):
            yield violation(origin, f"have one of {', '.join(_KINDS)}", ", ".join(kinds) or "none")
        identity = distribution.get(f"{origin}.S3OriginConfig.OriginAccessIdentity")
        control = distribution.get(f"{origin}.OriginAccessControlId")
        is_known = isinstance(identity, str) and (identity if not is_unresolved(identity) else "")
        path = f"{origin}.S3OriginConfig.OriginAccessIdentity"
        named = "origin-access-identity" in str(identity)
        if control and identity and (named or not is_unresolved(identity)):
            yield violation(path, "be empty with an `OriginAccessControlId`", identity)
        elif is_known and not is_known.startswith("origin-access-identity/cloudfront/"):
            nearest = f"origin-access-identity/cloudfront/{is_known}"
            yield violation(path, "be origin-access-identity/cloudfront/ID", is_known, nearest)
        name = distribution.get(f"{origin}.DomainName")
        if isinstance(name, str) and _WEBSITE.search(name):
            if "S3OriginConfig" in kinds:
                yield violation(
                    f"{origin}.DomainName",
                    "be used with `CustomOriginConfig`, as it is a website endpoint",
                    name,
                )
            elif control:
                yield violation(
                    f"{origin}.OriginAccessControlId", "be empty with a website endpoint", name
                )


@RULES.resource("CLOUDFRONT-028", DISTRIBUTION, page="Add custom headers to origin requests")
def custom_headers(distribution: Resource) -> Iterator[Violation]:
    """`OriginCustomHeaders` must not name headers that CloudFront sets.

    CloudFront refuses reserved headers and headers that are repeated. Choose a name of your own,
    such as `X-Origin-Verify`.
    """
    for origin in distribution.paths(_ORIGINS):
        paths = distribution.paths(f"{origin}.OriginCustomHeaders")
        named = {path: distribution.text(f"{path}.HeaderName") for path in paths}
        for path, name in named.items():
            lower = (name or "").lower()
            if lower in origin_values.NEVER_ADDED or lower.startswith(("x-amz-", "x-edge-")):
                yield violation(f"{path}.HeaderName", "not be a header that CloudFront sets", name)
        for name in repeated(name.lower() for name in named.values() if name):
            yield violation(f"{origin}.OriginCustomHeaders", "not repeat a header", name)


@RULES.resource("CLOUDFRONT-029", DISTRIBUTION, page=SETTINGS)
def ports(distribution: Resource) -> Iterator[Violation]:
    """Ports must be 80, 443 or at least 1024, and Origin Shield requires a region.

    CloudFront refuses other ports of custom origins, and an enabled Origin Shield without an
    `OriginShieldRegion`.
    """
    for origin in distribution.paths(_ORIGINS):
        for name in ("HTTPPort", "HTTPSPort"):
            path = f"{origin}.CustomOriginConfig.{name}"
            port = distribution.number(path)
            if port is not None and port not in (80, 443) and not 1024 <= port <= 65535:
                nearest = (
                    65535 if port > 65535 else min((80, 443, 1024), key=lambda p: abs(p - port))
                )
                yield violation(path, "be 80, 443 or 1024 to 65535", int(port), nearest)
        shield = f"{origin}.OriginShield"
        region = distribution.get(f"{shield}.OriginShieldRegion")
        if distribution.boolean(f"{shield}.Enabled") and region is None:
            yield violation(f"{shield}.OriginShieldRegion", "be set when it is enabled", region)


@RULES.resource("CLOUDFRONT-030", DISTRIBUTION, page=_FAILOVER)
def origin_groups(distribution: Resource) -> Iterator[Violation]:
    """Origin groups must have two origins and known failover codes.

    CloudFront refuses groups with another number of members, members that do not exist or are
    repeated, and status codes that it does not fail over on.
    """
    ids = _ids(distribution, _ORIGINS)
    unknown = any(map(is_unresolved, [distribution.get(_ORIGINS), *ids]))
    for group in distribution.paths(_GROUPS):
        paths = distribution.paths(f"{group}.Members.Items")
        members = [distribution.text(f"{path}.OriginId") for path in paths]
        if paths and len(paths) != 2:
            yield violation(f"{group}.Members.Items", "have two origins", len(paths), 2)
        for path, id in zip(paths, members, strict=True):
            if id is not None and id not in ids and not unknown:
                yield violation(f"{path}.OriginId", "be the `Id` of an origin", id)
        for id in repeated(id for id in members if id is not None):
            yield violation(f"{group}.Members.Items", "have two different origins", id)
        codes = f"{group}.FailoverCriteria.StatusCodes.Items"
        for path in distribution.paths(codes):
            code = distribution.number(path)
            if code is not None and code not in origin_values.FAILOVER_CODES:
                nearest = min(origin_values.FAILOVER_CODES, key=lambda known: abs(known - code))
                requirement = f"be one of {', '.join(map(str, origin_values.FAILOVER_CODES))}"
                yield violation(path, requirement, int(code), nearest)
