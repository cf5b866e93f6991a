"""Limits on the paths of an invalidation, from "Invalidating files" and its quotas."""

import re
from collections.abc import Sequence
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved

# "Quotas on invalidations": what may be in progress for one distribution.
MAX_PATHS: Final = 3000
MAX_WILDCARDS: Final = 15
MAX_PATH_LENGTH: Final = 4000
_ENCODED_PATH = re.compile(r"(?:[!$&'()*+,\-./0-9:;=?@A-Z_a-z~]|%[0-9A-Fa-f]{2})*")


def invalidation_path_problems(paths: Sequence[str], argument: str) -> list[str]:
    """List what CloudFront refuses in the paths of one invalidation ("Invalidating files")."""
    known = [path for path in paths if not is_unresolved(path)]
    broken = {
        "begin with a slash": [path for path in known if not path.startswith("/")],
        "have `*` as the last character only": [path for path in known if "*" in path[:-1]],
        "be percent-encoded": [path for path in known if not _ENCODED_PATH.fullmatch(path)],
        f"have at most {MAX_PATH_LENGTH:,} characters": [
            path for path in known if len(path) > MAX_PATH_LENGTH
        ],
    }
    problems = [
        f"`{argument}` must {rule}, got: {found[0]!r}" for rule, found in broken.items() if found
    ]
    wildcards = sum(path.endswith("*") for path in known)
    singles = len(paths) - wildcards
    if not paths:
        problems.append(f"`{argument}` must have at least one path, got: none")
    if singles > MAX_PATHS:
        problems.append(f"`{argument}` must have at most {MAX_PATHS:,} paths, got: {singles:,}")
    if wildcards > MAX_WILDCARDS:
        problems.append(
            f"`{argument}` must have at most {MAX_WILDCARDS} paths with a wildcard, "
            f"got: {wildcards}"
        )
    return problems
