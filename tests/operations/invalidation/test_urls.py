import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.operations.invalidation.urls import QUERY, ExcludedPaths, encoded
from tests.operations.invalidation import brute_force

PATTERNS = st.text("ab/*?[", min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("a b", "a%20b"),
        ("grüße", "gr%C3%BC%C3%9Fe"),
        ("a*b?c~", "a%2Ab%3Fc%7E"),
        (f"a{QUERY}", "a?"),
        ("-_.!$&'()+,:;=@", "-_.!$&'()+,:;=@"),
    ],
)
def test_encoding(url: str, path: str) -> None:
    assert encoded(url) == path


@given(PATTERNS, st.text("ab/[", max_size=6))
def test_a_url_is_excluded_as_cloudfront_matches_patterns(pattern: str, url: str) -> None:
    plain = pattern.removeprefix("/")
    text = "".join(
        {"*": ".*", "?": "."}.get(character, re.escape(character)) for character in plain
    )
    expected = re.fullmatch(text, url) or re.fullmatch(text, encoded(url))
    assert ExcludedPaths([pattern]).excludes(url) == (expected is not None)


@given(PATTERNS, st.text("ab/", max_size=4))
def test_a_prefix_overlaps_if_it_can_be_continued_to_an_excluded_url(
    pattern: str, prefix: str
) -> None:
    excluded = ExcludedPaths([pattern])
    tails = ("".join(tail) for length in range(5) for tail in product("ab/[", repeat=length))
    if any(brute_force.matches("/" + pattern.removeprefix("/"), f"/{prefix}{t}") for t in tails):
        assert excluded.overlaps(prefix)


def test_many_wildcards_do_not_take_exponential_time() -> None:
    # Exponential time would be years.
    excluded = ExcludedPaths(["/" + "*a" * 60 + "*b"])
    assert not excluded.excludes("a" * 1000)
    assert excluded.overlaps("a" * 1000)
