"""The configuration of a distribution ("DistributionConfig" in the API reference)."""

from dataclasses import dataclass
from functools import cached_property
from re import Pattern

from .patterns import path_pattern
from .policies import CachePolicy


@dataclass(frozen=True)
class Origin:
    """An origin.

    Attributes:
        id: The id.
        domain: The domain name.
        path: The origin path.
        headers: The custom headers, with the case of their names.
        is_s3: Whether it has an S3 origin configuration.
        access_control: The id of its origin access control, or an empty string.
        access_identity: The id of its origin access identity, or an empty string.
        http_port: The port for HTTP.
        https_port: The port for HTTPS.
        protocol: ``http-only``, ``https-only`` or ``match-viewer``.
        read_timeout: Seconds until each part of a response arrives.
        completion_timeout: Seconds until the whole response is there; None is no limit.
        connection_timeout: Seconds of an attempt to connect.
        attempts: How often a connection is attempted.
        vpc_origin: The id of its VPC origin, or an empty string.
        host: The ``Host`` that it gets; an empty string is its domain name.
    """

    id: str
    domain: str
    path: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    is_s3: bool = False
    access_control: str = ""
    access_identity: str = ""
    http_port: int = 80
    https_port: int = 443
    protocol: str = "match-viewer"
    read_timeout: int = 30
    completion_timeout: int | None = None
    connection_timeout: int = 10
    attempts: int = 3
    vpc_origin: str = ""
    host: str = ""


@dataclass(frozen=True)
class OriginGroup:
    """An origin group.

    Attributes:
        id: The id.
        members: The ids of the primary and the secondary origin.
        statuses: The statuses at which the secondary is tried.
    """

    id: str
    members: tuple[str, ...]
    statuses: frozenset[int]


@dataclass(frozen=True)
class Target:
    """Where a request goes.

    Attributes:
        origins: The origin, or the members of a group in order.
        statuses: The statuses at which the next origin is tried.
    """

    origins: tuple[Origin, ...]
    statuses: frozenset[int] = frozenset()


@dataclass(frozen=True)
class EdgeAssociation:
    """A Lambda@Edge function of a behaviour.

    Attributes:
        arn: The ARN of its version.
        include_body: Whether the function gets the body.
    """

    arn: str
    include_body: bool = False


@dataclass(frozen=True)
class Behaviour:
    """A cache behaviour.

    Attributes:
        pattern: The path pattern; ``*`` for the default behaviour.
        target: The id of its origin or origin group.
        viewer_protocol: ``allow-all``, ``redirect-to-https`` or ``https-only``.
        methods: The allowed methods.
        cached_methods: Those whose responses are cached.
        compress: Whether responses are compressed.
        cache_policy: The id of its cache policy, or an empty string.
        origin_request_policy: The id of its origin request policy, or an empty string.
        response_headers_policy: The id of its response headers policy, or an empty string.
        legacy: The legacy settings of a behaviour without a cache policy.
        functions: The ARN of the CloudFront function of each event.
        edge: The Lambda@Edge function of each event.
        key_groups: The ids of its trusted key groups; an empty tuple if none is required.
        trusted_signers: The accounts whose keys sign; an empty tuple if none is required.
        field_encryption: The id of its field-level encryption, or an empty string.
    """

    pattern: str
    target: str
    viewer_protocol: str = "allow-all"
    methods: tuple[str, ...] = ("GET", "HEAD")
    cached_methods: tuple[str, ...] = ("GET", "HEAD")
    compress: bool = False
    cache_policy: str = ""
    origin_request_policy: str = ""
    response_headers_policy: str = ""
    legacy: CachePolicy | None = None
    functions: tuple[tuple[str, str], ...] = ()
    edge: tuple[tuple[str, EdgeAssociation], ...] = ()
    key_groups: tuple[str, ...] = ()
    trusted_signers: tuple[str, ...] = ()
    field_encryption: str = ""

    @cached_property
    def regex(self) -> Pattern[str]:
        """The pattern of paths."""
        return path_pattern(self.pattern)

    def function(self, event: str) -> str:
        """Return the ARN of the CloudFront function of an event, or an empty string."""
        return dict(self.functions).get(event, "")

    def edge_function(self, event: str) -> EdgeAssociation | None:
        """Return the Lambda@Edge function of an event."""
        return dict(self.edge).get(event)


@dataclass(frozen=True)
class ErrorResponse:
    """A custom error response.

    Attributes:
        status: The status of the origin.
        ttl: The minimum seconds for which the error is cached.
        page: The path of the page, or an empty string.
        page_status: The status of the response with the page.
    """

    status: int
    ttl: float = 10
    page: str = ""
    page_status: int = 0


@dataclass(frozen=True)
class Countries:
    """A geographic restriction.

    Attributes:
        kind: ``none``, ``whitelist`` or ``blacklist``.
        codes: The countries, two letters each.
    """

    kind: str = "none"
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Config:
    """A distribution's configuration.

    Attributes:
        origins: The origins by id.
        groups: The origin groups by id.
        behaviours: The behaviours in order; the default one is the last.
        errors: The custom error responses by status.
        default_root_object: The default root object, or an empty string.
        countries: The geographic restriction.
        web_acl: The ARN or id of its web ACL, or an empty string.
        enabled: Whether it serves.
        staging: Whether it is a staging distribution.
        continuous_deployment: The id of its continuous deployment policy, or an empty string.
        aliases: The alternate domain names.
        cache_tag_header: The header of the origin with cache tags, or an empty string.
    """

    origins: dict[str, Origin]
    groups: dict[str, OriginGroup]
    behaviours: tuple[Behaviour, ...]
    errors: dict[int, ErrorResponse]
    default_root_object: str = ""
    countries: Countries = Countries()
    web_acl: str = ""
    enabled: bool = True
    staging: bool = False
    continuous_deployment: str = ""
    aliases: tuple[str, ...] = ()
    cache_tag_header: str = ""

    def behaviour(self, path: str) -> Behaviour:
        """Return the first behaviour whose pattern matches a path, decoded or not."""
        return next(each for each in self.behaviours if each.regex.match(path))

    def target(self, target_id: str) -> Target:
        """Return the origin or origin group of an id."""
        group = self.groups.get(target_id)
        ids = group.members if group else (target_id,)
        origins = tuple(self.origins[each] for each in ids if each in self.origins)
        return Target(origins, group.statuses if group else frozenset())
