"""The paths that CloudFront accepts in an invalidation, and how many of them at a time."""

import re
from collections.abc import Iterable, Sequence

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


def batches_of(paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Split paths into batches of at most 3,000 single paths and 15 wildcards."""
    wildcards = [path for path in paths if path.endswith("*")]
    singles = [path for path in paths if not path.endswith("*")]
    count = max(-(-len(wildcards) // MAX_WILDCARDS), -(-len(singles) // MAX_PATHS))
    return tuple(
        (
            *singles[number * MAX_PATHS : (number + 1) * MAX_PATHS],
            *wildcards[number * MAX_WILDCARDS : (number + 1) * MAX_WILDCARDS],
        )
        for number in range(count)
    )
