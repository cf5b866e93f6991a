"""What CloudFront takes as a path of an invalidation."""

import re
from collections.abc import Iterable

_PATH = re.compile(r"/(?:[!$&'()+,\-./0-9:;=?@A-Z_a-z~]|%[0-9A-Fa-f]{2})*\*?")
_MAX_PATH_LENGTH = 4000


def checked(paths: Iterable[str]) -> tuple[str, ...]:
    """Give paths as they are sent: sorted, and each once.

    Raises:
        ValueError: If a path is one that CloudFront refuses ("Invalidating files").
    """
    found = tuple(sorted(set(paths)))
    for path in found:
        if not _PATH.fullmatch(path):
            raise ValueError(
                "`paths` must begin with a slash, be percent-encoded and have `*` as the last "
                f"character only, got: {path!r}"
            )
        if len(path) > _MAX_PATH_LENGTH:
            raise ValueError(
                f"`paths` must have {_MAX_PATH_LENGTH:,} characters at most, got: {len(path):,}"
            )
    return found
