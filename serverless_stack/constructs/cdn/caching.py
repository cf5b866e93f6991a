"""Cache: how long a distribution keeps answers, and what tells them apart."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.durations import seconds, seconds_of, seconds_problems
from serverless_stack.constructs._internal.shared import shared_construct
from serverless_stack.constructs.cdn.access_control import digest_of, unique_name

Names: TypeAlias = Sequence[str] | Literal["all"]
_DAY, _YEAR = 86_400, 31_536_000
# "Define query strings in the cache key" of MediaPackage: filters, start-over, time delay, and the
# parameters of low-latency HLS.
_MEDIA_QUERY_STRINGS = (
    *("aws.manifestfilter", "aws.manifestsettings", "start", "end", "time_delay"),
    *("_HLS_msn", "_HLS_part", "_HLS_skip"),
)


@dataclass(frozen=True)
class Cache:
    """How long a distribution keeps answers, and which parts of a request tell them apart.

    Create it with ``Cache(…)``, ``Cache.off()``, ``Cache.optimized()`` or ``Cache.media()``.

    Everything that tells answers apart reaches the origin as well. Equal caches share one cache
    policy in a stack, and none is created where one that CloudFront manages is equal; an account
    has 20 policies of its own ("Quotas on policies").

    Attributes:
        min_ttl: How long an answer is kept at least, even if the origin forbids it. Default: the
            origin may forbid it.
        default_ttl: How long an answer is kept whose origin says nothing about it. Default: a day,
            or the nearest that ``min_ttl`` and ``max_ttl`` leave.
        max_ttl: How long an answer is kept at most. Default: a year, or ``min_ttl`` or
            ``default_ttl`` if that is longer.
        query_strings: The query strings that tell answers apart, 10 at most, or ``all``. Default:
            none.
        exclude_query_strings: The query strings that do not, such as ``utm_source``; all others
            do. Default: as in ``query_strings``.
        headers: The request headers that tell answers apart, 10 at most. Default: none.
        cookies: The cookies that tell answers apart, 10 at most, or ``all``. Default: none.
        exclude_cookies: The cookies that do not; all others do. Default: as in ``cookies``.
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
        none = seconds(0)
        return cls(none, none, none, compress=False)

    @classmethod
    def optimized(cls) -> Cache:
        """Keep each path for a day, or as long as the origin says, a second at least."""
        return cls(seconds(1))

    @classmethod
    def media(cls) -> Cache:
        """Keep video as long as its origin says, for HLS, low-latency HLS and DASH.

        The query strings of manifests and the header ``Origin`` tell answers apart ("Working with
        AWS Elemental MediaPackage and CDNs").
        """
        return cls(query_strings=_MEDIA_QUERY_STRINGS, headers=("Origin",))

    @functools.cached_property
    def seconds(self) -> tuple[int, int, int]:
        """The least, the default and the longest time that an answer is kept."""
        least = 0 if self.min_ttl is None else _seconds(self.min_ttl)
        longest = None if self.max_ttl is None else _seconds(self.max_ttl)
        if self.default_ttl is not None:
            usual = _seconds(self.default_ttl)
        else:
            usual = max(least, _DAY if longest is None else min(_DAY, longest))
        return least, usual, max(_YEAR, least, usual) if longest is None else longest

    @property
    def keeps(self) -> bool:
        """Whether any answer is kept."""
        return self.seconds[2] > 0

    @functools.cached_property
    def key(self) -> tuple[object, ...]:
        """What two equal caches have in common."""
        return _key(
            self.seconds,
            _names(self.query_strings, self.exclude_query_strings),
            self.headers,
            _names(self.cookies, self.exclude_cookies),
            self.compress,
        )


def _key(
    seconds: tuple[int, int, int],
    query_strings: object,
    headers: Sequence[str],
    cookies: object,
    compress: bool,
) -> tuple[object, ...]:
    lower = tuple(sorted(name.lower() for name in headers))
    return (*seconds, query_strings, lower, cookies, compress)


def _seconds(duration: Duration) -> int:
    """Return the seconds of a duration that is known at synthesis."""
    return int(seconds_of(duration) or 0)


def _names(names: Names, excluded: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    if excluded:
        return "but", tuple(sorted(excluded))
    return ("all", ()) if names == "all" else ("only", tuple(sorted(names)))


def cache_problems(cache: Cache, argument: str) -> list[str]:
    """Check a cache.

    Args:
        cache: The cache.
        argument: What has it, as the caller wrote it.

    Returns:
        One message per problem.
    """
    problems = Problems()
    times = {
        "min_ttl": cache.min_ttl,
        "default_ttl": cache.default_ttl,
        "max_ttl": cache.max_ttl,
    }
    given = {name: value for name, value in times.items() if value is not None}
    if any(seconds_of(value) is None for value in given.values()):
        problems.fail(f"`{argument}` must have times that are known at synthesis, got: a token")
        return problems.messages
    for name, value in given.items():
        problems.add(seconds_problems(f"{argument}.{name}", value, 0))
    if problems.messages:
        return problems.messages
    known = [(name, _seconds(value)) for name, value in given.items()]
    for place, (low_name, low) in enumerate(known):
        for high_name, high in known[place + 1 :]:
            problems.require(
                low <= high,
                f"`{argument}.{low_name}` must not be above `{high_name}` ({high} seconds), "
                f"got: {low} seconds",
            )
    for part, names, excluded in (
        ("query_strings", cache.query_strings, cache.exclude_query_strings),
        ("cookies", cache.cookies, cache.exclude_cookies),
    ):
        problems.require(
            not names or not excluded,
            f"`{argument}.{part}` must be left out with `exclude_{part}`, which takes all others, "
            f"got: both",
        )
    problems.add(rules.cache_key_problems(_lists(cache), argument))
    has_key = any(_lists(cache).values()) or "all" in (cache.query_strings, cache.cookies)
    if not cache.keeps and (has_key or cache.compress):
        problems.fail(
            f"`{argument}` must be Cache.off() if nothing is kept, because CloudFront then accepts "
            "no query strings, headers, cookies and compression in its key, got: `max_ttl` of 0 "
            "seconds with them; `forward` passes them to the origin"
        )
    lower = {name.lower() for name in cache.headers}
    if "cookie" in lower:
        problems.fail(f"`{argument}.headers` must leave cookies to `cookies`, got: 'Cookie'")
    if cache.compress and "accept-encoding" in lower:
        problems.fail(
            f"`{argument}.headers` must leave Accept-Encoding to `compress`, got: 'Accept-Encoding'"
        )
    return problems.messages


def _lists(cache: Cache) -> Mapping[str, Sequence[str]]:
    return {
        "query_strings": [] if cache.query_strings == "all" else cache.query_strings,
        "exclude_query_strings": cache.exclude_query_strings,
        "headers": cache.headers,
        "cookies": [] if cache.cookies == "all" else cache.cookies,
        "exclude_cookies": cache.exclude_cookies,
    }


@functools.cache
def _managed() -> Mapping[tuple[object, ...], str]:
    """The policies that CloudFront manages, by what they keep ("Use managed cache policies")."""
    origin = ("Host", "Origin", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override")
    none, every = _names((), ()), _names("all", ())
    a_day, by_origin = (1, _DAY, _YEAR), (0, 0, _YEAR)
    return {
        _key((0, 0, 0), none, (), none, False): "CACHING_DISABLED",
        _key(a_day, none, (), none, True): "CACHING_OPTIMIZED",
        _key(a_day, none, (), none, False): "CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS",
        _key(by_origin, none, origin, every, True): "USE_ORIGIN_CACHE_CONTROL_HEADERS",
        _key(by_origin, every, origin, every, True): (
            "USE_ORIGIN_CACHE_CONTROL_HEADERS_QUERY_STRINGS"
        ),
    }


@functools.cache
def _managed_policy(name: str) -> cloudfront.ICachePolicy:
    policy: cloudfront.ICachePolicy = getattr(cloudfront.CachePolicy, name)
    return policy


def cache_policy(scope: Construct, cache: Cache) -> cloudfront.ICachePolicy:
    """Return the policy of a cache: a managed one, or one that equal caches of the stack share.

    Args:
        scope: The construct of the distribution.
        cache: The cache.
    """
    managed = _managed().get(cache.key)
    if managed is not None:
        return _managed_policy(managed)
    suffix = digest_of(scope, cache.key)
    least, usual, longest = (Duration.seconds(seconds) for seconds in cache.seconds)
    queries, cookies = cloudfront.CacheQueryStringBehavior, cloudfront.CacheCookieBehavior

    def create(home: Construct, construct_id: str) -> cloudfront.CachePolicy:
        return cloudfront.CachePolicy(
            home,
            construct_id,
            cache_policy_name=unique_name(home, suffix, 128),
            min_ttl=least,
            default_ttl=usual,
            max_ttl=longest,
            query_string_behavior=(
                queries.deny_list(*cache.exclude_query_strings)
                if cache.exclude_query_strings
                else queries.all()
                if cache.query_strings == "all"
                else queries.allow_list(*cache.query_strings)
                if cache.query_strings
                else None
            ),
            cookie_behavior=(
                cookies.deny_list(*cache.exclude_cookies)
                if cache.exclude_cookies
                else cookies.all()
                if cache.cookies == "all"
                else cookies.allow_list(*cache.cookies)
                if cache.cookies
                else None
            ),
            header_behavior=(
                cloudfront.CacheHeaderBehavior.allow_list(*cache.headers) if cache.headers else None
            ),
            enable_accept_encoding_brotli=cache.compress,
            enable_accept_encoding_gzip=cache.compress,
        )

    return shared_construct(scope, None, f"CachePolicy{suffix}", cloudfront.CachePolicy, create)
