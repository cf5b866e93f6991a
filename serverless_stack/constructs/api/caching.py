"""ApiCache: which answers of an API are kept, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.durations import seconds_problems


@dataclass(frozen=True)
class ApiCache:
    """The cache of an API: encrypted answers to GET requests, shared by all callers.

    Requests share an answer if their paths and the parameters listed here are the same. Answers
    that depend on the caller need ``header.Authorization`` among the parameters. The cache is
    billed by the hour: 0.5 GB costs $0.02, about $15 a month, at AWS's list price in us-east-1
    ("Amazon API Gateway pricing").

    Attributes:
        ttl: How long an answer is kept, 0-3600 seconds.
        size_gb: The size in GB: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237.
        parameters: What is part of the cache key beside the path: ``querystring.NAME`` and
            ``header.NAME``.
    """

    ttl: Duration = field(default_factory=lambda: Duration.seconds(300))
    size_gb: str = "0.5"
    parameters: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


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
    invalid = [name for name in cache.parameters if not _is_parameter(name)]
    problems.require(
        not invalid,
        f"`cache.parameters` must be querystring.NAME or header.NAME, got: {', '.join(invalid)}",
    )
    return problems.messages


def _is_parameter(name: str) -> bool:
    location, _, rest = name.partition(".")
    return location in ("querystring", "header") and bool(rest)
