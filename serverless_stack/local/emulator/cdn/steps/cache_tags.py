"""Cache tags of responses, and what an invalidation by tag drops.

It follows "Invalidating content by cache tags" and "What you need to know when invalidating tags".
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from ..cache import Cache
from ..exchange import Exchange, Next
from ..messages import Response

MOST_TAGS = 50
PREFIX = "#"
_TAG = re.compile(r"[!-+\--~]{1,256}")


async def read_tags(exchange: Exchange, proceed: Next) -> Response:
    """Read the tags of a response of the origin, if the distribution names their header."""
    response = await proceed(exchange)
    name = exchange.distribution.config.cache_tag_header
    return replace(response, tags=tags_of(response.headers.get(name, ()))) if name else response


def tags_of(values: Iterable[str]) -> frozenset[str]:
    """Return the tags in the values of the header, in lower case: the first 50 that are valid."""
    parts = (part.strip().lower() for value in values for part in value.split(","))
    valid = dict.fromkeys(part for part in parts if _TAG.fullmatch(part))
    return frozenset(list(valid)[:MOST_TAGS])


def invalid_tag(items: Iterable[str]) -> str | None:
    """Return the first item of an invalidation that is no tag that CloudFront stores."""
    tags = (item for item in items if item.startswith(PREFIX))
    return next((item for item in tags if not _TAG.fullmatch(item.removeprefix(PREFIX))), None)


def invalidate(cache: Cache, distribution: str, items: Iterable[str]) -> int:
    """Drop the responses that an invalidation matches by path or by tag.

    Args:
        cache: The cache of all distributions.
        distribution: The id of the distribution.
        items: Paths, and tags with a ``#`` before each.

    Returns:
        How many responses were dropped.
    """
    listed = list(items)
    paths = [item for item in listed if not item.startswith(PREFIX)]
    tags = {item.removeprefix(PREFIX).lower() for item in listed if item.startswith(PREFIX)}
    dropped = cache.invalidate(distribution, paths) if paths else 0
    return dropped + cache.drop_matching(
        distribution, lambda _key, response: bool(tags & response.tags)
    )
