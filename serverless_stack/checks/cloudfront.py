"""Rules of Amazon CloudFront, from "All distribution settings reference"."""

import re

from serverless_stack.checks.problems import is_unresolved

_PATH_PATTERN = re.compile(r"[a-zA-Z0-9_.*$/~\"'@:+?&-]{1,255}")


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
