import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.events import schedule_problems


@given(st.integers(2, 10**6), st.sampled_from(["minutes", "hours", "days"]))
def test_rates_in_the_plural_are_accepted(count: int, unit: str) -> None:
    assert schedule_problems(f"rate({count} {unit})", "schedule") == []


@given(st.integers(0, 59), st.integers(0, 23), st.integers(1, 31), st.integers(1, 12))
def test_times_are_accepted(minute: int, hour: int, day: int, month: int) -> None:
    assert schedule_problems(f"cron({minute} {hour} {day} {month} ? *)", "schedule") == []


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 hour)",
        "cron(0 10 * * ? *)",
        "cron(15 12 ? * MON-FRI *)",
        "cron(0/15 * * * ? *)",
        "cron(0 8 1,15 JAN-mar ? 2026/2)",
        "cron(0 8 L-3 * ? *)",
        "cron(0 8 3W * ? *)",
        "cron(0 8 ? * 6L *)",
        "cron(0 8 ? * TUE#2 *)",
        "${Token[TOKEN.1]}",
    ],
)
def test_schedules_in_the_documentation_are_accepted(expression: str) -> None:
    assert schedule_problems(expression, "schedule") == []


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        ("rate(5 minute)", "nearest accepted: rate(5 minutes)"),
        ("rate(0 minutes)", "nearest accepted: rate(1 minute)"),
        ("rate(2 weeks)", "nearest accepted: rate(2 minutes)"),
        ("every day", "must be such as rate(5 minutes) or cron(0 12 * * ? *), got: 'every day'"),
        ("at(2030-01-01T00:00:00)", "must be such as rate(5 minutes)"),
        ("cron(60 10 * * ? *)", "must have minutes between 0 and 59, got: '60'"),
        ("cron(0 10 0 * ? *)", "must have day of month between 1 and 31, got: '0'"),
        ("cron(0 10 ? * FOO *)", "must have day of week between 1 and 7, got: 'FOO'"),
        ("cron(0 10 ? * ? *)", "must have ? as the day of month or as the day of week"),
        ("cron(0 10 * * ? 2200)", "must have year between 1970 and 2199, got: '2200'"),
        ("cron(0/x 10 * * ? *)", "must have minutes between 0 and 59, got: '0/x'"),
    ],
)
def test_others_are_refused(expression: str, reported: str) -> None:
    (problem,) = schedule_problems(expression, "schedule")
    assert problem.startswith("`schedule` must ")
    assert reported in problem


def test_the_scheduler_is_less_strict_about_rates_and_knows_moments() -> None:
    for expression in ("rate(1 minutes)", "at(2030-01-01T00:00:00)"):
        assert schedule_problems(expression, "schedule", scheduler=True) == []
