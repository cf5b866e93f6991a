"""The configuration of a distribution from the XML of CreateDistribution."""

from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element, fromstring

from .config import (
    Behaviour,
    Config,
    Countries,
    EdgeAssociation,
    ErrorResponse,
    Origin,
    OriginGroup,
)
from .freshness import Lifetimes
from .policies import LEGACY, UNCACHED, CachePolicy, Selection, Selections


@lru_cache(maxsize=64)
def parse_config(xml: str) -> Config:
    """Return the configuration of a ``DistributionConfig`` element."""
    root = fromstring(xml)
    origins = [_origin(each) for each in _items(root, "Origins")]
    groups = [_group(each) for each in _items(root, "OriginGroups")]
    errors = [_error(each) for each in _items(root, "CustomErrorResponses")]
    behaviours = [_behaviour(each) for each in _items(root, "CacheBehaviors")]
    default = _find(root, "DefaultCacheBehavior")
    if default is not None:
        behaviours.append(_behaviour(default))
    restriction = _find(root, "Restrictions", "GeoRestriction")
    return Config(
        origins={each.id: each for each in origins},
        groups={each.id: each for each in groups},
        behaviours=tuple(behaviours),
        errors={each.status: each for each in errors},
        default_root_object=_text(root, "DefaultRootObject"),
        countries=Countries(
            _text(restriction, "RestrictionType", default="none"),
            frozenset(each.text or "" for each in _items(restriction)),
        ),
        web_acl=_text(root, "WebACLId"),
        enabled=_text(root, "Enabled", default="true") != "false",
        staging=_text(root, "Staging") == "true",
        continuous_deployment=_text(root, "ContinuousDeploymentPolicyId"),
        aliases=_texts(root, "Aliases"),
        cache_tag_header=_text(root, "CacheTagConfig", "HeaderName").lower(),
    )


def _origin(element: Element) -> Origin:
    custom = _find(element, "CustomOriginConfig")
    vpc = _find(element, "VpcOriginConfig")
    bucket = _find(element, "S3OriginConfig")
    timeouts = next((each for each in (custom, vpc, bucket) if each is not None), None)
    completion = _text(element, "ResponseCompletionTimeout")
    return Origin(
        id=_text(element, "Id"),
        domain=_text(element, "DomainName"),
        path=_text(element, "OriginPath"),
        headers=tuple(
            (_text(each, "HeaderName"), _text(each, "HeaderValue"))
            for each in _items(element, "CustomHeaders")
        ),
        is_s3=bucket is not None,
        access_control=_text(element, "OriginAccessControlId"),
        access_identity=_text(bucket, "OriginAccessIdentity").rpartition("/")[2],
        http_port=int(_text(custom, "HTTPPort", default="80")),
        https_port=int(_text(custom, "HTTPSPort", default="443")),
        protocol=_text(custom, "OriginProtocolPolicy", default="match-viewer"),
        read_timeout=int(_text(timeouts, "OriginReadTimeout", default="30")),
        completion_timeout=int(completion) if completion else None,
        connection_timeout=int(_text(element, "ConnectionTimeout", default="10")),
        attempts=int(_text(element, "ConnectionAttempts", default="3")),
        vpc_origin=_text(vpc, "VpcOriginId"),
    )


def _group(element: Element) -> OriginGroup:
    codes = _items(element, "FailoverCriteria", "StatusCodes")
    return OriginGroup(
        id=_text(element, "Id"),
        members=tuple(_text(each, "OriginId") for each in _items(element, "Members")),
        statuses=frozenset(int(each.text or 0) for each in codes),
    )


def _error(element: Element) -> ErrorResponse:
    status = int(_text(element, "ErrorCode"))
    return ErrorResponse(
        status=status,
        ttl=float(_text(element, "ErrorCachingMinTTL", default="10")),
        page=_text(element, "ResponsePagePath"),
        page_status=int(_text(element, "ResponseCode", default=str(status))),
    )


def _behaviour(element: Element) -> Behaviour:
    functions = _items(element, "FunctionAssociations")
    edge = _items(element, "LambdaFunctionAssociations")
    return Behaviour(
        pattern=_text(element, "PathPattern", default="*"),
        target=_text(element, "TargetOriginId"),
        viewer_protocol=_text(element, "ViewerProtocolPolicy", default="allow-all"),
        methods=_texts(element, "AllowedMethods") or ("GET", "HEAD"),
        cached_methods=_texts(element, "AllowedMethods", "CachedMethods") or ("GET", "HEAD"),
        compress=_text(element, "Compress") == "true",
        cache_policy=_text(element, "CachePolicyId"),
        origin_request_policy=_text(element, "OriginRequestPolicyId"),
        response_headers_policy=_text(element, "ResponseHeadersPolicyId"),
        legacy=_legacy(element),
        functions=tuple(
            (_text(each, "EventType"), _text(each, "FunctionARN")) for each in functions
        ),
        edge=tuple(
            (
                _text(each, "EventType"),
                EdgeAssociation(
                    _text(each, "LambdaFunctionARN"), _text(each, "IncludeBody") == "true"
                ),
            )
            for each in edge
        ),
        key_groups=_trusted(element, "TrustedKeyGroups"),
        trusted_signers=_trusted(element, "TrustedSigners"),
        field_encryption=_text(element, "FieldLevelEncryptionId"),
    )


def _trusted(element: Element, name: str) -> tuple[str, ...]:
    enabled = _text(element, name, "Enabled", default="true") == "true"
    return _texts(element, name) if enabled else ()


def _legacy(element: Element) -> CachePolicy | None:
    """Return legacy settings as a cache policy ("Cache based on selected request headers")."""
    forwarded = _find(element, "ForwardedValues")
    if forwarded is None:
        return None
    headers = _texts(forwarded, "Headers")
    keys = _texts(forwarded, "QueryStringCacheKeys")
    has_query = _text(forwarded, "QueryString") == "true"
    key = Selections(
        Selection("all") if "*" in headers else Selection.of("whitelist", headers, lower=True),
        Selection.of(
            _text(forwarded, "Cookies", "Forward", default="none"),
            _texts(forwarded, "Cookies", "WhitelistedNames"),
        ),
        Selection.of("whitelist", keys) if keys else Selection("all" if has_query else "none"),
    )
    lifetimes = Lifetimes(
        float(_text(element, "MinTTL", default=str(LEGACY.least))),
        float(_text(element, "DefaultTTL", default=str(LEGACY.default))),
        float(_text(element, "MaxTTL", default=str(LEGACY.most))),
    )
    # All headers in the key means that nothing is cached.
    compress = _text(element, "Compress") == "true"
    kept = UNCACHED if "*" in headers else lifetimes
    return CachePolicy(key, kept, gzip=compress, is_legacy=True)


def _find(element: Element | None, *path: str) -> Element | None:
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if each.tag.rpartition("}")[2] == name), None)
    return element


def _text(element: Element | None, *path: str, default: str = "") -> str:
    found = _find(element, *path)
    return (found.text or "").strip() or default if found is not None else default


def _items(element: Element | None, *path: str) -> Iterator[Element]:
    items = _find(element, *path, "Items")
    yield from items if items is not None else ()


def _texts(element: Element | None, *path: str) -> tuple[str, ...]:
    return tuple(each.text or "" for each in _items(element, *path))
