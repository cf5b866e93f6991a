import pytest

from serverless_stack._shared.content.rules import (
    CacheRule,
    cache_control_of,
    is_document,
    matches,
)


@pytest.mark.parametrize(
    ("pattern", "key", "taken"),
    [
        ("*.html", "index.html", True),
        ("*.html", "a/b/index.html", True),
        ("*.html", "index.HTML", False),
        ("assets/*", "assets/a/b.js", True),
        ("assets/*", "other/assets/b.js", False),
        ("a?c", "abc", True),
        ("[ab].txt", "b.txt", True),
        ("grüße/*", "grüße/日本.txt", True),
    ],
)
def test_matches(pattern: str, key: str, taken: bool) -> None:
    assert matches(pattern, key) is taken


def test_the_first_rule_counts() -> None:
    rules = [CacheRule("a/*", "one"), CacheRule("*.js", "two"), CacheRule("a/b.js", "three")]
    assert cache_control_of("a/b.js", rules) == "one"
    assert cache_control_of("b.js", rules) == "two"
    assert cache_control_of("b.css", rules) is None


def test_documents() -> None:
    assert is_document("a/index.html")
    assert not is_document("sw.js")
    assert is_document("sw.js", ["sw.js"])


@pytest.mark.parametrize("pattern", ["", "/a/*"])
def test_a_pattern_that_takes_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="`pattern` must be a glob on a path without a slash"):
        CacheRule(pattern, "no-cache")


@pytest.mark.parametrize("cache_control", ["", "für immer", "a\nb: c"])
def test_a_header_that_s3_refuses_is_refused(cache_control: str) -> None:
    with pytest.raises(ValueError, match="`cache_control` must be a header in printable ASCII"):
        CacheRule("*", cache_control)
