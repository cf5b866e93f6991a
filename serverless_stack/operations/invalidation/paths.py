"""The items that CloudFront accepts in an invalidation, and how many of them at a time."""

import re
from collections.abc import Iterable, Sequence

from serverless_stack._shared.cache_tags import tag_problems, unique_tags

# "Quotas on invalidations": what may be in progress at a time for one distribution.
MAX_PATHS = 3000
MAX_WILDCARDS = 15
_MAX_PATH_LENGTH = 4000
_PATH = re.compile(r"/(?:[!$&'()+,\-./0-9:;=?@A-Z_a-z~]|%[0-9A-Fa-f]{2})*\*?")


def normalized_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Return paths as they are sent: sorted, and each of them once.

    Raises:
        ValueError: If CloudFront refuses a path ("Invalidating files").
    """
    unique = tuple(sorted(set(paths)))
    for path in unique:
        if path.startswith("#"):
            raise ValueError(f"`paths` must be paths, got: {path!r}; pass cache tags as tags")
        if not _PATH.fullmatch(path):
            raise ValueError(
                "`paths` must begin with a slash, be percent-encoded and contain `*` only as the "
                f"last character, got: {path!r}"
            )
        if len(path) > _MAX_PATH_LENGTH:
            raise ValueError(
                f"`paths` must have at most {_MAX_PATH_LENGTH:,} characters each, "
                f"got: {len(path):,}"
            )
    return unique


def normalized_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return cache tags as they are sent, without the ``#``: sorted, and each of them once.

    Raises:
        ValueError: If CloudFront refuses a tag ("What you need to know when invalidating tags").
    """
    unique = tuple(sorted(unique_tags(tags)))
    for message in tag_problems(unique, "tags"):
        raise ValueError(message)
    return unique


def batches_of(paths: Sequence[str], tags: Sequence[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Split items into batches of at most 3,000 single paths and tags, and 15 wildcards.

    Args:
        paths: The paths.
        tags: The cache tags, each of which counts as a single path.
    """
    wildcards = [path for path in paths if path.endswith("*")]
    singles = [path for path in paths if not path.endswith("*")]
    singles += [f"#{tag}" for tag in tags]
    count = max(-(-len(wildcards) // MAX_WILDCARDS), -(-len(singles) // MAX_PATHS))
    return tuple(
        (
            *singles[number * MAX_PATHS : (number + 1) * MAX_PATHS],
            *wildcards[number * MAX_WILDCARDS : (number + 1) * MAX_WILDCARDS],
        )
        for number in range(count)
    )
