import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.lambda_function import (
    description_problems,
    environment_name_problems,
    environment_size_problems,
    environment_value_problems,
    function_name_problems,
    handler_problems,
    runtime_problems,
    vpc_problems,
)

TOKEN = "${Token[Text.1]}"
ROOM = '{"BLOB":"","LATER":""}'


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


def test_every_refused_name_is_listed() -> None:
    assert len(environment_name_problems(["OK", "1", "AWS_REGION", "b"])) == 3


def test_values_are_texts() -> None:
    assert environment_value_problems({"A1": "x", "PORT": 8080}) == [
        "`environment` values must be strings, got: 8080 for 'PORT' (nearest accepted: '8080')"
    ]


@given(st.integers(0, 5000))
def test_the_environment_has_four_kilobytes_as_json(length: int) -> None:
    variables = {"BLOB": "b" * length, "LATER": TOKEN}
    assert bool(environment_size_problems(variables)) == (length > 4096 - len(ROOM))


def test_the_environment_is_measured_in_bytes() -> None:
    assert environment_size_problems({"BLOB": "é" * 2043}) == [
        "`environment` must have at most 4,096 bytes, got: 4,097 bytes"
    ]


@given(st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True))
def test_function_names_by_lambdas_rule_are_accepted(name: str) -> None:
    assert function_name_problems(name) == []


@pytest.mark.parametrize("name", ["", "f" * 65, "a b", "a.b", "f\n", "funktión"])
def test_other_function_names_are_refused(name: str) -> None:
    assert function_name_problems(name) == [
        f"`function_name` must have 1 to 64 letters, digits, hyphens and underscores, got: {name!r}"
    ]


def test_descriptions() -> None:
    assert description_problems("d" * 256) == description_problems(TOKEN * 99) == []
    assert description_problems("d" * 257, "about") == [
        "`about` must have at most 256 characters, got: 257"
    ]


@pytest.mark.parametrize("handler", ["index.handler", "a.B::handle", "h" * 128, TOKEN])
def test_handlers_are_accepted(handler: str) -> None:
    assert handler_problems(handler) == []


@pytest.mark.parametrize(
    ("handler", "reported"),
    [("", "no white space"), ("a b", "got: 'a b'"), ("h" * 129, "got: 129")],
)
def test_other_handlers_are_refused(handler: str, reported: str) -> None:
    (problem,) = handler_problems(handler)
    assert reported in problem


@pytest.mark.parametrize("runtime", ["python3.8", "nodejs24.x", "java8.al2", "provided", TOKEN])
def test_runtimes(runtime: str) -> None:
    assert bool(runtime_problems(runtime)) == (runtime == "provided")


@pytest.mark.parametrize(
    ("subnets", "groups", "reported"),
    [
        (1, 0, "both subnets and security groups, got: 1 and 0"),
        (0, 1, "got: 0 and 1"),
        (17, 1, "at most 16 subnets, got: 17"),
        (1, 6, "at most 5 security groups, got: 6"),
    ],
)
def test_networks_that_lambda_refuses(subnets: int, groups: int, reported: str) -> None:
    (problem,) = vpc_problems(subnets, groups)
    assert problem.startswith("`vpc` must have")
    assert reported in problem


@pytest.mark.parametrize(("subnets", "groups"), [(0, 0), (1, 1), (16, 5)])
def test_networks_that_lambda_takes(subnets: int, groups: int) -> None:
    assert vpc_problems(subnets, groups) == []
