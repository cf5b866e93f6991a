"""CloudFront's cache, and the invalidations that empty it. In MiniStack, they are only records."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from ministack.services import cloudfront

from ..cdn.cache import Cache
from ..cdn.steps.cache_tags import invalid_tag, invalidate

CACHE = Cache()
"""The cache of all distributions."""


def apply() -> None:
    """Apply this module's patches."""
    drop_what_is_invalidated()


def drop_what_is_invalidated() -> None:
    """Drop invalidated responses, and refuse items with ``#`` that are no cache tag.

    A repeated invalidation has no new record and drops nothing, as on AWS.
    """
    create = cloudfront._create_invalidation

    def creating(distribution: str, body: bytes) -> Any:
        wrong = invalid_tag(element.text or "" for element in _paths(body))
        if wrong is not None:
            message = f"Your request contains one or more invalid cache tags: {wrong}"
            return cloudfront._error("InvalidArgument", message, 400)
        before = len(cloudfront._invalidations.get(distribution) or ())
        answer = create(distribution, body)
        for invalidation in (cloudfront._invalidations.get(distribution) or [])[before:]:
            items = invalidation["InvalidationBatch"]["Paths"]["Items"]
            invalidate(CACHE, distribution, items)
        return answer

    cloudfront._create_invalidation = creating


def _paths(body: bytes) -> Iterator[Element]:
    """Return the items of an invalidation batch; MiniStack refuses what is no XML."""
    try:
        root = fromstring(body)
    except ParseError:
        return iter(())
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == "Path")
