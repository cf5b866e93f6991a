"""Cache: how long a distribution keeps answers, and what tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import Duration

from serverless_stack.constructs._internal.arguments import check_fields

Names = Sequence[str] | Literal["all"]


@dataclass(frozen=True)
class Cache:
    """How long a distribution keeps answers, and which parts of a request tell them apart.

    Create it with ``Cache(…)``, ``Cache.off()``, ``Cache.optimized()`` or ``Cache.media()``.

    Everything that tells answers apart reaches the origin as well. Equal caches share one cache
    policy in a stack, and none is created where one that CloudFront manages is equal; an account
    has 20 policies of its own ("Quotas").

    Attributes:
        min_ttl: How long an answer is kept at least, even if the origin forbids it. Default: the
            origin may forbid it.
        default_ttl: How long an answer is kept whose origin says nothing about it. Default: a day,
            or the nearest that ``min_ttl`` and ``max_ttl`` leave.
        max_ttl: How long an answer is kept at most. Default: a year.
        query_strings: The query strings that tell answers apart, or ``all``. Default: none.
        exclude_query_strings: The query strings that do not, such as ``utm_source``; all others
            do.
        headers: The request headers that tell answers apart. Default: none.
        cookies: The cookies that tell answers apart, or ``all``. Default: none.
        exclude_cookies: The cookies that do not; all others do.
        compress: Whether answers compressed by Brotli or gzip are kept beside plain ones, which
            CloudFront needs to compress.
    """

    min_ttl: Duration | None = None
    default_ttl: Duration | None = None
    max_ttl: Duration | None = None
    query_strings: Names = ()
    exclude_query_strings: Sequence[str] = ()
    headers: Sequence[str] = ()
    cookies: Names = ()
    exclude_cookies: Sequence[str] = ()
    compress: bool = True

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    def off(cls) -> Cache:
        """Keep no answer."""
        none = Duration.seconds(0)
        return cls(none, none, none, compress=False)

    @classmethod
    def optimized(cls) -> Cache:
        """Keep each path for a day, or as long as the origin says, a second at least."""
        return cls(Duration.seconds(1))

    @classmethod
    def media(cls) -> Cache:
        """Keep video as CloudFront's policy for AWS Elemental MediaPackage does.

        The parameters of manifests and the header ``Origin`` tell answers apart.
        """
        parameters = ("aws.manifestfilter", "start", "end", "m")
        return cls(query_strings=parameters, headers=("Origin",))
