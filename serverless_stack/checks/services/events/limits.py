"""Limits of Amazon EventBridge on schedules."""

import re
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved, whole_number

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
# The fields of a cron expression: name, lowest and highest number, names for them, more of its own.
_FIELDS: Final[tuple[tuple[str, int, int, list[str], str], ...]] = (
    ("minutes", 0, 59, [], r"(?!)"),
    ("hours", 0, 23, [], r"(?!)"),
    ("day of month", 1, 31, [], r"\?|L(-\d+)?|LW|\d+W"),
    ("month", 1, 12, _MONTHS, r"(?!)"),
    ("day of week", 1, 7, _DAYS, r"\?|L|\w+L|\w+#[1-5]"),
    ("year", 1970, 2199, [], r"(?!)"),
)
_RATE = re.compile(r"rate\(\s*([0-9]{1,18})\s+(\w+)\s*\)")
_UNITS = ("minute", "hour", "day")
_AT = re.compile(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)")


def schedule_problems(expression: str, argument: str, *, scheduler: bool = False) -> list[str]:
    """List what EventBridge refuses in a schedule expression.

    `scheduler` is for EventBridge Scheduler, which has ``at(...)`` as well. Source: "Setting a
    schedule pattern for rules".
    """
    if is_unresolved(expression):
        return []
    if rate := _RATE.fullmatch(expression):
        return _rate_problems(expression, int(rate[1]), rate[2], argument, scheduler)
    if expression.startswith("cron(") and expression.endswith(")"):
        return _cron_problems(expression, expression[5:-1].split(), argument)
    if scheduler and _AT.fullmatch(expression):
        return []
    kinds = "rate(5 minutes) or cron(0 12 * * ? *)" + (
        " or at(2030-01-01T00:00:00)" if scheduler else ""
    )
    return [f"`{argument}` must be such as {kinds}, got: {expression!r}"]


def _rate_problems(
    expression: str, count: int, unit: str, argument: str, scheduler: bool
) -> list[str]:
    single = unit.removesuffix("s")
    right = single if count == 1 else f"{single}s"
    wanted = single in _UNITS and count >= 1 and (scheduler or unit == right)
    if wanted:
        return []
    count = max(count, 1)
    single = single if single in _UNITS else "minute"
    nearest = f"rate({count} {single if count == 1 else f'{single}s'})"
    return [
        f"`{argument}` must be a rate of 1 minute, hour or day, or of more in the plural, "
        f"got: {expression!r} (nearest accepted: {nearest})"
    ]


def _cron_problems(expression: str, fields: list[str], argument: str) -> list[str]:
    if len(fields) != len(_FIELDS):
        listed = ", ".join(field[0] for field in _FIELDS)
        return [f"`{argument}` must have six fields, {listed}, got: {expression!r}"]
    problems = []
    for value, (name, low, high, names, own) in zip(fields, _FIELDS, strict=True):
        if not all(_is_part(part, low, high, names, own) for part in value.upper().split(",")):
            wanted = f"must have {name} between {low} and {high}"
            problems.append(f"`{argument}` {wanted}, got: {value!r}")
    if not problems and (fields[2] == "?") == (fields[4] == "?"):
        problems.append(
            f"`{argument}` must have ? as the day of month or as the day of week, one of them, "
            f"got: {expression!r}"
        )
    return problems


def _is_part(part: str, low: int, high: int, names: list[str], own: str) -> bool:
    if re.fullmatch(own, part):
        return True
    span, slash, step = part.partition("/")
    if slash and not step.isdecimal():
        return False
    ends = [span] if span == "*" else span.split("-")
    return len(ends) <= 2 and all(
        end == "*"
        or end in names
        or low <= (-1 if (number := whole_number(end)) is None else number) <= high
        for end in ends
    )
