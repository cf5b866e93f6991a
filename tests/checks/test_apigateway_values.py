import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.apigateway import stage_name_problems


@given(st.from_regex(r"[a-zA-Z0-9_-]{1,128}", fullmatch=True))
def test_names_by_api_gateways_rule_are_accepted(name: str) -> None:
    assert stage_name_problems(name) == []


@pytest.mark.parametrize("name", ["", "a" * 129, "a/b", "$default", "prod ", "prod\n", "prüf"])
def test_other_names_are_refused(name: str) -> None:
    assert stage_name_problems(name) == [
        f"`stage_name` must be 1 to 128 letters, digits, hyphens and underscores, got: {name!r}"
    ]


def test_a_token_passes() -> None:
    assert stage_name_problems("${Token[Stage.1]}") == []
