import pytest

from serverless_stack.checks.cloudfront import (
    object_path_problems,
    origin_path_problems,
    path_pattern_problems,
)

TOKEN = "${Token[Path.1]}"


@pytest.mark.parametrize("pattern", ["/api/*", "/v?/a.b", "/" + "a" * 254, "/*.php", TOKEN])
def test_path_patterns_are_accepted(pattern: str) -> None:
    assert path_pattern_problems(pattern, "pattern") == []


@pytest.mark.parametrize("pattern", ["", "api/*", "/a b", "/" + "a" * 255, "/ä", "/api/*\n"])
def test_other_path_patterns_are_refused(pattern: str) -> None:
    (problem,) = path_pattern_problems(pattern, "pattern")
    assert problem.startswith("`pattern` must begin with a slash")
    assert problem.endswith(f"got: {pattern!r}")


@pytest.mark.parametrize("pattern", ["*", "/*"])
def test_a_pattern_for_everything_is_refused(pattern: str) -> None:
    (problem,) = path_pattern_problems(pattern, "pattern")
    assert problem.startswith("`pattern` must leave paths to the bucket")


@pytest.mark.parametrize("path", ["index.html", "a/b.html", TOKEN])
def test_object_names_are_accepted(path: str) -> None:
    assert object_path_problems(path, "root") == []


@pytest.mark.parametrize("path", ["", "/index.html"])
def test_other_object_names_are_refused(path: str) -> None:
    assert object_path_problems(path, "root") == [
        f"`root` must be the name of an object without a slash before it, got: {path!r}"
    ]


@pytest.mark.parametrize("path", ["", "/site", "/a/b", TOKEN])
def test_origin_paths_are_accepted(path: str) -> None:
    assert origin_path_problems(path, "origin_path") == []


@pytest.mark.parametrize("path", ["site", "/site/", "/", "/site/*"])
def test_other_origin_paths_are_refused(path: str) -> None:
    (problem,) = origin_path_problems(path, "origin_path")
    assert problem.startswith("`origin_path` must begin with a slash, not end with one")
