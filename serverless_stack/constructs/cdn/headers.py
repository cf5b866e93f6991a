"""SecurityHeaders: what a distribution adds to answers, and removes from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, TypeAlias

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.shared import shared_construct
from serverless_stack.constructs.api.cors import Cors, cors_problems
from serverless_stack.constructs.cdn.access_control import digest_of, unique_name

Referrer: TypeAlias = Literal[
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
]
_YEAR = 31_536_000
_OWN_HEADERS = {
    "content-security-policy": "csp",
    "referrer-policy": "referrer",
    "strict-transport-security": "hsts",
    "x-content-type-options": None,
    "x-frame-options": "frames",
    "x-xss-protection": None,
}


@dataclass(frozen=True)
class SecurityHeaders:
    """The headers that a distribution adds to answers, and those that it removes.

    ``SecurityHeaders()`` is what CloudFront's own policy SecurityHeadersPolicy sends. Equal values
    share one response headers policy in a stack; an account has 20 of them ("Quotas on
    policies").

    Attributes:
        csp: The value of ``Content-Security-Policy``, 1,783 characters at most;
            ``SecurityHeaders.bundled()`` has one for a bundled front end. Default: none.
        hsts: How long browsers use HTTPS only, in ``Strict-Transport-Security``; 0 seconds makes
            them forget it. None: the header is not sent.
        hsts_subdomains: Whether that counts for all subdomains as well.
        hsts_preload: Whether browsers may know it before the first visit; needs ``hsts_subdomains``
            and a year.
        frames: Which pages may embed these, in ``X-Frame-Options``: none, those of the same origin,
            or all (None).
        referrer: What browsers tell other sites, in ``Referrer-Policy``. None: the header is not
            sent.
        custom: Further headers, 10 at most, such as ``{"Permissions-Policy": "camera=()"}``.
        remove: Headers of the origin that viewers do not get, 10 at most, such as ``Server``.
        cors: The pages of other origins that may read answers. Default: none.
        override: Whether the values replace those of the origin, so that a page cannot have a
            ``csp`` of its own.
    """

    csp: str | None = None
    hsts: Duration | None = field(default_factory=lambda: Duration.seconds(_YEAR))
    hsts_subdomains: bool = False
    hsts_preload: bool = False
    frames: Literal["none", "same-origin"] | None = "same-origin"
    referrer: Referrer | None = "strict-origin-when-cross-origin"
    custom: Mapping[str, str] = field(default_factory=dict)
    remove: Sequence[str] = ()
    cors: Cors | None = None
    override: bool = False

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def bundled(
        cls,
        *,
        connect: Sequence[str] = (),
        scripts: Sequence[str] = (),
        images: Sequence[str] = (),
    ) -> SecurityHeaders:
        """Return headers with a content security policy for a bundled front end.

        Scripts, fonts and pages come from the distribution itself. Bundlers inline small images
        and fonts as ``data:`` URLs, and libraries of components add styles while they run: both
        are allowed. Inline scripts and ``eval`` are not.

        Args:
            connect: Other origins that scripts may call, such as ``https://api.example.com``.
            scripts: Other origins of scripts, or the hash of an inline script.
            images: Other origins of images.
        """
        directives = {
            "default-src": ["'self'"],
            "script-src": ["'self'", *scripts],
            "style-src": ["'self'", "'unsafe-inline'"],
            "img-src": ["'self'", "data:", "blob:", *images],
            "font-src": ["'self'", "data:"],
            "connect-src": ["'self'", *connect],
            "worker-src": ["'self'", "blob:"],
            "object-src": ["'none'"],
            "base-uri": ["'self'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'self'"],
        }
        return cls(csp="; ".join(f"{name} {' '.join(of)}" for name, of in directives.items()))

    @property
    def key(self) -> dict[str, object]:
        """What two equal values have in common."""
        cors = self.cors
        return {
            **asdict(replace(self, hsts=None, cors=None)),
            "hsts": None if self.hsts is None else self.hsts.to_seconds(),
            "cors": None
            if cors is None
            else [
                *map(list, (cors.origins, cors.headers, cors.methods, cors.expose)),
                cors.credentials,
                cors.max_age.to_seconds(),
            ],
        }


def header_problems(headers: SecurityHeaders, argument: str) -> list[str]:
    """Check headers.

    Args:
        headers: The headers.
        argument: What has them, as the caller wrote it.

    Returns:
        One message per problem.
    """
    problems = Problems()
    if headers.csp is not None:
        problems.add(rules.csp_problems(headers.csp, f"{argument}.csp"))
    problems.add(rules.response_header_problems(headers.custom, headers.remove, argument))
    for name in headers.custom:
        own = _OWN_HEADERS.get(name.lower(), "")
        if own:
            problems.fail(f"`{argument}.custom` must leave {name} to `{own}`, got: {name!r}")
        elif own is None:
            problems.fail(
                f"`{argument}.custom` must leave out {name}, which is always sent, got: {name!r}"
            )
        elif name.lower().startswith("access-control-"):
            problems.fail(f"`{argument}.custom` must leave {name} to `cors`, got: {name!r}")
    both = {name.lower() for name in headers.custom} & {name.lower() for name in headers.remove}
    problems.add(
        f"`{argument}.remove` must not have a header of `custom`, got: {name!r}"
        for name in sorted(both)
    )
    if headers.hsts is not None:
        problems.add(seconds_problems(f"{argument}.hsts", headers.hsts, 0, 2**31 - 1))
    seconds = None if headers.hsts is None else headers.hsts
    if headers.hsts_preload:
        long_enough = seconds is not None and (
            seconds.is_unresolved() or seconds.to_seconds(integral=False) >= _YEAR
        )
        problems.require(
            headers.hsts_subdomains and long_enough,
            f"`{argument}.hsts_preload` must go with `hsts_subdomains=True` and an `hsts` of a "
            "year, without which browsers' lists refuse a domain, got: True",
        )
    if headers.cors is not None:
        problems.add(
            message.replace("`cors", f"`{argument}.cors", 1)
            for message in cors_problems(headers.cors)
        )
    return problems.messages


def headers_policy(scope: Construct, headers: SecurityHeaders) -> cloudfront.IResponseHeadersPolicy:
    """Return the policy of headers: CloudFront's own, or one that equal values of a stack share.

    Args:
        scope: The construct of the distribution.
        headers: The headers.
    """
    if headers.key == SecurityHeaders().key:
        return cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS
    suffix = digest_of(scope, headers.key)

    def create(home: Construct, construct_id: str) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            home,
            construct_id,
            response_headers_policy_name=unique_name(home, suffix, 128),
            security_headers_behavior=_security(headers),
            custom_headers_behavior=(
                cloudfront.ResponseCustomHeadersBehavior(
                    custom_headers=[
                        cloudfront.ResponseCustomHeader(
                            header=name, value=value, override=headers.override
                        )
                        for name, value in headers.custom.items()
                    ]
                )
                if headers.custom
                else None
            ),
            remove_headers=list(headers.remove) or None,
            cors_behavior=None if headers.cors is None else _cors(headers.cors),
        )

    return shared_construct(
        scope, None, f"HeadersPolicy{suffix}", cloudfront.ResponseHeadersPolicy, create
    )


def _security(headers: SecurityHeaders) -> cloudfront.ResponseSecurityHeadersBehavior:
    override = headers.override
    frames = cloudfront.HeadersFrameOption
    return cloudfront.ResponseSecurityHeadersBehavior(
        content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
        xss_protection=cloudfront.ResponseHeadersXSSProtection(
            protection=True, mode_block=True, override=override
        ),
        content_security_policy=(
            cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=headers.csp, override=override
            )
            if headers.csp
            else None
        ),
        strict_transport_security=(
            cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=headers.hsts,
                include_subdomains=headers.hsts_subdomains or None,
                preload=headers.hsts_preload or None,
                override=override,
            )
            if headers.hsts
            else None
        ),
        frame_options=(
            cloudfront.ResponseHeadersFrameOptions(
                frame_option=frames.DENY if headers.frames == "none" else frames.SAMEORIGIN,
                override=override,
            )
            if headers.frames
            else None
        ),
        referrer_policy=(
            cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy[
                    headers.referrer.upper().replace("-", "_")
                ],
                override=override,
            )
            if headers.referrer
            else None
        ),
    )


def _cors(cors: Cors) -> cloudfront.ResponseHeadersCorsBehavior:
    return cloudfront.ResponseHeadersCorsBehavior(
        access_control_allow_credentials=cors.credentials,
        access_control_allow_headers=list(cors.headers),
        access_control_allow_methods=list(cors.methods),
        access_control_allow_origins=list(cors.origins),
        access_control_expose_headers=list(cors.expose) or None,
        access_control_max_age=cors.max_age,
        # The origin may not know of the distribution's rules, and two values break CORS.
        origin_override=True,
    )
