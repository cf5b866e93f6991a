"""Origin: where a distribution gets what it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from aws_cdk import Duration
from typing_extensions import Unpack

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs.cdn.targets import (
    KIND_MEMBERS,
    AnyApi,
    AnyBucket,
    AnyLoadBalancer,
    AnyUrl,
    ChannelGroup,
    HeaderValue,
    Kind,
    MediaEndpoint,
    OriginOptions,
    Scheme,
    has_member,
)
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.storage.bucket import StorageBucket


@dataclass(frozen=True)
class Origin:
    """Where a distribution gets what it serves, with settings of its own.

    Create it with ``Origin.bucket(…)``, ``.api(…)``, ``.function_url(…)``, ``.load_balancer(…)``,
    ``.http(…)``, ``.media_package(…)`` or ``.group(…)``.

    Attributes:
        kind: What it is.
        resource: The bucket, API, function URL or load balancer; None for others.
        domain_name: The domain name of a server, or of a certificate of a load balancer.
        path: What is put before the path of each request, such as ``/site``; for an API, its
            stage. Default: nothing.
        port: The port of a server or load balancer. Default: that of the protocol.
        protocol: The protocol to a server or load balancer; ``viewer`` for that of the viewer.
        private: Whether a load balancer is reached inside its VPC. Default: if it is internal.
        endpoints: The endpoints of MediaPackage that the distribution may read.
        members: The origins of a group: the primary one and the one for failures.
        status_codes: The statuses of the primary origin after which a group asks the other one.
        read_timeout: How long CloudFront waits for a response, and for each packet of it, 1-120
            seconds, up to 180 with a raised quota ("Response timeout"). Default: 30 seconds. Not
            for buckets.
        keepalive_timeout: How long an idle connection is kept, 1-120 seconds. Default: 5 seconds.
            Not for buckets.
        response_completion_timeout: How long the whole response may take, ``read_timeout`` or
            more. Default: as long as it does.
        connection_timeout: How long CloudFront tries to connect, 1-10 seconds. Default: 10
            seconds.
        connection_attempts: How often it tries, 1-3. Default: 3.
        shield: The region of Origin Shield, through which all requests pass, billed per request.
            Default: none.
        headers: Headers that CloudFront adds to requests; the value of a secret is read while the
            stack is deployed, and can be seen in the settings of the distribution. Default: none.
    """

    kind: Kind
    resource: AnyBucket | AnyApi | AnyUrl | AnyLoadBalancer | None = None
    domain_name: str | None = None
    path: str | None = None
    port: int | None = None
    protocol: Scheme | None = None
    private: bool | None = None
    endpoints: Sequence[MediaEndpoint] = ()
    members: Sequence[Origin] = ()
    status_codes: Sequence[int] = ()
    read_timeout: Duration | None = None
    keepalive_timeout: Duration | None = None
    response_completion_timeout: Duration | None = None
    connection_timeout: Duration | None = None
    connection_attempts: int | None = None
    shield: str | None = None
    headers: Mapping[str, HeaderValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the types of the fields, and that there is what the kind of origin is made of."""
        check_fields(self)
        problems = Problems("Origin")
        for name, value, kinds in (
            ("resource", self.resource, ("bucket", "api", "function_url", "load_balancer")),
            ("domain_name", self.domain_name, ("http", "media_package")),
            ("members", self.members or None, ("group",)),
        ):
            if self.kind in kinds and value is None:
                problems.fail(f"`{name}` must be given, got: None; write Origin.{self.kind}(…)")
        problems.raise_if_any()

    @classmethod
    @check_types
    def bucket(
        cls, bucket: AnyBucket, *, path: str | None = None, **options: Unpack[OriginOptions]
    ) -> Origin:
        """Serve the objects of a bucket, which only the distribution reads.

        Args:
            bucket: The bucket.
            path: The folder to serve, such as ``/site``; the distribution can read nothing else.
                Default: the whole bucket.
            options: Further settings; see ``Origin``.
        """
        return cls("bucket", bucket, path=path, **options)

    @classmethod
    @check_types
    def api(
        cls, api: AnyApi, *, stage: str | None = None, **options: Unpack[OriginOptions]
    ) -> Origin:
        """Pass requests to a REST or HTTP API, with the whole path.

        Args:
            api: The API.
            stage: The stage. Default: the first one of a REST API, ``$default`` of an HTTP API.
            options: Further settings; see ``Origin``.
        """
        return cls("api", api, path=None if stage in (None, "$default") else f"/{stage}", **options)

    @classmethod
    @check_types
    def function_url(cls, url: AnyUrl, **options: Unpack[OriginOptions]) -> Origin:
        """Pass requests to a function, signed by CloudFront if its URL wants that.

        With ``FunctionUrl(auth="iam")`` nobody calls the URL but the distribution. Clients that
        send a body then have to send its SHA-256 in the header ``x-amz-content-sha256`` ("Restrict
        access to an AWS Lambda function URL origin").

        Args:
            url: A ``LambdaHandler`` with a ``url``, or a function URL of CDK.
            options: Further settings; see ``Origin``.
        """
        return cls("function_url", url, **options)

    @classmethod
    @check_types
    def load_balancer(
        cls,
        load_balancer: AnyLoadBalancer,
        *,
        private: bool | None = None,
        domain_name: str | None = None,
        port: int | None = None,
        protocol: Scheme | None = None,
        path: str | None = None,
        **options: Unpack[OriginOptions],
    ) -> Origin:
        """Pass requests to an Application or Network Load Balancer.

        A private one is reached by a VPC origin, which the stack creates once for a load balancer
        and a port; its security group has to admit the addresses of the VPC ("Restrict access with
        VPC origins").

        Args:
            load_balancer: The load balancer.
            private: Whether it is reached inside its VPC. Default: if it is internal.
            domain_name: A name of its certificate that resolves to it, which HTTPS needs.
            port: The port. Default: 443 for HTTPS, 80 for HTTP.
            protocol: The protocol. Default: ``https`` with a ``domain_name`` or for a public load
                balancer, ``http`` inside the VPC.
            path: What is put before the path of each request. Default: nothing.
            options: Further settings; see ``Origin``.
        """
        return cls(
            "load_balancer",
            load_balancer,
            private=private,
            domain_name=domain_name,
            port=port,
            protocol=protocol,
            path=path,
            **options,
        )

    @classmethod
    @check_types
    def http(
        cls,
        domain_name: str,
        *,
        path: str | None = None,
        port: int | None = None,
        protocol: Scheme = "https",
        **options: Unpack[OriginOptions],
    ) -> Origin:
        """Pass requests to any HTTP server on the internet.

        A header with a secret, such as ``headers={"X-Origin-Verify": secret}``, shows the server
        that a request came through the distribution.

        Args:
            domain_name: The domain name, such as ``example.com``.
            path: What is put before the path of each request. Default: nothing.
            port: The port: 80, 443 or 1024-65535. Default: that of the protocol.
            protocol: The protocol; ``viewer`` for that of the viewer, which is HTTPS after the
                redirect. HTTPS is TLS 1.2.
            options: Further settings; see ``Origin``.
        """
        return cls(
            "http", domain_name=domain_name, path=path, port=port, protocol=protocol, **options
        )

    @classmethod
    @check_types
    def media_package(
        cls,
        channel_group: ChannelGroup | str,
        *,
        endpoints: Sequence[MediaEndpoint] = (),
        **options: Unpack[OriginOptions],
    ) -> Origin:
        """Serve the video of AWS Elemental MediaPackage v2, which only the distribution reads.

        Args:
            channel_group: The channel group, or its domain name.
            endpoints: The endpoints that the distribution may read; each gets an endpoint policy.
                Default: none; their policies are not in this stack.
            options: Further settings; see ``Origin``.
        """
        name = channel_group if isinstance(channel_group, str) else channel_group.attr_egress_domain
        return cls("media_package", domain_name=name, endpoints=endpoints, **options)

    @classmethod
    @check_types
    def group(
        cls,
        primary: Target,
        fallback: Target,
        *,
        status_codes: Sequence[int] = (500, 502, 503, 504),
    ) -> Origin:
        """Ask a second origin where the first one fails: for GET, HEAD and OPTIONS alone.

        Args:
            primary: The first origin.
            fallback: The second one, which is asked if the first one cannot be reached as well.
            status_codes: The statuses of the first one after which the second one is asked, of
                403, 404, 416, 429, 500, 502, 503 and 504.
        """
        members = (origin_of(primary), origin_of(fallback))
        return cls("group", members=members, status_codes=status_codes)

    @property
    def is_cached(self) -> bool:
        """Whether its answers are cached by default: those of buckets and MediaPackage are."""
        return self.leaf.kind in ("bucket", "media_package")

    @property
    def leaf(self) -> Origin:
        """The origin itself, or the first one of a group."""
        return self.members[0].leaf if self.members else self

    @property
    def leaves(self) -> list[Origin]:
        """The origin itself, or those of a group."""
        return [leaf for member in self.members for leaf in member.leaves] or [self]


Target: TypeAlias = AnyBucket | AnyApi | AnyUrl | AnyLoadBalancer | Origin
"""What a behavior serves: a construct, or an ``Origin`` with settings of its own."""


def origin_of(target: Target) -> Origin:
    """Return a target as an origin, with default settings for a construct.

    Args:
        target: The target.
    """
    if isinstance(target, Origin):
        return target
    if isinstance(target, StorageBucket):
        return Origin("bucket", target)
    if isinstance(target, LambdaHandler):
        return Origin("function_url", target)
    for kind, member in KIND_MEMBERS.items():
        if has_member(target, member):
            return Origin(kind, target)
    return Origin("api", target)
