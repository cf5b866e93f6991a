import math

import aws_cdk as cdk
import pytest

from serverless_stack.checks.engine.problems import Problems, is_unresolved


@pytest.fixture
def problems() -> Problems:
    return Problems("Shop", "Cache")


def test_nothing_is_raised_without_problems(problems: Problems) -> None:
    problems.require(True, "never reported")
    problems.between("port", 6379, 1, 65535)
    problems.add([])
    problems.raise_if_any()


def test_a_single_problem_names_the_construct(problems: Problems) -> None:
    problems.between("port", 0, 1, 65535)
    with pytest.raises(
        ValueError, match=r"^`port` must be between 1 and 65535, got: 0 \(in Shop/Cache\)$"
    ):
        problems.raise_if_any()


def test_all_problems_are_reported_together(problems: Problems) -> None:
    problems.between("memory_size", 100000000, 128, 10240, "MiB")
    problems.require(False, "`vpc` must be set")
    problems.add(["`name` must be short", "`name` must be lowercase"])
    with pytest.raises(ValueError, match="4 problems in Shop/Cache") as caught:
        problems.raise_if_any()
    assert str(caught.value).splitlines() == [
        "4 problems in Shop/Cache:",
        "- `memory_size` must be between 128 and 10240 MiB, got: 100000000",
        "- `vpc` must be set",
        "- `name` must be short",
        "- `name` must be lowercase",
    ]


@pytest.mark.parametrize("value", [1, 65535, 1.5])
def test_between_accepts_its_bounds(problems: Problems, value: float) -> None:
    problems.between("port", value, 1, 65535)
    problems.raise_if_any()


def test_between_lets_tokens_pass(problems: Problems) -> None:
    problems.between("port", cdk.Token.as_number(cdk.Fn.ref("Port")), 1, 65535)
    problems.raise_if_any()


@pytest.mark.parametrize("value", [0, 65536, 0.99, -1, math.inf, -math.inf, math.nan])
def test_between_refuses_values_outside_its_bounds(problems: Problems, value: float) -> None:
    problems.between("port", value, 1, 65535)
    with pytest.raises(ValueError, match="`port` must be"):
        problems.raise_if_any()


def test_the_path_of_a_construct_at_the_root_has_no_slash_before_it() -> None:
    problems = Problems("", "Shop")
    problems.require(False, "`x` must be y")
    with pytest.raises(ValueError, match=r"\(in Shop\)"):
        problems.raise_if_any()


def test_tokens_of_cdk_are_unresolved() -> None:
    tokens = [
        cdk.Aws.REGION,
        f"name-{cdk.Aws.REGION}",
        cdk.Token.as_number(cdk.Fn.ref("Port")),
        cdk.Token.as_list(cdk.Fn.ref("List"))[0],
    ]
    assert all(is_unresolved(token) for token in tokens)


@pytest.mark.parametrize(
    "value", ["", "${Port}", "Token", 0, -1e9, -math.inf, math.nan, None, True]
)
def test_plain_values_are_resolved(value: object) -> None:
    assert not is_unresolved(value)


def test_messages_are_a_copy() -> None:
    problems = Problems()
    problems.require(False, "one")
    problems.messages.append("two")
    assert problems.messages == ["one"]
