import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.apigateway import (
    CACHE_SIZES_GB,
    access_log_format_problems,
    binary_media_type_problems,
    cache_size_problems,
    path_part_problems,
    stage_name_problems,
)

TOKEN = "${Token[Text.1]}"


@given(st.from_regex(r"[a-zA-Z0-9_-]{1,128}", fullmatch=True))
def test_names_by_api_gateways_rule_are_accepted(name: str) -> None:
    assert stage_name_problems(name) == []


@pytest.mark.parametrize("name", ["", "a" * 129, "a/b", "$default", "prod ", "prod\n", "prüf"])
def test_other_names_are_refused(name: str) -> None:
    assert stage_name_problems(name) == [
        f"`stage_name` must have 1 to 128 letters, digits, hyphens and underscores, got: {name!r}"
    ]


def test_a_token_passes() -> None:
    assert stage_name_problems("${Token[Stage.1]}") == []


@pytest.mark.parametrize("type_", ["*/*", "image/*", "application/vnd.a+json", "a/b; c=d", TOKEN])
def test_media_types_are_accepted(type_: str) -> None:
    assert binary_media_type_problems([type_]) == []


@pytest.mark.parametrize("type_", ["", "png", "/png", "image/", "image png/x"])
def test_other_media_types_are_refused(type_: str) -> None:
    assert binary_media_type_problems([type_], "types") == [
        f"`types` must have media types such as image/png or */*, got: {type_!r}"
    ]


@pytest.mark.parametrize("size", [*CACHE_SIZES_GB, TOKEN])
def test_cache_sizes_are_accepted(size: str) -> None:
    assert cache_size_problems(size, "size") == []


@pytest.mark.parametrize(
    ("size", "nearest"), [("2", "1.6"), ("0", "0.5"), ("1000", "237"), ("100", "118"), ("s", "0.5")]
)
def test_the_message_has_the_nearest_cache_size(size: str, nearest: str) -> None:
    (problem,) = cache_size_problems(size, "size")
    assert problem.startswith("`size` must be one of 0.5, 1.6, ")
    assert problem.endswith(f"got: {size!r} (nearest accepted: {nearest})")


@pytest.mark.parametrize("ok", ["$context.requestId", '{"a":"$context.extendedRequestId"}', TOKEN])
def test_formats_are_accepted(ok: str) -> None:
    assert access_log_format_problems(ok, "format") == []


@pytest.mark.parametrize("format", ["", "$context.requestIdentity", "requestId"])
def test_formats_without_the_request_are_refused(format: str) -> None:
    (problem,) = access_log_format_problems(format, "format")
    assert "must have $context.requestId" in problem


@pytest.mark.parametrize("part", ["a", "a.b_c-d:e", "{id}", "{proxy+}", TOKEN])
def test_path_parts_are_accepted(part: str) -> None:
    assert path_part_problems(part, "part") == []


@pytest.mark.parametrize("part", ["", "a b", "a/b", "{id", "id}", "a{id}", "a+", "{}", "{+}"])
def test_other_path_parts_are_refused(part: str) -> None:
    (problem,) = path_part_problems(part, "part")
    assert f"got: {part!r}" in problem
