import pytest

from serverless_stack.checks.cloudfront import (
    invalidation_path_problems,
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
    (problem,) = object_path_problems(path, "root")
    assert problem.startswith(
        f"`root` must be the name of an object without a slash before it, got: {path!r}"
    )


@pytest.mark.parametrize("path", ["", "/site", "/a/b", TOKEN])
def test_origin_paths_are_accepted(path: str) -> None:
    assert origin_path_problems(path, "origin_path") == []


@pytest.mark.parametrize("path", ["site", "/site/", "/", "/site/*"])
def test_other_origin_paths_are_refused(path: str) -> None:
    (problem,) = origin_path_problems(path, "origin_path")
    assert problem.startswith("`origin_path` must begin with a slash, not end with one")


@pytest.mark.parametrize(
    "paths",
    [
        ["/"],
        ["/*"],
        ["/a/*", "/b%20c?x=1"],
        [f"/{number}" for number in range(3000)],
        [f"/{number}*" for number in range(15)],
        ["/" + "a" * 3999],
        ["${Token[TOKEN.1]}"],
    ],
)
def test_paths_to_invalidate(paths: list[str]) -> None:
    assert invalidation_path_problems(paths, "paths") == []


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ([], "at least one path, got: none"),
        (["a"], "begin with a slash, got: 'a'"),
        (["/a*/b"], "have `*` as the last character only, got: '/a*/b'"),
        (["/a b"], "be percent-encoded, got: '/a b'"),
        (["/a%2"], "be percent-encoded, got: '/a%2'"),
        ([f"/{number}" for number in range(3001)], "have 3,000 paths at most, got: 3,001"),
        ([f"/{n}*" for n in range(16)], "have 15 paths with a wildcard at most, got: 16"),
        (["/" + "a" * 4000], "have 4,000 characters at most"),
    ],
)
def test_paths_that_cloudfront_refuses(paths: list[str], told: str) -> None:
    (problem,) = invalidation_path_problems(paths, "paths")
    assert problem.startswith("`paths` must ")
    assert told in problem
