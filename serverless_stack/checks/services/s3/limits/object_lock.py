"""Limits of S3 on Object Lock, from "Locking objects with Object Lock"."""

from serverless_stack.checks.engine.problems import Problems, is_unresolved

MAX_RETENTION_DAYS = 36_500
MAX_RETENTION_YEARS = 100


def retention_problems(days: float | None, years: float | None, argument: str) -> list[str]:
    """List what S3 refuses in a default retention.

    Args:
        days: The retention in days, or None.
        years: The retention in years, or None.
        argument: The argument, as the caller wrote it.
    """
    problems = Problems()
    if (days is None) == (years is None):
        got = "neither" if days is None else f"{days:g} days and {years:g} years"
        problems.fail(f"`{argument}` must have days or years, one of them, got: {got}")
        return problems.messages
    for name, value, most in (
        ("days", days, MAX_RETENTION_DAYS),
        ("years", years, MAX_RETENTION_YEARS),
    ):
        if value is None or is_unresolved(value):
            continue
        problems.between(f"{argument}.{name}", value, 1, most)
        if value != int(value):
            problems.fail(f"`{argument}.{name}` must be whole {name}, got: {value:g}")
    return problems.messages
