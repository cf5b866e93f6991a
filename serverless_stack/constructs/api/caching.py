"""ApiCache and RouteCache: which answers of an API are kept, and for how long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs.api.auth import Auth, identity_of, uncacheable

_PARAMETER = re.compile(r"(querystring|header)\.[^\s']+")
_ORIGIN = "header.Origin"


@dataclass(frozen=True)
class ApiCache:
    """The cache of an API: encrypted answers to GET requests, shared by all callers.

    Requests share an answer if their paths and the parameters listed here are the same. With
    authorisation, what identifies the caller has to be among the parameters; without it, answers
    that depend on the caller need ``header.Authorization`` among them. The cache is billed by the
    hour: 0.5 GB costs $0.02, about $15 a month, at AWS's list price in us-east-1 ("Amazon API
    Gateway pricing").

    Only callers that sign their requests and are allowed ``execute-api:InvalidateCache`` renew an
    answer by ``Cache-Control: max-age=0``; API Gateway ignores the header of all others, and says
    so in a ``Warning`` header. That is AWS's default, and CloudFormation cannot change it.

    Attributes:
        size_gb: The size in GB: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237.
        ttl: How long an answer is kept, 0-3600 seconds.
        parameters: What is part of the cache key beside the path: ``querystring.NAME`` and
            ``header.NAME``.
    """

    size_gb: str = "0.5"
    ttl: Duration = field(default_factory=lambda: Duration.seconds(300))
    parameters: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


@dataclass(frozen=True)
class RouteCache:
    """How the answers of one GET route are kept, in an API with an ``ApiCache``.

    Create it with ``RouteCache(ttl=…, keys=…)`` or ``RouteCache.off()``.

    Attributes:
        ttl: How long an answer is kept, 0-3600 seconds. Default: that of the API.
        keys: What is part of the cache key beside the path and its variables, instead of the
            ``parameters`` of the API: ``querystring.NAME`` and ``header.NAME``. Default: those of
            the API.
        enabled: Whether answers are kept at all.
    """

    ttl: Duration | None = None
    keys: Sequence[str] | None = None
    enabled: bool = True

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    def off(cls) -> RouteCache:
        """Keep no answer of the route."""
        return cls(enabled=False)


def cache_problems(cache: ApiCache) -> list[str]:
    """Check the settings of a cache.

    Args:
        cache: The cache.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.add(seconds_problems("cache.ttl", cache.ttl, *rules.CACHE_TTL_SECONDS))
    problems.add(rules.cache_size_problems(cache.size_gb, "cache.size_gb"))
    problems.add(_parameter_problems(cache.parameters, "cache.parameters"))
    return problems.messages


def route_cache_problems(
    route: RouteCache | None, argument: str, *, verb: str, has_cache: bool
) -> list[str]:
    """Check how the answers of a route are kept.

    Args:
        route: How; None passes.
        argument: The argument, as the caller wrote it.
        verb: The verb of the route.
        has_cache: Whether the API has a cache.

    Returns:
        One message per problem.
    """
    if route is None:
        return []
    problems = Problems()
    if route.ttl is not None:
        problems.add(seconds_problems(f"{argument}.ttl", route.ttl, *rules.CACHE_TTL_SECONDS))
    problems.add(_parameter_problems(route.keys or (), f"{argument}.keys"))
    if not route.enabled:
        problems.require(
            route.ttl is None and route.keys is None,
            f"`{argument}` must have neither `ttl` nor `keys` when it is not enabled",
        )
        return problems.messages
    problems.require(
        has_cache,
        f"`{argument}` must go with the `cache` of the API, got: none; write cache=ApiCache()",
    )
    problems.require(
        verb == "GET",
        f"`{argument}` must be that of a GET route, because only answers to GET are cached, "
        f"got: {verb}; add a GET route beside it",
    )
    return problems.messages


def is_cached(cache: ApiCache | None, route: RouteCache | None, verb: str) -> bool:
    """Return whether the answers of a route are kept.

    Args:
        cache: The cache of the API, or None.
        route: The settings of the route, or None.
        verb: The verb of the route.
    """
    return cache is not None and verb == "GET" and (route is None or route.enabled)


def parameters_of(cache: ApiCache, route: RouteCache | None) -> Sequence[str]:
    """Return what is part of a route's cache key beside the path.

    Args:
        cache: The cache of the API.
        route: The settings of the route, or None.
    """
    return cache.parameters if route is None or route.keys is None else route.keys


def sharing_problems(
    cache: ApiCache | None,
    route: RouteCache | None,
    auth: Auth,
    called: str,
    *,
    many_origins: bool,
) -> list[str]:
    """List why a cached answer would reach a caller that it is not meant for.

    Args:
        cache: The cache of the API, or None.
        route: The settings of the route, or None.
        auth: Who may call the route.
        called: The key of the route.
        many_origins: Whether the answers name the origin that asked, one of several.
    """
    if cache is None or not is_cached(cache, route, called.partition(" ")[0]):
        return []
    reason = uncacheable(auth)
    if reason is not None:
        return [
            f"`cache` must be off for {called!r}, because {reason}; "
            "give it a Route with cache=RouteCache.off()"
        ]
    parameters = parameters_of(cache, route)
    present = {_folded(name) for name in parameters}
    needed = [*identity_of(auth), *([_ORIGIN] if many_origins else [])]
    missing = [name for name in needed if _folded(name) not in present]
    if not missing:
        return []
    argument = "parameters" if route is None or route.keys is None else "keys"
    owner = "cache=ApiCache" if argument == "parameters" else "cache=RouteCache"
    line = f"{owner}({argument}={(*parameters, *missing)!r})"
    return [
        f"`cache` must tell apart those who call {called!r}, got: a cache key without "
        f"{' and '.join(missing)}, so that one caller gets the answer of another; write {line}, or "
        "give the route cache=RouteCache.off()"
    ]


def _folded(name: str) -> str:
    """Return a parameter as API Gateway compares it: the names of headers have no case."""
    return name.lower() if name.startswith("header.") else name


def _parameter_problems(names: Sequence[str], argument: str) -> list[str]:
    problems = Problems()
    invalid = [name for name in names if not is_unresolved(name) and not _PARAMETER.fullmatch(name)]
    problems.require(
        not invalid,
        f"`{argument}` must be querystring.NAME or header.NAME, got: {', '.join(invalid)}",
    )
    problems.add(
        f"`{argument}` must not repeat a name, got: {name!r} more than once"
        for name in repeated(names)
    )
    return problems.messages
