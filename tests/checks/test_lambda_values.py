import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.lambda_ import environment_name_problems


@given(st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]+", fullmatch=True))
def test_names_by_lambdas_rule_are_accepted(name: str) -> None:
    assert environment_name_problems([f"X{name}"]) == []


@pytest.mark.parametrize("name", ["", "A", "1A", "_A", "A-B", "A B", "Ä_B", "AB\n", "_HANDLER"])
def test_other_names_are_refused(name: str) -> None:
    assert environment_name_problems([name], "name") == [
        "`name` names must begin with a letter and have two or more letters, digits and "
        f"underscores, got: {name!r}"
    ]


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_SESSION_TOKEN", "LAMBDA_TASK_ROOT"])
def test_names_that_lambda_sets_are_refused(name: str) -> None:
    assert environment_name_problems([name]) == [
        f"`environment` must not have a name that Lambda sets, got: {name!r}"
    ]


@pytest.mark.parametrize("name", ["TZ", "PATH", "AWS_LAMBDA_EXEC_WRAPPER", "AWS_REGIONS"])
def test_names_that_lambda_lets_one_set_are_accepted(name: str) -> None:
    assert environment_name_problems([name]) == []


def test_each_refused_name_is_told() -> None:
    assert len(environment_name_problems(["OK", "1", "AWS_REGION", "b"])) == 3
