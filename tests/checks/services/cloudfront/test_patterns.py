"""Which patterns of behaviors cover which others."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.cloudfront.limits.patterns import covers, order_problems

PATHS = ["".join(letters) for size in range(6) for letters in itertools.product("abz", repeat=size)]
PATTERN = st.text(alphabet="ab*?", max_size=5)


def matches(pattern: str, path: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, path) is not None


@given(PATTERN, PATTERN)
def test_a_pattern_covers_another_if_it_matches_all_of_its_paths(earlier: str, later: str) -> None:
    if covers(earlier, later):
        assert all(matches(earlier, path) for path in PATHS if matches(later, path))
    else:
        # A counterexample needs no more than the characters of both patterns.
        letters = "abz"
        longest = len(earlier) + len(later)
        assert any(
            matches(later, path) and not matches(earlier, path)
            for path in _paths_of(later, letters, longest)
        ), (earlier, later)


def _paths_of(pattern: str, letters: str, longest: int) -> list[str]:
    """Return paths that a pattern matches: each star for nothing up to all letters it may need."""
    fills = ["".join(f) for size in range(3) for f in itertools.product(letters, repeat=size)]
    fills += [letter * size for letter in letters for size in range(3, longest + 1)]
    parts: list[list[str]] = []
    for symbol in re.sub(r"\*+", "*", pattern):
        if symbol == "*":
            parts.append(fills)
        else:
            parts.append(list(letters) if symbol == "?" else [symbol])
    return ["".join(part) for part in itertools.product(*parts)]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("*", "/api/*"),
        ("/api/*", "/api/v1/*"),
        ("api/*", "/api/v1/*"),
        ("/api*", "/api/*"),
        ("*.jpg", "/img/*.jpg"),
        ("/a?c", "/abc"),
        ("?*", "*?"),
        ("?*a*", "*ba*"),
        ("*" + "a?" * 100, "*" + "a?" * 100),
    ],
)
def test_patterns_that_are_covered(earlier: str, later: str) -> None:
    assert covers(earlier, later)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("/api/*", "/api*"),
        ("/api/*", "/API/v1/*"),
        ("/img/*.jpg", "*.jpg"),
        ("/a?c", "/a*c"),
        ("/a?*b", "/a*b"),
        ("*a" + "?" * 60 + "*b", "*c*b"),
    ],
)
def test_patterns_that_are_not(earlier: str, later: str) -> None:
    assert not covers(earlier, later)


def test_order() -> None:
    assert order_problems(["/api/v1/*", "/api/*", "*.jpg", "/img/*"], "behaviors") == []
    assert order_problems(["/api/*", "/img/*", "/api/v1/*"], "behaviors") == [
        "`behaviors` must have '/api/v1/*' before '/api/*', which matches all of its paths; "
        "the first pattern that matches counts"
    ]
    many = [f"/{place}/*" for place in range(75)]
    assert order_problems(many[:-1], "behaviors") == []
    assert order_problems(many, "behaviors") == [
        "`behaviors` must have at most 74 patterns beside the default, got: 75"
    ]
