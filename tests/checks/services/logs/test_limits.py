import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.logs import log_group_name_problems, retention_problems
from serverless_stack.checks.services.logs.limits import RETENTION_DAYS


@given(st.integers(-10, 5000))
def test_days_are_those_of_the_list(days: int) -> None:
    found = retention_problems(days, "log_retention")
    assert bool(found) == (days not in RETENTION_DAYS)
    for problem in found:
        nearest = int(problem.rsplit(": ", 1)[1].rstrip(")"))
        assert all(abs(nearest - days) <= abs(other - days) for other in RETENTION_DAYS)


@given(st.from_regex(r"[.\-_/#A-Za-z0-9]{1,100}", fullmatch=True))
def test_names_by_the_rule_are_accepted(name: str) -> None:
    assert bool(log_group_name_problems(name, "name")) == name.startswith("aws/")


@pytest.mark.parametrize("name", ["", "a b", "a" * 513, "ü", "a\n"])
def test_other_names_are_refused(name: str) -> None:
    (problem,) = log_group_name_problems(name, "name")
    assert problem.startswith("`name` must have 1 to 512 letters, digits and .-_/#")


def test_tokens_pass() -> None:
    assert retention_problems(-1.8881545897087503e289, "days") == []
    assert log_group_name_problems("aws/${Token[TOKEN.1]}", "name") == []
