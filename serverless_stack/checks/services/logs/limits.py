"""Limits of Amazon CloudWatch Logs, from its API reference."""

import re
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved

RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
_NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")


def retention_problems(days: float, argument: str) -> list[str]:
    """List what CloudWatch Logs refuses in the days that it keeps logs ("PutRetentionPolicy")."""
    if is_unresolved(days) or days in RETENTION_DAYS:
        return []
    nearest = min(RETENTION_DAYS, key=lambda allowed: abs(allowed - days))
    listed = ", ".join(map(str, RETENTION_DAYS))
    return [f"`{argument}` must be one of {listed}, got: {days:g} (nearest accepted: {nearest})"]


def log_group_name_problems(name: str, argument: str) -> list[str]:
    """List what CloudWatch Logs refuses in the name of a log group ("CreateLogGroup")."""
    if is_unresolved(name):
        return []
    problems = []
    if not _NAME.fullmatch(name):
        nearest = re.sub(r"[^.\-_/#A-Za-z0-9]", "-", name)[:512]
        problems.append(
            f"`{argument}` must have 1 to 512 letters, digits and .-_/#, got: {name!r}"
            + (f" (nearest accepted: {nearest})" if nearest else "")
        )
    if name.startswith("aws/"):
        problems.append(
            f"`{argument}` must not begin with aws/, got: {name!r} (nearest accepted: /{name})"
        )
    return problems
