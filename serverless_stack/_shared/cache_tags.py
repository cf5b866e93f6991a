"""Cache tags of CloudFront: their header, and the limits on their values.

The limits are those of "Invalidating content by cache tags" and "What you need to know when
invalidating tags" in the CloudFront Developer Guide. Standard library only.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

HEADER: Final = "x-amz-meta-cache-tag"
"""The header of origin responses that CloudFront reads. S3 sends it for metadata `METADATA_KEY`."""
METADATA_KEY: Final = "cache-tag"
"""The name of the user-defined metadata of S3 objects that becomes `HEADER`."""
MAX_TAGS: Final = 50
"""How many tags of an object CloudFront stores; it ignores the others."""
MAX_TAG_LENGTH: Final = 256
_TAG = re.compile(r"[!-+\--~]+")  # visible ASCII characters, 33-126, but the comma


def unique_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags in order, each once: CloudFront does not tell upper from lower case."""
    unique: dict[str, str] = {}
    for tag in tags:
        unique.setdefault(tag.lower(), tag)
    return tuple(unique.values())


def header_value(tags: Iterable[str]) -> str:
    """Return the value of the header for some tags."""
    return ",".join(unique_tags(tags))


def tags_in(value: str) -> tuple[str, ...]:
    """Return the tags in a value of the header, without the spaces around them."""
    return unique_tags(tag for tag in map(str.strip, value.split(",")) if tag)


def tag_problems(tags: Iterable[str], argument: str) -> Iterator[str]:
    """Check single tags.

    Args:
        tags: The tags.
        argument: The caller's name for them, used in the messages.

    Yields:
        One message per problem.
    """
    for tag in tags:
        if not isinstance(tag, str):
            yield f"`{argument}` must be strings, got: {tag!r}"
        elif not tag:
            yield f"`{argument}` must have at least one character each, got: ''"
        elif tag.startswith("#"):
            yield f"`{argument}` must not begin with `#`, which is added on the way, got: {tag!r}"
        elif not _TAG.fullmatch(tag):
            yield (
                f"`{argument}` must have visible ASCII characters without spaces and commas, "
                f"got: {tag!r}; several tags are several items"
            )
        elif "*" in tag:
            yield f"`{argument}` must be without `*`, because tags have no wildcard, got: {tag!r}"
        elif len(tag) > MAX_TAG_LENGTH:
            yield f"`{argument}` must have at most {MAX_TAG_LENGTH} characters, got: {len(tag)}"


def tag_count_problems(tags: Iterable[str], argument: str) -> Iterator[str]:
    """Check how many tags one object has."""
    count = len(unique_tags(tags))
    if count > MAX_TAGS:
        yield f"`{argument}` must be at most {MAX_TAGS} for an object, got: {count}"
