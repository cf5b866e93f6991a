"""Cache tags of a handler's answers, by which CloudFront can drop them from its cache.

CloudFront reads the tags from the header ``x-amz-meta-cache-tag`` of answers that it caches, if the
distribution is a ``Cdn`` with ``cache_tags=True``::

    from serverless_stack.runtime.cache_tags import cache_tags

    def handler(event, context):
        product = event["pathParameters"]["id"]
        answer = {"statusCode": 200, "headers": {"Cache-Control": "s-maxage=86400"}, "body": "…"}
        return cache_tags(answer, "products", f"product-{product}")

``serverless-stack invalidate E1234567890 --tag product-42`` drops what has the tag. Viewers see the
header, so nothing secret belongs in it.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from itertools import chain
from typing import TypeVar, cast

from serverless_stack._shared.cache_tags import (
    HEADER,
    header_value,
    tag_count_problems,
    tag_problems,
    tags_in,
)

__all__ = ["HEADER", "cache_tags", "tag_header", "tagged"]

_Answer = TypeVar("_Answer")


def tag_header(*tags: str) -> dict[str, str]:
    """Return the header with cache tags, for frameworks with answers of their own.

    Args:
        tags: The tags: 1-50, each of 1-256 visible ASCII characters without ``,``, ``*`` and a
            ``#`` at the beginning. Upper and lower case are the same ("Invalidating content by
            cache tags").

    Raises:
        ValueError: If there is no tag, there are too many, or CloudFront would not store one.
    """
    if not tags:
        raise ValueError("`tags` must have at least one tag, got: none")
    for message in chain(tag_problems(tags, "tags"), tag_count_problems(tags, "tags")):
        raise ValueError(message)
    return {HEADER: header_value(tags)}


def cache_tags(answer: _Answer, *tags: str) -> _Answer:
    """Return an answer with cache tags, in addition to those that it has already.

    Args:
        answer: What the handler returns. Anything but a mapping with ``statusCode`` is returned
            as it is.
        tags: The tags, as in `tag_header`.

    Raises:
        ValueError: If there is no tag, there are more than 50 with those of the answer, or
            CloudFront would not store one.
    """
    header = tag_header(*tags)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return answer
    completed: dict[str, object] = {**answer}
    present: list[str] = []
    for field in ("headers", "multiValueHeaders"):
        headers = completed.get(field)
        if not isinstance(headers, Mapping):
            continue
        kept = {}
        for name, value in headers.items():
            if str(name).lower() != HEADER:
                kept[name] = value
                continue
            for text in value if isinstance(value, list | tuple) else [value]:
                present += tags_in(str(text))
        completed[field] = kept
    if present:
        header = tag_header(*present, *tags)
    given = completed.get("headers")
    completed["headers"] = {**(given if isinstance(given, Mapping) else {}), **header}
    return cast(_Answer, completed)


def tagged(*tags: str) -> Callable[[Callable[..., _Answer]], Callable[..., _Answer]]:
    """Add cache tags to every answer of a handler.

    Args:
        tags: The tags, as in `tag_header`.

    Raises:
        ValueError: At import, if there is no tag, there are too many, or CloudFront would not
            store one.
    """
    tag_header(*tags)

    def decorate(handler: Callable[..., _Answer]) -> Callable[..., _Answer]:
        @wraps(handler)
        def answering(*arguments: object, **named: object) -> _Answer:
            return cache_tags(handler(*arguments, **named), *tags)

        return answering

    return decorate
