"""The verbs and paths of routes: what API Gateway takes, and what it refuses only at deployment."""

import aws_cdk as cdk
import pytest

from serverless_stack.constructs.api.route_keys import HANDLER_KEYS, key_problems, parse_key


@pytest.mark.parametrize(
    "key",
    [
        "GET /",
        "ANY /{proxy+}",
        "HEAD /orders/{order-id}/lines/{line.id}",
        "OPTIONS /.well-known/a:b_c$d-e",
        "PATCH /v1/{rest+}",
        "DELETE /{id}",
        "POST /Orders",
        "PUT /orders",
    ],
)
def test_valid_keys_are_accepted(key: str) -> None:
    assert key_problems([key]) == []


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("GTE /x", "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS or ANY, got: 'GTE /x'; did you"),
        ("get /x", "did you mean 'GET /x'?"),
        ("TRACE /x", "OPTIONS or ANY, got: 'TRACE /x'"),
        ("/x", "got: '/x'; write 'ANY /x' for all verbs"),
        ("GET", "of a verb, one space and a path, such as 'GET /orders/{id}', got: 'GET'"),
        ("", "of a verb, one space and a path, such as 'GET /orders/{id}', got: ''"),
        ("GET  /x", "got: 'GET  /x'"),
        ("GET /x ", "got: 'GET /x '"),
        ("GET\t/x", "got: 'GET\\t/x'"),
        ("GET x", "paths with a slash at their beginning, got: 'GET x'"),
        ("GET //x", "without an empty segment and without a slash at their end"),
        ("GET /x/", "without an empty segment and without a slash at their end"),
        ("GET /a/{proxy+}/b", "a greedy variable at the end only, got: {proxy+}"),
        ("GET /ü", "segments of letters, digits and ._:$-"),
        ("GET /x?y=1", "segments of letters, digits and ._:$-"),
        ("GET /x{id}", "one variable such as {id} or {proxy+} alone, got: 'x{id}'"),
        ("GET /{}", "one variable such as {id} or {proxy+} alone, got: '{}'"),
        ("GET /{id}/{id}", "different variables in one path, got: id more than once"),
        ("GET /*", "segments of letters, digits and ._:$-"),
    ],
)
def test_invalid_keys_are_refused(key: str, message: str) -> None:
    problems = key_problems([key])
    assert len(problems) == 1
    assert message in problems[0]


def test_a_token_is_refused() -> None:
    (problem,) = key_problems([f"GET /{cdk.Aws.STACK_NAME}"])
    assert "keys that are known at synthesis" in problem


def test_all_problems_of_all_keys_are_reported() -> None:
    assert len(key_problems(["GTE x", "/y", "GET /z/"])) == 4


def test_a_route_twice_is_refused() -> None:
    (problem,) = key_problems(["GET /x"], ["GET /x"])
    assert problem == "`routes` must have each verb and path once, got again: GET /x"
    (problem,) = key_problems(["ANY /"], HANDLER_KEYS)
    assert problem.endswith("got again: ANY /, which `handler` answers")
    assert key_problems(["GET /", "GET /{proxy+}"], HANDLER_KEYS) == []


@pytest.mark.parametrize(
    "keys",
    [
        ["GET /a/{id}", "GET /a/{key}/b"],
        ["GET /{id}/x", "POST /{key}"],
        ["GET /a/{id}", "GET /a/{rest+}"],
    ],
)
def test_two_names_for_one_variable_are_refused(keys: list[str]) -> None:
    (problem,) = key_problems(keys)
    assert "one variable below each path" in problem
    assert problem.endswith("use one name in all routes")


def test_a_variable_beside_the_handler_is_refused() -> None:
    (problem,) = key_problems(["GET /{id}"], HANDLER_KEYS)
    assert "got: /{proxy+} and /{id} in 'GET /{id}'" in problem
    assert "leave out `handler`, which answers /{proxy+}" in problem


def test_the_same_variable_in_several_routes_is_accepted() -> None:
    assert key_problems(["GET /a/{id}", "PUT /a/{id}", "GET /a/{id}/b", "GET /b/{key}"]) == []


def test_more_paths_than_an_api_has_are_refused() -> None:
    assert key_problems([f"GET /a/{n}" for n in range(239)]) == []
    (problem,) = key_problems([f"GET /a{n}/b" for n in range(151)])
    assert "300 paths and parents of paths at most" in problem
    assert "got: 302; use `ANY` routes" in problem
    assert "a second ProxyApi in another stack" in problem


def test_more_resources_than_a_stack_has_are_refused() -> None:
    keys = [f"{verb} /a{n}" for n in range(100) for verb in ("GET", "PUT", "POST", "HEAD")]
    (problem,) = key_problems(keys)
    assert "got: 400 methods and 100 paths, which need 500" in problem
    assert key_problems(keys[:240], methods_per_path=3) == []
    assert key_problems(keys[:380], methods_per_path=1) != []


def test_the_variables_of_a_key() -> None:
    key = parse_key("GET /a/{id}/{rest+}")
    assert (key.variables, key.greedy, str(key)) == (["id", "rest"], "rest", "GET /a/{id}/{rest+}")
    assert parse_key("GET /a/{id}").greedy is None
