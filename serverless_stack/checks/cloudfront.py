"""Rules of Amazon CloudFront, from "All distribution settings reference"."""

import re
from collections.abc import Sequence
from typing import Final

from serverless_stack.checks.problems import is_unresolved

_PATH_PATTERN = re.compile(r"[a-zA-Z0-9_.*$/~\"'@:+?&-]{1,255}")
# "Quotas on invalidations": what may be in progress for one distribution.
MAX_PATHS: Final = 3000
MAX_WILDCARDS: Final = 15
MAX_PATH_LENGTH: Final = 4000
_ENCODED_PATH = re.compile(r"(?:[!$&'()*+,\-./0-9:;=?@A-Z_a-z~]|%[0-9A-Fa-f]{2})*")


def path_pattern_problems(path_pattern: str, argument: str) -> list[str]:
    """List what CloudFront refuses in the path pattern of a behaviour.

    Args:
        path_pattern: The pattern, such as ``/api/*``; a CDK token passes.
        argument: The caller's name for it, used in the messages.

    Returns:
        One message if the pattern is refused, else none.
    """
    if is_unresolved(path_pattern):
        return []
    if path_pattern in ("*", "/*"):
        return [
            f"`{argument}` must leave paths to the bucket, got: {path_pattern!r}, "
            "which takes all of them"
        ]
    if _PATH_PATTERN.fullmatch(path_pattern) and path_pattern.startswith("/"):
        return []
    return [
        f"`{argument}` must begin with a slash and have letters, digits and _-.*$/~\"'@:+?& "
        f"only, 255 characters at most, got: {path_pattern!r}"
    ]


def object_path_problems(path: str, argument: str) -> list[str]:
    """List what is wrong with the name of an object, which CloudFront wants without a slash.

    Args:
        path: The name, such as ``index.html``; a CDK token passes.
        argument: The caller's name for it, used in the messages.

    Returns:
        One message if the name is refused, else none.
    """
    if is_unresolved(path) or (path and not path.startswith("/")):
        return []
    return [f"`{argument}` must be the name of an object without a slash before it, got: {path!r}"]


def origin_path_problems(origin_path: str, argument: str) -> list[str]:
    """List what CloudFront refuses in an origin path.

    Args:
        origin_path: Empty, or the folder in the bucket, such as ``/site``; a CDK token passes.
        argument: The caller's name for it, used in the messages.

    Returns:
        One message if the path is refused, else none.
    """
    if is_unresolved(origin_path) or not origin_path:
        return []
    if origin_path.startswith("/") and not origin_path.endswith("/") and "*" not in origin_path:
        return []
    return [
        f"`{argument}` must begin with a slash, not end with one and have no wildcard, "
        f"got: {origin_path!r}"
    ]


def invalidation_path_problems(paths: Sequence[str], argument: str) -> list[str]:
    """List what CloudFront refuses in the paths of one invalidation ("Invalidating files").

    Args:
        paths: The paths; CDK tokens pass.
        argument: The caller's name for them, used in the messages.

    Returns:
        One message per rule that is broken, with the first path that breaks it.
    """
    known = [path for path in paths if not is_unresolved(path)]
    broken = {
        "begin with a slash": [path for path in known if not path.startswith("/")],
        "have `*` as the last character only": [path for path in known if "*" in path[:-1]],
        "be percent-encoded": [path for path in known if not _ENCODED_PATH.fullmatch(path)],
        f"have {MAX_PATH_LENGTH:,} characters at most": [
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
        problems.append(f"`{argument}` must have {MAX_PATHS:,} paths at most, got: {singles:,}")
    if wildcards > MAX_WILDCARDS:
        problems.append(
            f"`{argument}` must have {MAX_WILDCARDS} paths with a wildcard at most, "
            f"got: {wildcards}"
        )
    return problems
