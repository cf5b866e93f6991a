"""CloudFront's cache, and the invalidations that empty it. In MiniStack, they are only records."""

from typing import Any

from ministack.services import cloudfront

from ..cdn.cache import Cache

CACHE = Cache()
"""The cache of all distributions."""


def apply() -> None:
    """Apply this module's patches."""
    drop_what_is_invalidated()


def drop_what_is_invalidated() -> None:
    """Drop invalidated responses.

    A repeated invalidation has no new record and drops nothing, as on AWS.
    """
    create = cloudfront._create_invalidation

    def creating(distribution: str, body: bytes) -> Any:
        before = len(cloudfront._invalidations.get(distribution) or ())
        answer = create(distribution, body)
        for invalidation in (cloudfront._invalidations.get(distribution) or [])[before:]:
            CACHE.invalidate(distribution, invalidation["InvalidationBatch"]["Paths"]["Items"])
        return answer

    cloudfront._create_invalidation = creating
