"""Rules on website and CORS configurations of buckets."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, check_count, violation

RULES = RuleList()

_BUCKET = "AWS::S3::Bucket"
_SITE = "WebsiteConfiguration"
_CORS = "CorsConfiguration.CorsRules"


@RULES.resource("S3-060", _BUCKET, page="AWS::S3::Bucket WebsiteConfiguration")
def redirects_all(bucket: Resource) -> Iterator[Violation]:
    """Website configurations must either redirect or have an index document.

    S3 refuses both together and neither of them.
    """
    site = bucket.mapping(_SITE)
    if not site:
        return
    others = [n for n in ("IndexDocument", "ErrorDocument", "RoutingRules") if n in site]
    if "RedirectAllRequestsTo" in site and others:
        name = f"{_SITE}.{others[0]}"
        yield violation(name, "be absent with RedirectAllRequestsTo", site[others[0]])
    if "RedirectAllRequestsTo" not in site and "IndexDocument" not in site:
        yield violation(f"{_SITE}.IndexDocument", "be set without RedirectAllRequestsTo", None)


@RULES.resource("S3-061", _BUCKET, page="Configuring an index document")
def index_document(bucket: Resource) -> Iterator[Violation]:
    """`IndexDocument` must be an object name without a slash.

    S3 appends it to each folder, and refuses paths.
    """
    name = f"{_SITE}.IndexDocument"
    value = bucket.text(name)
    if value is not None and (not value or "/" in value):
        nearest = value.rsplit("/", 1)[-1] or "index.html"
        yield violation(name, "be the name of an object without a slash", value, nearest)


@RULES.resource("S3-062", _BUCKET, page="(Optional) Configuring a webpage redirect")
def routing_rules(bucket: Resource) -> Iterator[Violation]:
    """Routing rules must be at most 50, with consistent redirects.

    S3 refuses more, both ways to replace a key in one rule, and status codes that are no redirects
    or errors.
    """
    yield from check_count(bucket, f"{_SITE}.RoutingRules", 50, "rules")
    for path in bucket.paths(f"{_SITE}.RoutingRules"):
        redirect = bucket.mapping(f"{path}.RedirectRule")
        if "ReplaceKeyWith" in redirect and "ReplaceKeyPrefixWith" in redirect:
            name = f"{path}.RedirectRule.ReplaceKeyWith"
            yield violation(name, "be absent with ReplaceKeyPrefixWith", redirect["ReplaceKeyWith"])
        for name, allowed in (
            ("RedirectRule.HttpRedirectCode", "3"),
            ("RoutingRuleCondition.HttpErrorCodeReturnedEquals", "45"),
        ):
            code = bucket.number(f"{path}.{name}")
            if code is not None and (not 100 <= code <= 599 or str(code)[0] not in allowed):
                requirement = " or ".join(f"{digit}XX" for digit in allowed)
                yield violation(f"{path}.{name}", f"be {requirement}", int(code))


@RULES.resource("S3-063", _BUCKET, page="(Optional) Configuring a webpage redirect")
def redirect_hosts(bucket: Resource) -> Iterator[Violation]:
    """`HostName` must be a host without scheme and path.

    S3 refuses or misinterprets other values. Set the scheme in `Protocol`.
    """
    names = [f"{path}.RedirectRule.HostName" for path in bucket.paths(f"{_SITE}.RoutingRules")]
    for name in (f"{_SITE}.RedirectAllRequestsTo.HostName", *names):
        host = bucket.text(name)
        if host is not None and "/" in host:
            nearest = host.partition("://")[2] or host
            nearest = nearest.partition("/")[0]
            yield violation(name, "be a host without a scheme and a path", host, nearest or None)


@RULES.resource("S3-064", _BUCKET, page="Elements of a CORS configuration")
def cors_rules(bucket: Resource) -> Iterator[Violation]:
    """CORS rules must have at most one wildcard per value, and 100 rules.

    S3 refuses more, and wildcards in `ExposedHeaders`.
    """
    yield from check_count(bucket, _CORS, 100, "rules")
    for path in bucket.paths(_CORS):
        for kind in ("AllowedOrigins", "AllowedHeaders"):
            for name in bucket.paths(f"{path}.{kind}"):
                value = bucket.text(name) or ""
                if value.count("*") > 1:
                    yield violation(name, "have at most one wildcard", value)
        for name in bucket.paths(f"{path}.ExposedHeaders"):
            value = bucket.text(name) or ""
            if "*" in value:
                yield violation(name, "be a header without a wildcard", value)


@RULES.resource(
    "S3-065", _BUCKET, page="Elements of a CORS configuration", severity=Severity.WARNING
)
def cors_origins(bucket: Resource) -> Iterator[Violation]:
    """`AllowedOrigins` must be origins as browsers send them.

    The bucket deploys, but no request matches an origin without a scheme or with a path. Write
    `https://example.com`.
    """
    for path in bucket.paths(_CORS):
        for name in bucket.paths(f"{path}.AllowedOrigins"):
            origin = bucket.text(name)
            if origin is None or "*" in origin:
                continue
            if not re.fullmatch(r"[\w+.-]+://[^/\s]+", origin) and origin != "null":
                found = re.match(r"(?:[\w+.-]+://)?[^/\s]+", origin)
                nearest = found[0] if found else "*"
                nearest = nearest if "://" in nearest else f"https://{nearest}"
                yield violation(name, "be a scheme and a host, as browsers send", origin, nearest)
